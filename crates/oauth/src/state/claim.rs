//! The claims of an account: which names it can have, and which values each name takes.
//!
//! The command line, the configuration and the admin API all ask this module. It judges what
//! somebody sets; what is stored already stays as it is.

mod claim_type;
mod format;
#[cfg(test)]
mod tests;

pub use claim_type::ClaimType;

use serde_json::{Map, Value};

/// A name that no claim of an account can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimNameError {
    /// The issuer itself writes a claim of this name.
    #[error("is a claim of the token itself")]
    Reserved,
    /// It is empty, longer than 64 bytes, or has other characters than visible ASCII.
    #[error("is not a name of a claim: visible ASCII, 64 bytes at most")]
    Malformed,
}

/// A claim that an account cannot have. The message has the name, and never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claim `{name}` {problem}")]
pub struct ClaimError {
    name: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("cannot be set: it {0}")]
    Name(ClaimNameError),
    #[error("must be {}", .0.expected())]
    Type(ClaimType),
    #[error("must not be empty: leave it out")]
    Empty,
    #[error("must not be `null`: leave it out")]
    Null,
    #[error("is not JSON: a text in JSON has quotation marks, as in `\"text\"`")]
    Json,
}

/// Checks that accounts can have claims of this name.
///
/// # Errors
///
/// [`ClaimNameError`] if the issuer itself writes such a claim, in whatever case (some libraries read
/// members without regard to case), or if it is not a name.
pub fn check_name(name: &str) -> Result<(), ClaimNameError> {
    let is_visible = name.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_visible || name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(ClaimNameError::Malformed);
    }
    match RESERVED.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        true => Err(ClaimNameError::Reserved),
        false => Ok(()),
    }
}

/// Reads the value of a claim from plain text: by the type of its name, and else as text.
///
/// # Errors
///
/// [`ClaimError`] if an account cannot have this claim, or not with this value.
pub fn parse(name: &str, text: &str) -> Result<Value, ClaimError> {
    let read = match ClaimType::of(name) {
        ClaimType::Boolean | ClaimType::Seconds | ClaimType::Address => {
            serde_json::from_str(text).ok()
        }
        ClaimType::Texts => Some(list(text)),
        _ => None,
    };
    let value = read.unwrap_or_else(|| text.into());
    check(name, &value)?;
    Ok(value)
}

/// Reads the value of a claim from JSON.
///
/// # Errors
///
/// [`ClaimError`] if it is not JSON, or an account cannot have this claim, or not with this value.
pub fn parse_json(name: &str, json: &str) -> Result<Value, ClaimError> {
    let value = serde_json::from_str(json).map_err(|_| error(name, Problem::Json))?;
    check(name, &value)?;
    Ok(value)
}

/// Checks a claim that is set.
///
/// # Errors
///
/// [`ClaimError`] if an account cannot have this claim, or not with this value.
pub fn check(name: &str, value: &Value) -> Result<(), ClaimError> {
    check_name(name).map_err(|wrong| error(name, Problem::Name(wrong)))?;
    let kind = ClaimType::of(name);
    // OIDC-Core-5.3.2: a claim that is not there is left out, it is neither null nor empty
    if value.is_null() {
        return Err(error(name, Problem::Null));
    }
    if value.as_str().is_some_and(str::is_empty) {
        return Err(error(name, Problem::Empty));
    }
    match kind.takes(value) {
        true => Ok(()),
        false => Err(error(name, Problem::Type(kind))),
    }
}

/// Checks the claims that an account gets, those aside that it has already.
///
/// # Errors
///
/// [`ClaimError`] for the first that an account cannot have, or not with this value.
pub fn check_all(new: &Map<String, Value>, old: &Map<String, Value>) -> Result<(), ClaimError> {
    let mut set = new
        .iter()
        .filter(|(name, value)| old.get(*name) != Some(*value));
    set.try_for_each(|(name, value)| check(name, value))
}

fn error(name: &str, problem: Problem) -> ClaimError {
    ClaimError {
        name: name.to_owned(),
        problem,
    }
}

/// Reads a list from JSON, or from texts separated by commas.
fn list(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_array() => value,
        _ => text.split(',').map(str::trim).collect(),
    }
}

/// Of an access token (RFC 9068 §2.2, RFC 7800, RFC 8693), of an ID token (OIDC Core §2), by which one
/// could be taken for the other, by which other issuers' tokens say who is a machine, of an
/// introspection (RFC 7662 §2.2), and of claims that stand elsewhere (OIDC Core §5.6.2).
const RESERVED: [&str; 39] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "typ",
    "client_id",
    "azp",
    "cid",
    "appid",
    "scope",
    "scp",
    "roles",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "grant_id",
    "status",
    "cnf",
    "act",
    "may_act",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "token_use",
    "gty",
    "idtyp",
    "events",
    "authorization_details",
    "entitlements",
    "active",
    "username",
    "token_type",
    "_claim_names",
    "_claim_sources",
];
const MAX_NAME_BYTES: usize = 64;
