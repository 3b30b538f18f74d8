//! The parameters of a header's value (RFC 9110 §5.6.6), as far as all readers agree on them.

use crate::Ambiguous;

/// Reads `; name=value; name="value"`, as it is behind the first word of a header's value. Names are
/// returned in lower case.
///
/// # Errors
///
/// [`Ambiguous`] for whatever is not a parameter, and for an escaped quote, behind which readers go on
/// in different places.
pub(crate) fn read(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Ambiguous> {
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

/// The one value of a parameter.
///
/// # Errors
///
/// [`Ambiguous`] if it is given twice.
pub(crate) fn single<'a>(
    parameters: &'a [(String, Vec<u8>)],
    name: &str,
) -> Result<Option<&'a [u8]>, Ambiguous> {
    let mut named = parameters.iter().filter(|(one, _)| one == name);
    match (named.next(), named.next()) {
        (one, None) => Ok(one.map(|(_, value)| value.as_slice())),
        _ => Err(Ambiguous("a parameter of a header is given twice")),
    }
}

/// A token (RFC 9110 §5.6.2), and what is behind it.
pub(crate) fn word(text: &[u8]) -> Result<(&[u8], &[u8]), Ambiguous> {
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

fn quoted_string(text: &[u8]) -> Result<(&[u8], &[u8]), Ambiguous> {
    let end = text.iter().position(|byte| *byte == b'"');
    let (value, behind) = end
        .and_then(|end| text.split_at_checked(end))
        .ok_or(MALFORMED)?;
    match value.ends_with(b"\\") {
        true => Err(Ambiguous("a quote in a parameter of a header is escaped")),
        false => Ok((value, behind.strip_prefix(b"\"").unwrap_or(behind))),
    }
}

const MALFORMED: Ambiguous = Ambiguous("a parameter of a header is malformed");
