//! The headers of a part (RFC 7578 §4.2), as far as all parsers agree on them.

use super::form::hexadecimal;
use crate::{AmbiguityError, parameters};

/// A part, by its headers.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) name: Option<String>,
    /// True if it is plain text: not a file, and without a type of its own.
    pub(super) is_plain: bool,
    /// The names that a parser could find by searching the disposition.
    pub(super) other_names: Vec<String>,
}

/// Reads the headers of a part, each with the CRLF at its end.
pub(super) fn part(headers: &[u8]) -> Result<Part, AmbiguityError> {
    let mut disposition = None;
    let mut is_plain = true;
    let mut rest = headers;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = behind;
        let (name, value) = header(line)?;
        match name.to_ascii_lowercase().as_slice() {
            b"content-disposition" if disposition.is_some() => {
                return Err(AmbiguityError("a part has two dispositions"));
            }
            b"content-disposition" => disposition = Some(value),
            b"content-transfer-encoding" if !is_identity(value) => {
                return Err(AmbiguityError("a part is encoded"));
            }
            b"content-type" => is_plain = false,
            _ => {}
        }
    }
    let Some(disposition) = disposition else {
        return Ok(Part::default());
    };
    let (name, is_file) = name(disposition)?;
    Ok(Part {
        name,
        is_plain: is_plain && !is_file,
        other_names: mentioned(disposition)?,
    })
}

/// Reads a line `name: value`.
fn header(line: &[u8]) -> Result<(&[u8], &[u8]), AmbiguityError> {
    let line = line.strip_suffix(b"\r\n").ok_or(MALFORMED)?;
    if line
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return Err(MALFORMED);
    }
    // a folded line begins with a blank, which no name does
    let (name, behind) = parameters::word(line)?;
    let value = behind.strip_prefix(b":").ok_or(MALFORMED)?;
    Ok((name, value.trim_ascii()))
}

/// Tells whether nothing is encoded (RFC 2045 §6.2).
fn is_identity(value: &[u8]) -> bool {
    let identities: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];
    identities.iter().any(|one| value.eq_ignore_ascii_case(one))
}

/// Returns the name in a disposition, and whether it names a file too.
fn name(disposition: &[u8]) -> Result<(Option<String>, bool), AmbiguityError> {
    let (kind, behind) = parameters::word(disposition)?;
    let parameters = parameters::read_escaped(behind)?;
    let has = |is: fn(&str) -> bool| parameters.iter().any(|(name, _)| is(name));
    let is_file = has(|name| name.starts_with("filename"));
    if has(|name| name.starts_with("name*") && name != "name*") {
        return Err(AmbiguityError("the name of a part comes in pieces"));
    }
    let plain = parameters::single(&parameters, "name")?;
    let name = match (plain, parameters::single(&parameters, "name*")?) {
        (None, None) => return Ok((None, is_file)),
        (Some(plain), None) => text(plain)?,
        (None, Some(extended)) => decoded(extended)?,
        (Some(_), Some(_)) => return Err(AmbiguityError("a part has two names")),
    };
    match kind.eq_ignore_ascii_case(b"form-data") {
        true => Ok((Some(name), is_file)),
        false => Err(AmbiguityError("what is not form data has a name")),
    }
}

/// Returns the texts behind every `name=` and `name*=` of a disposition but `filename=`, regardless of
/// quoted strings: parsers differ at escaped quotes, and some search.
fn mentioned(disposition: &[u8]) -> Result<Vec<String>, AmbiguityError> {
    let lower = disposition.to_ascii_lowercase();
    let mut names = Vec::new();
    for (at, _) in lower
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, one)| *one == NAME)
    {
        let behind = disposition.get(at + NAME.len()..).unwrap_or_default();
        let before = lower.get(..at).unwrap_or_default();
        if before.ends_with(b"file") {
            continue;
        }
        let behind = behind
            .strip_prefix(b"*")
            .unwrap_or(behind)
            .trim_ascii_start();
        let Some(value) = behind.strip_prefix(b"=") else {
            continue;
        };
        let value = value.trim_ascii_start();
        // quoted, with an escaped quote, or bare; `utf-8''` may be in front
        let quotes = value
            .iter()
            .take_while(|byte| b"\\\"".contains(byte))
            .count();
        let value = value.get(quotes..).unwrap_or_default();
        let end = value
            .iter()
            .position(|byte| b"\\\";".contains(byte) || quotes == 0 && b" \t,".contains(byte));
        let text = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
        names.extend(decoded(text));
        names.push(String::from_utf8_lossy(text).into_owned());
        if names.len() > MAX_MENTIONED {
            return Err(AmbiguityError("a disposition mentions too many names"));
        }
    }
    Ok(names)
}

/// Returns a text without backslashes, which some parsers drop and others keep.
fn text(value: &[u8]) -> Result<String, AmbiguityError> {
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains('\\') => Ok(text.to_owned()),
        _ => Err(AmbiguityError("the name of a part is read in several ways")),
    }
}

/// Decodes `utf-8''a%20name` (RFC 8187 §3.2.1).
fn decoded(value: &[u8]) -> Result<String, AmbiguityError> {
    const MALFORMED: AmbiguityError = AmbiguityError("the encoded name of a part is malformed");
    let mut pieces = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _, text) = (
        pieces.next(),
        pieces.next(),
        pieces.next().ok_or(MALFORMED)?,
    );
    if !charset.is_some_and(|charset| charset.eq_ignore_ascii_case(b"utf-8")) {
        return Err(MALFORMED);
    }
    let bytes = octets(text).ok_or(MALFORMED)?;
    String::from_utf8(bytes).map_err(|_| MALFORMED)
}

/// Decodes percent-encoded octets; `None` if a percent sign does not begin one.
fn octets(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'%' => {
                bytes.push(hexadecimal(behind)?);
                rest = behind.get(2..).unwrap_or_default();
            }
            byte => bytes.push(*byte),
        }
    }
    Some(bytes)
}

const NAME: &[u8] = b"name";
/// The maximum number of names that a disposition may mention.
const MAX_MENTIONED: usize = 32;
const MALFORMED: AmbiguityError = AmbiguityError("a header of a part is malformed");
