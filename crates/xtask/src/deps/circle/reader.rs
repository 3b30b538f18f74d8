//! Reads the names that a Rust file uses: its modules, its imports and the paths in its code.

mod token;

use std::collections::BTreeSet;

use self::token::{is_name, tokens};

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
