//! Strings and integers as they are written (RFC 8259 §6 and §7).

use std::borrow::Cow;

/// Returns the text by which a scalar names something: that of a string, or the digits of an integer
/// however long it is. `1.0`, `1e3` and `-0` are other spellings and name nothing.
#[must_use]
pub fn identifier(scalar: &str) -> Option<Cow<'_, str>> {
    let has_escapes = scalar.contains('\\');
    let text = scalar;
    match scalar.starts_with('"') {
        true => QuotedText { text, has_escapes }.unescaped(),
        false if scalar != "-0" && is_whole(scalar) => Some(Cow::Borrowed(scalar)),
        false => None,
    }
}

/// A string in its quotes.
pub(super) struct QuotedText<'a> {
    pub(super) text: &'a str,
    pub(super) has_escapes: bool,
}

impl<'a> QuotedText<'a> {
    /// Returns what it means.
    #[inline]
    pub(super) fn unescaped(&self) -> Option<Cow<'a, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        match self.has_escapes {
            true => unescaped(inner).map(Cow::Owned),
            false => Some(Cow::Borrowed(inner)),
        }
    }
}

/// Returns what the text between the quotes of a string means (RFC 8259 §7).
fn unescaped(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, escaped)) = rest.split_once('\\') {
        text.push_str(before);
        let (meant, behind) = escape(escaped)?;
        text.push(meant);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

/// Reads an escape behind its `\`, and returns what it means and what follows it.
pub(super) fn escape(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let meant = match chars.next()? {
        same @ ('"' | '\\' | '/') => same,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return escaped_code_point(chars.as_str()),
        _ => return None,
    };
    Some((meant, chars.as_str()))
}

/// Reads what follows `\u`: four digits, or a pair of surrogates.
fn escaped_code_point(text: &str) -> Option<(char, &str)> {
    let (high, rest) = code_unit(text)?;
    if let Some(alone) = char::from_u32(high) {
        return Some((alone, rest));
    }
    let (low, rest) = code_unit(rest.strip_prefix("\\u")?)?;
    if !(0xd800..0xdc00).contains(&high) || !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    let code_point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    Some((char::from_u32(code_point)?, rest))
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u32::from_str_radix(digits, 16).ok();
    Some((unit.filter(|_| are_digits)?, rest))
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
