//! The spellings that frameworks treat as the same segment of a path.
//!
//! Express compares without case, Rails cuts `.json` off, Django and others drop or add a slash, some
//! servers drop blanks and dots at the end, and conversions take other widths of digits and letters.
//! Two texts with one fold are one text for some framework.

use std::borrow::Cow;

/// Returns the text that stands for all spellings of a segment.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let folded = lower(text);
    let end = |char: char| char == '.' || is_blank(char);
    let trimmed = folded.trim_start_matches(is_blank).trim_end_matches(end);
    match trimmed.len() == folded.len() {
        true => Cow::Owned(folded),
        false => Cow::Owned(trimmed.to_owned()),
    }
}

/// Returns a text without case and width.
pub(crate) fn lower(text: &str) -> String {
    text.chars().flat_map(lower_char).collect()
}

/// Returns a last segment without its suffix, as Rails reads it.
pub(crate) fn stem(text: &str) -> Option<&str> {
    let (stem, _) = text.rsplit_once('.')?;
    (!stem.is_empty()).then_some(stem)
}

/// Tells whether some framework converts a folded text to an integer: `+7`, `0x7`, `7_000`, `7.0`, `1e0`
/// and digits of other scripts.
pub(crate) fn is_like_integer(folded: &str) -> bool {
    let digits = folded.trim_start_matches(['+', '-', ' ']);
    let prefixed = ["0x", "0b", "0o"];
    let number = prefixed
        .iter()
        .find_map(|prefix| digits.strip_prefix(prefix));
    let is_part = |char: char| match number {
        Some(_) => char.is_ascii_hexdigit() || char == '_',
        None => char.is_numeric() || matches!(char, '_' | '.' | 'e' | ' ' | '-'),
    };
    let number = number.unwrap_or(digits);
    let begins = |char: char| char.is_numeric() || char.is_ascii_hexdigit();
    number.chars().next().is_some_and(begins) && number.chars().all(is_part)
}

/// Tells whether some framework converts a folded text to a UUID: with or without hyphens, in braces, as
/// a URN.
pub(crate) fn is_like_uuid(folded: &str) -> bool {
    let text = folded.strip_prefix("urn:uuid:").unwrap_or(folded);
    let text = text.trim_matches(['{', '}']);
    let digits = text.chars().filter(|char| *char != '-');
    text.chars()
        .all(|char| char.is_ascii_hexdigit() || char == '-')
        && digits.count() == 32
}

fn lower_char(char: char) -> impl Iterator<Item = char> {
    let narrow = match char {
        // Slim reads it as a blank
        '+' => ' ',
        // full width
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(char) - u32::from('\u{ff01}') + u32::from('!')).unwrap_or(char)
        }
        char => char,
    };
    // upper case first: the long s and the Kelvin sign are letters too
    narrow.to_uppercase().flat_map(char::to_lowercase)
}

fn is_blank(char: char) -> bool {
    char.is_whitespace() || char.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_segment_have_one_fold() {
        for other in SPELLINGS {
            assert_eq!(fold(other), "all", "{other:?}");
        }
        assert_eq!(fold("a\u{17f}"), fold("AS"));
        assert_eq!(fold("\u{212a}ey"), "key");
        assert_eq!(fold("a+b"), fold("a b"));
        for other in ["al", "all-", "all_", "a.ll", ".all"] {
            assert_ne!(fold(other), "all", "{other}");
        }
        assert_eq!(stem("all.json"), Some("all"));
        assert_eq!(stem("all.tar.gz"), Some("all.tar"));
        assert_eq!((stem("all"), stem(".all")), (None, None));
    }

    #[test]
    fn what_frameworks_convert_is_like_a_number_or_a_uuid() {
        for text in [
            "7", "007", "+7", "-7", "0x7f", "0b1", "7_000", "7.0", "7.", "1e0", "\u{667}", "7e+1",
        ] {
            assert!(is_like_integer(&fold(text)), "{text}");
        }
        for text in ["", "all", "seven", "e1x", "0xg", "x7", "-", "7a"] {
            assert!(!is_like_integer(&fold(text)), "{text}");
        }
        let uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        for text in [
            uuid.to_owned(),
            uuid.to_uppercase(),
            uuid.replace('-', ""),
            format!("{{{uuid}}}"),
            format!("urn:uuid:{uuid}"),
        ] {
            assert!(is_like_uuid(&fold(&text)), "{text}");
        }
        assert!(!is_like_uuid("67e55044") && !is_like_uuid("all"));
    }

    /// Spellings of `all`.
    const SPELLINGS: [&str; 9] = [
        "ALL",
        "All",
        "all.",
        "all ",
        " all",
        "all\n",
        "all. .",
        "\u{ff21}ll",
        "a\u{ff4c}l",
    ];
}
