//! Request parameters: `application/x-www-form-urlencoded` (RFC 6749 Appendix B), decoded once.

use std::{collections::BTreeSet, fmt};

use form_urlencoded::Serializer;
use percent_encoding::percent_decode;

use crate::{error::OAuthError, refusal::RefusalReason};

/// The parameters of a query or a body as they were sent.
///
/// Every value is decoded exactly once, here. A parameter without a value is left out here as well, so
/// that nothing behind this type can tell it from one that was not sent; it still counts as sent when a
/// name is sent twice. [`Self::single`] refuses repeated names; until then a value is read with
/// [`Self::one`], which must be told what to do about them. `Debug` prints names only, since values may
/// be secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct SentParams {
    pairs: Vec<(String, String)>,
    /// The names that were sent more than once, with or without a value.
    repeated: BTreeSet<String>,
}

impl SentParams {
    /// Parses a query or a body of at most [`MAX_BYTES`] with at most [`MAX_PARAMS`] parameters.
    ///
    /// # Errors
    ///
    /// [`FormError::TooLarge`] is a 413; every other variant a 400 with `invalid_request`.
    pub fn parse(encoded: &[u8]) -> Result<Self, FormError> {
        if encoded.len() > MAX_BYTES {
            return Err(FormError::TooLarge);
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        // RFC6749-B: `&` is the only separator; `;` belongs to the value
        for piece in encoded
            .split(|b| *b == b'&')
            .filter(|piece| !piece.is_empty())
        {
            if pairs.len() == MAX_PARAMS {
                return Err(FormError::TooMany);
            }
            let mut halves = piece.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, decode(halves.next().unwrap_or_default())?));
        }
        let repeated = repeated(&pairs);
        // RFC6749-3.1, RFC6749-3.2: a parameter without a value is treated as if it were omitted
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Self { pairs, repeated })
    }

    /// Returns the value of a parameter that may be sent once; none if it is missing.
    ///
    /// # Errors
    ///
    /// [`RepeatedParamError`] if it was sent twice, even with the same value: `invalid_request`.
    pub fn one(&self, name: &str) -> Result<Option<&str>, RepeatedParamError> {
        if self.repeated.contains(name) {
            // RFC6749-3.1: parameters must not be included more than once
            return Err(RepeatedParamError {
                name: name.to_owned(),
            });
        }
        let mut pairs = self.pairs.iter();
        let found = pairs.find(|(own, _)| own == name);
        Ok(found.map(|(_, value)| value.as_str()))
    }

    /// Returns the names that were sent more than once, sorted.
    pub fn repeated(&self) -> impl Iterator<Item = &str> {
        self.repeated.iter().map(String::as_str)
    }

    /// Returns the parameters if every name was sent once, except for those in `repeatable`.
    ///
    /// # Errors
    ///
    /// [`RepeatedParamError`] if one was sent twice, even with the same value or without one.
    pub fn single(self, repeatable: &[&str]) -> Result<Params, RepeatedParamError> {
        // RFC6749-3.1, RFC6749-3.2: parameters must not be included more than once
        let mut repeated = self.repeated.into_iter();
        match repeated.find(|name| !repeatable.contains(&name.as_str())) {
            Some(name) => Err(RepeatedParamError { name }),
            None => Ok(Params { pairs: self.pairs }),
        }
    }
}

/// Parameters whose repeated names were refused: [`SentParams::single`] makes them.
///
/// `Debug` prints names only, since values may be secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Returns the value of a parameter, the first one if it may repeat; none if it is missing.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns every value of a parameter that may repeat, such as `resource` (RFC 8707 §2).
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// Returns true if a parameter was sent with a value.
    pub fn present(&self, name: &str) -> bool {
        self.one(name).is_some()
    }

    /// Returns names and values in the order they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Writes the parameters as text that [`SentParams::parse`] reads as the same parameters.
    pub fn render(&self) -> String {
        Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish()
    }
}

impl From<Params> for SentParams {
    fn from(params: Params) -> Self {
        Self {
            repeated: repeated(&params.pairs),
            pairs: params.pairs,
        }
    }
}

/// Returns the names that occur more than once; at most [`MAX_PARAMS`] are compared.
fn repeated(pairs: &[(String, String)]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let again = pairs.iter().filter(|(name, _)| !seen.insert(name));
    again.map(|(name, _)| name.clone()).collect()
}

impl fmt::Debug for SentParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_names("SentParams", &self.pairs, f)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_names("Params", &self.pairs, f)
    }
}

fn write_names(of: &str, pairs: &[(String, String)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(of)?;
    f.debug_list()
        .entries(pairs.iter().map(|(name, _)| name))
        .finish()
}

/// A parameter that may be sent once was sent twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parameter `{name}` is sent twice")]
pub struct RepeatedParamError {
    /// Its name.
    pub name: String,
}

impl From<RepeatedParamError> for OAuthError {
    fn from(error: RepeatedParamError) -> Self {
        Self::invalid_request(error.to_string()).because(RefusalReason::ParameterRepeated)
    }
}

/// The reason why a query or a body is not a list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error("a percent sign in the parameters is not followed by two hexadecimal digits")]
    Escape,
    /// A name or value contains the character U+0000.
    #[error("a parameter contains a NUL character")]
    Nul,
    /// It is larger than [`MAX_BYTES`].
    #[error("the parameters are larger than 64 KiB")]
    TooLarge,
    /// It has more than [`MAX_PARAMS`] parameters.
    #[error("there are more than 100 parameters")]
    TooMany,
    /// A decoded name or value is not UTF-8.
    #[error("a parameter is not UTF-8 once decoded")]
    Utf8,
}

/// Decodes one name or value: `+` is a space, `%XX` a byte, the result UTF-8 (RFC 6749 Appendix B).
///
/// # Errors
///
/// [`FormError`] if an escape is broken, or the result is not UTF-8 or contains NUL.
pub(crate) fn decode(encoded: &[u8]) -> Result<String, FormError> {
    // tokens, names and most values are sent as they are
    let decoded = match encoded.contains(&b'%') || encoded.contains(&b'+') {
        true => unescaped(encoded)?,
        false => encoded.to_vec(),
    };
    let text = String::from_utf8(decoded).map_err(|_| FormError::Utf8)?;
    // NUL ends strings in the logs and databases of others: two readers would see two values
    if text.contains('\0') {
        return Err(FormError::Nul);
    }
    Ok(text)
}

fn unescaped(encoded: &[u8]) -> Result<Vec<u8>, FormError> {
    if !has_whole_escapes(encoded) {
        return Err(FormError::Escape);
    }
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Ok(percent_decode(&spaced).collect())
}

/// Returns true if every `%` is followed by two hexadecimal digits (RFC 3986 §2.1).
pub(crate) fn has_whole_escapes(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'%')
        .skip(1)
        .all(|after| matches!(after, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

/// The largest query or body that is parsed.
pub const MAX_BYTES: usize = 64 * 1024;

/// The most parameters that are parsed; it bounds the search for duplicates.
pub const MAX_PARAMS: usize = 100;

#[cfg(test)]
mod tests;
