//! The tokens of a source file.

pub(super) fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single characters; comments, texts and numbers are left out.
pub(super) fn tokens(text: &str) -> Vec<String> {
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
