//! Octets of a target: percent-encoded, and decoded.

use std::fmt::Write as _;

use crate::AmbiguityError;

/// Tells whether an octet of a segment is written as it is (RFC 3986 §3.3).
pub(crate) fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte)
}

/// Appends a text so that it stays one segment of a path (RFC 3986 §3.3).
pub fn push_encoded(out: &mut String, segment: &str) {
    if segment.bytes().all(stays) {
        out.push_str(segment);
        return;
    }
    for byte in segment.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// Decodes percent signs once (RFC 3986 §2.1), and `+` in a query.
pub(crate) fn decode(raw: &str, plus: bool) -> Result<String, AmbiguityError> {
    const MALFORMED: AmbiguityError = AmbiguityError("a percent sign does not begin an octet");
    let stands = |byte: u8| byte.is_ascii_graphic() && byte != b'%' && !(plus && byte == b'+');
    if raw.bytes().all(stands) {
        return Ok(raw.to_owned());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || {
                    let digit = char::from(rest.next()?).to_digit(16)?;
                    u8::try_from(digit).ok()
                };
                let (high, low) = (digit().ok_or(MALFORMED)?, digit().ok_or(MALFORMED)?);
                bytes.push(high << 4 | low);
            }
            b'+' if plus => bytes.push(b' '),
            byte if byte.is_ascii_graphic() => bytes.push(byte),
            _ => return Err(AmbiguityError("an octet is not percent-encoded")),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| AmbiguityError("an octet is not UTF-8"))?;
    if text.contains('\0') {
        return Err(AmbiguityError("an octet is zero"));
    }
    Ok(text)
}
