//! Texts of others in places where signs have a meaning: a terminal, a comment, a string of TOML.

use std::fmt::Write as _;

/// Returns a text without what a terminal or an editor obeys: such signs are written as escapes.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for sign in text.chars() {
        match is_obeyed(sign) {
            true => written.extend(sign.escape_default()),
            false => written.push(sign),
        }
    }
    written
}

/// Returns a text in one line of `max` characters at most, [`printable`]; what is left out shows as `…`.
#[must_use]
pub fn line(text: &str, max: usize) -> String {
    let words: Vec<_> = text.split_whitespace().take(max).collect();
    let words = words.join(" ");
    let mut line: String = words.chars().take(max).collect();
    if line.len() < words.len() {
        line.push('…');
    }
    printable(&line)
}

/// Returns a text as a basic string of TOML, in its quotes; a reader of TOML reads the same text.
#[must_use]
pub fn toml_string(text: &str) -> String {
    let mut written = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => written.extend(['\\', sign]),
            sign if is_obeyed(sign) => {
                // writing to a String cannot fail
                let _ = write!(written, "\\U{:08X}", u32::from(sign));
            }
            sign => written.push(sign),
        }
    }
    written.push('"');
    written
}

/// Tells whether something other than a glyph or a blank becomes of a character: controls, separators of
/// lines, and formats, of which some turn the direction of a text and others are not seen.
fn is_obeyed(sign: char) -> bool {
    let is_format = matches!(sign,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    sign.is_control() || is_format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_as_escapes() {
        for (text, printed) in [
            ("größe 日本 🦀 'a' \"b\"", "größe 日本 🦀 'a' \"b\""),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("a\u{2028}b\u{85}c\u{feff}", "a\\u{2028}b\\u{85}c\\u{feff}"),
        ] {
            assert_eq!(printable(text), printed);
        }
    }

    #[test]
    fn a_line_is_one_line_and_short() {
        assert_eq!(line("  a\n\n b\u{2028}c\t", 10), "a b c");
        assert_eq!(line("abcdef", 3), "abc…");
        assert_eq!(line("a\u{1b}b", 10), "a\\u{1b}b");
        assert_eq!(line("", 10), "");
    }

    #[test]
    fn a_string_ends_where_it_should() {
        assert_eq!(toml_string("a\"\\"), r#""a\"\\""#);
        assert_eq!(toml_string("\"\"\"\n[[x]]"), r#""\"\"\"\U0000000A[[x]]""#);
        assert_eq!(toml_string("\u{202e}é"), "\"\\U0000202Eé\"");
    }
}
