//! Reads the names that a Rust file uses: its modules, its imports and the paths in its code.

use std::collections::BTreeSet;

/// The names in a file, without those of tests and comments.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The modules that it declares as files of their own.
    pub(super) children: Vec<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of two names and more outside of imports.
    pub(super) paths: Vec<Vec<String>>,
    /// Every name outside of imports.
    pub(super) words: BTreeSet<String>,
}

/// One name that a `use` brings into scope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// The name in scope; none for `*`.
    pub(super) name: Option<String>,
    /// True if it is a `pub use`.
    pub(super) is_handed_on: bool,
}

impl Names {
    pub(super) fn read(text: &str) -> Self {
        let tokens = without_tests(&tokens(text));
        let mut names = Self::default();
        let mut rest = tokens.as_slice();
        let mut before = "";
        while let Some((first, more)) = rest.split_first() {
            let taken = match (first.as_str(), more) {
                ("mod", [name, end, ..]) if end == ";" => {
                    names.children.push(name.clone());
                    3
                }
                ("use", [next, ..]) if next != "<" => {
                    let tree = more.iter().take_while(|token| *token != ";");
                    let tree: Vec<_> = tree.cloned().collect();
                    let is_handed_on = matches!(before, "pub" | ")");
                    names.take_tree(&tree, &[], is_handed_on);
                    tree.len() + 2
                }
                (name, _) if is_name(name) && before != "::" => {
                    let path = path(rest);
                    let taken = path.len() * 2 - 1;
                    names.words.extend(path.first().cloned());
                    if path.len() > 1 {
                        names.paths.push(path);
                    }
                    taken
                }
                _ => 1,
            };
            let (read, left) = rest.split_at(taken.min(rest.len()));
            before = read.last().map_or("", String::as_str);
            rest = left;
        }
        names
    }

    pub(super) fn import(&self, name: &str) -> Option<&Import> {
        let mut imports = self.imports.iter();
        imports.find(|import| import.name.as_deref() == Some(name))
    }

    /// Takes the names of a tree of imports: `a::b`, `a as b`, `a::{b, c::d}`, `a::*`.
    fn take_tree(&mut self, tree: &[String], above: &[String], is_handed_on: bool) {
        let mut path = above.to_vec();
        let mut name = None;
        let mut rest = tree;
        while let Some((token, more)) = rest.split_first() {
            match (token.as_str(), more) {
                ("::", _) => {}
                ("{", _) => {
                    let inner = more.get(..more.len().saturating_sub(1)).unwrap_or(more);
                    for branch in branches(inner) {
                        self.take_tree(branch, &path, is_handed_on);
                    }
                    return;
                }
                ("as", [alias, ..]) => name = Some(alias.clone()),
                ("*", _) => {
                    self.imports.push(Import {
                        path,
                        name: None,
                        is_handed_on,
                    });
                    return;
                }
                // the path above itself
                ("self", _) if !path.is_empty() => {}
                _ if name.is_none() => path.push(token.clone()),
                _ => {}
            }
            rest = more;
        }
        if path.is_empty() {
            return;
        }
        self.imports.push(Import {
            name: name.or_else(|| path.last().cloned()),
            path,
            is_handed_on,
        });
    }
}

/// Splits `a, b::{c, d}` at the commas that are not in braces.
fn branches(tokens: &[String]) -> Vec<&[String]> {
    let mut depth = 0_usize;
    let split = tokens.split(move |token| {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token == ","
    });
    split.filter(|branch| !branch.is_empty()).collect()
}

/// The path that the tokens begin with.
fn path(tokens: &[String]) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [name, more @ ..] = rest {
        if !is_name(name) {
            break;
        }
        path.push(name.clone());
        match more {
            [colons, next @ ..] if colons == "::" => rest = next,
            _ => break,
        }
    }
    path
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Leaves out what is built for tests only.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some((first, more)) = rest.split_first() {
        if is_for_tests(rest) {
            rest = after_item(after_attribute(rest));
            continue;
        }
        kept.push(first.clone());
        rest = more;
    }
    kept
}

fn is_for_tests(tokens: &[String]) -> bool {
    let is = |pattern: &[&str]| {
        tokens.len() >= pattern.len() && tokens.iter().zip(pattern).all(|(own, it)| own == it)
    };
    is(&["#", "[", "cfg", "(", "test", ")"]) || is(&["#", "[", "cfg", "(", "all", "(", "test"])
}

/// Returns the tokens after the attribute that they begin with.
fn after_attribute(tokens: &[String]) -> &[String] {
    let mut depth = 0_usize;
    for (number, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "[" => depth += 1,
            "]" => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return tokens.get(number + 1..).unwrap_or_default();
        }
    }
    &[]
}

/// Returns the tokens after the item that they begin with, which ends at `;` or its last brace.
fn after_item(tokens: &[String]) -> &[String] {
    let mut depth = 0_usize;
    for (number, token) in tokens.iter().enumerate() {
        let is_end = match token.as_str() {
            "{" | "(" | "[" => {
                depth += 1;
                false
            }
            "}" => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            ")" | "]" => {
                depth = depth.saturating_sub(1);
                false
            }
            ";" => depth == 0,
            _ => false,
        };
        if is_end {
            return tokens.get(number + 1..).unwrap_or_default();
        }
    }
    &[]
}

/// Names, `::` and single characters; comments, texts and numbers are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest, 0),
            '\'' => apostrophe(rest),
            _ if raw_text(rest).is_some() => raw_text(rest).unwrap_or(1),
            'b' if rest.starts_with("b\"") => quoted(rest, 1),
            _ if rest.starts_with("::") => {
                tokens.push("::".to_owned());
                2
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let is_end = |c: char| !c.is_alphanumeric() && c != '_';
                let length = rest.find(is_end).unwrap_or(rest.len());
                let (word, _) = rest.split_at(length);
                if is_name(word) {
                    tokens.push(word.to_owned());
                }
                length
            }
            _ if first.is_whitespace() => first.len_utf8(),
            _ => {
                tokens.push(first.to_string());
                first.len_utf8()
            }
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    tokens
}

/// The length of a text in quotes that begins after `skipped` bytes.
fn quoted(text: &str, skipped: usize) -> usize {
    let mut is_escaped = false;
    for (number, byte) in text.bytes().enumerate().skip(skipped + 1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return number + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw text (`r"…"`, `br#"…"#`), if there is one.
fn raw_text(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let opened = inner.trim_start_matches('#');
    let hashes = inner.len() - opened.len();
    let content = opened.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = content
        .find(&end)
        .map_or(content.len(), |at| at + end.len());
    Some(text.len() - content.len() + length)
}

/// The length of a character in apostrophes, or of the apostrophe of a lifetime.
fn apostrophe(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    let first = characters.next().map(|(_, character)| character);
    let second = characters.next();
    match (first, second) {
        (Some('\\'), Some((at, escaped))) => {
            let after = at + escaped.len_utf8();
            let end = text.get(after..).and_then(|rest| rest.find('\''));
            end.map_or(text.len(), |end| after + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}
