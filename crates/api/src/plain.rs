//! Untrusted texts in places where characters have a meaning: a terminal, a comment, a string of TOML.

use std::fmt::Write as _;

/// Returns a text with characters that a terminal or an editor interprets written as escapes.
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

/// Returns a text of several lines, [`printable`], with its line breaks and tabs.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    let pieces = text.split_inclusive(['\n', '\t']);
    let pieces = pieces.map(|piece| {
        let rest = piece.trim_end_matches(['\n', '\t']);
        let end = piece.get(rest.len()..).unwrap_or_default();
        printable(rest) + end
    });
    pieces.collect()
}

/// Returns JSON with such characters as escapes of JSON: programs read the same text.
#[must_use]
pub fn printable_json(json: &str) -> String {
    let mut printed = String::with_capacity(json.len());
    for sign in json.chars() {
        match is_obeyed(sign) && sign != '\n' {
            true => {
                let units = sign.encode_utf16(&mut [0; 2]).to_vec();
                printed.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
            false => printed.push(sign),
        }
    }
    printed
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

/// Tells whether a character is displayed as something other than a glyph or a blank: controls, line
/// separators, and formats, some of which change the direction of a text.
fn is_obeyed(sign: char) -> bool {
    let is_format = matches!(sign,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
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

    #[test]
    fn json_for_a_terminal_says_the_same_to_a_program() {
        let value = serde_json::json!({ "a\u{202e}": "\u{9b}b\u{e0041}\n\u{1b}é🙂\u{7f}" });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let printed = printable_json(&json);
        assert!(
            !printed.contains(|sign| is_obeyed(sign) && sign != '\n'),
            "{printed:?}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&printed).unwrap(),
            value
        );
    }
}
