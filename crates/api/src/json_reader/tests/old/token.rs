//! Strings and numbers as they are written (RFC 8259 §6 and §7).

use std::borrow::Cow;

pub(super) fn is_string(text: &str) -> bool {
    text.starts_with('"')
}

/// Returns what a string in its quotes means (RFC 8259 §7).
pub(super) fn unescaped(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, escape)) = rest.split_once('\\') {
        text.push_str(before);
        let mut behind = escape.chars();
        let meant = match behind.next()? {
            same @ ('"' | '\\' | '/') => same,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (meant, after) = escaped_code_point(behind.as_str())?;
                behind = after.chars();
                meant
            }
            _ => return None,
        };
        text.push(meant);
        rest = behind.as_str();
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
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

/// Returns true for a number of RFC 8259 §6, whatever its range.
pub(super) fn is_number(text: &str) -> bool {
    let (decimal, exponent) = match text.split_once(['e', 'E']) {
        Some((decimal, exponent)) => (decimal, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match decimal.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (decimal, None),
    };
    let is_power = |power: &str| are_digits(power.strip_prefix(['+', '-']).unwrap_or(power));
    is_whole(magnitude(whole)) && fraction.is_none_or(are_digits) && exponent.is_none_or(is_power)
}

pub(super) fn magnitude(text: &str) -> &str {
    text.strip_prefix('-').unwrap_or(text)
}

pub(super) fn is_whole(text: &str) -> bool {
    are_digits(text) && (text == "0" || !text.starts_with('0'))
}

pub(super) fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
