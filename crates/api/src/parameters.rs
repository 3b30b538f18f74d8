//! The parameters of a header's value (RFC 9110 §5.6.6), as far as all readers agree on them.

use crate::AmbiguityError;

/// Reads `; name=value; name="value"`, as it is behind the first word of a header's value. Names are
/// returned in lower case.
///
/// # Errors
///
/// [`AmbiguityError`] for whatever is not a parameter, and for an escaped quote, behind which readers go on
/// in different places.
pub(crate) fn read(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, AmbiguityError> {
    let parameters = read_escaped(text)?;
    match parameters.iter().any(|(_, value)| has_escaped_quote(value)) {
        true => Err(AmbiguityError(
            "a quote in a parameter of a header is escaped",
        )),
        false => Ok(parameters),
    }
}

/// Reads parameters as [`read`] does, with escaped quotes in them: values keep their backslashes.
///
/// # Errors
///
/// [`AmbiguityError`] for whatever is not a parameter.
pub(crate) fn read_escaped(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, AmbiguityError> {
    let mut parameters = Vec::new();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        rest = rest.strip_prefix(b";").ok_or(MALFORMED)?.trim_ascii_start();
        if rest.is_empty() || rest.starts_with(b";") {
            continue;
        }
        let (name, behind) = word(rest)?;
        let behind = behind.strip_prefix(b"=").ok_or(MALFORMED)?;
        let (value, behind) = match behind.strip_prefix(b"\"") {
            Some(quoted) => quoted_string(quoted)?,
            None => word(behind)?,
        };
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        parameters.push((name, value.to_vec()));
        rest = behind.trim_ascii_start();
    }
    Ok(parameters)
}

/// Returns the only value of a parameter.
///
/// # Errors
///
/// [`AmbiguityError`] if it is given twice.
pub(crate) fn single<'a>(
    parameters: &'a [(String, Vec<u8>)],
    name: &str,
) -> Result<Option<&'a [u8]>, AmbiguityError> {
    let mut named = parameters.iter().filter(|(one, _)| one == name);
    match (named.next(), named.next()) {
        (one, None) => Ok(one.map(|(_, value)| value.as_slice())),
        _ => Err(AmbiguityError("a parameter of a header is given twice")),
    }
}

/// Splits off a token (RFC 9110 §5.6.2); the second value is the rest.
pub(crate) fn word(text: &[u8]) -> Result<(&[u8], &[u8]), AmbiguityError> {
    let end = text.iter().position(|byte| !is_token(*byte));
    match text.split_at_checked(end.unwrap_or(text.len())) {
        Some((word, behind)) if !word.is_empty() => Ok((word, behind)),
        _ => Err(MALFORMED),
    }
}

/// Returns true for an octet of a token (RFC 9110 §5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Splits off a quoted string behind its first quote (RFC 9110 §5.6.4); the second value is the rest.
fn quoted_string(text: &[u8]) -> Result<(&[u8], &[u8]), AmbiguityError> {
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    let (value, behind) = end
        .and_then(|end| text.split_at_checked(end))
        .ok_or(MALFORMED)?;
    Ok((value, behind.strip_prefix(b"\"").unwrap_or(behind)))
}

/// Tells whether a value has a quote at which readers without escapes would end it.
fn has_escaped_quote(value: &[u8]) -> bool {
    value.contains(&b'"') || value.ends_with(b"\\")
}

const MALFORMED: AmbiguityError = AmbiguityError("a parameter of a header is malformed");
