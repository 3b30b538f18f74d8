//! Strings and integers as they are written (RFC 8259 §6 and §7).

use std::borrow::Cow;

/// Returns the text by which a scalar names something: that of a string, or the digits of an integer
/// however long it is. `1.0`, `1e3` and `-0` are other spellings and name nothing.
#[must_use]
pub fn identifier(scalar: &str) -> Option<Cow<'_, str>> {
    match scalar.strip_prefix('"') {
        Some(rest) if rest.contains('\\') => unescaped(rest.strip_suffix('"')?).map(Cow::Owned),
        Some(rest) => rest.strip_suffix('"').map(Cow::Borrowed),
        None if scalar != "-0" && is_whole(scalar) => Some(Cow::Borrowed(scalar)),
        None => None,
    }
}

/// The bytes between the quotes of a string. They are a part of a text in UTF-8.
#[derive(Clone, Copy)]
pub(super) enum QuotedText<'a> {
    /// It means what is written.
    Plain(&'a [u8]),
    Escaped(&'a [u8]),
}

impl<'a> QuotedText<'a> {
    /// Returns what it means.
    pub(super) fn meaning(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Plain(bytes) => str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Escaped(bytes) => unescaped(str::from_utf8(bytes).ok()?).map(Cow::Owned),
        }
    }
}

/// Returns what the text between the quotes of a string means (RFC 8259 §7).
fn unescaped(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, escaped)) = rest.split_once('\\') {
        text.push_str(before);
        let (meant, behind) = escape(escaped.as_bytes())?;
        text.push(meant);
        rest = escaped.get(escaped.len() - behind.len()..)?;
    }
    text.push_str(rest);
    Some(text)
}

/// Reads an escape behind its `\`, and returns what it means and what follows it.
pub(super) fn escape(text: &[u8]) -> Option<(char, &[u8])> {
    let (letter, behind) = text.split_first()?;
    let meant = match letter {
        b'"' | b'\\' | b'/' => char::from(*letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return escaped_code_point(behind),
        _ => return None,
    };
    Some((meant, behind))
}

/// Reads what follows `\u`: four digits, or a pair of surrogates.
fn escaped_code_point(text: &[u8]) -> Option<(char, &[u8])> {
    let (high, rest) = code_unit(text)?;
    if let Some(alone) = char::from_u32(high) {
        return Some((alone, rest));
    }
    let (low, rest) = code_unit(rest.strip_prefix(b"\\u")?)?;
    if !(0xd800..0xdc00).contains(&high) || !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    let code_point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    Some((char::from_u32(code_point)?, rest))
}

fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits.iter().try_fold(0, |unit, digit| {
        Some(unit << 4 | char::from(*digit).to_digit(16)?)
    });
    Some((unit?, rest))
}

/// Returns true for an integer as it is written in JSON.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the number of bytes of a string up to a quote, an escape, or a control character, which a
/// string cannot have.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        let special = special_bytes(u64::from_le_bytes(*eight));
        if special != 0 {
            let before = special.trailing_zeros() / u8::BITS;
            return bytes.len() - rest.len() + before as usize;
        }
        rest = behind;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let before = rest.iter().position(is_special).unwrap_or(rest.len());
    bytes.len() - rest.len() + before
}

/// Returns eight bytes of which the first with its highest bit set is a quote, a `\` or a control
/// character, all eight at once.
fn special_bytes(eight: u64) -> u64 {
    const EACH: u64 = u64::MAX / 0xff;
    let is_below = |bytes: u64, limit: u8| bytes.wrapping_sub(EACH * u64::from(limit)) & !bytes;
    let is = |byte: u8| is_below(eight ^ (EACH * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | is_below(eight, 0x20)) & (EACH << 7)
}
