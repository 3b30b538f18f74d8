//! The claims of an account: which names it can have, and which values each name takes.
//!
//! The command line, the configuration and the admin API all ask this module. It judges what
//! somebody sets; what is stored already stays as it is.

mod format;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::identity_scope::GROUPS;

/// The type of a claim's value, which follows from its name.
///
/// The names of OpenID Connect Core §5.1 have theirs from there, in any language (`name#ja`, §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimType {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// Seconds since 1970-01-01T00:00:00Z.
    Seconds,
    /// An object of texts (§5.1.1).
    Address,
    /// An absolute http or https URL.
    Url,
    /// An address as in RFC 5322 §3.4.1.
    Email,
    /// A telephone number.
    Phone,
    /// A date, or a year alone.
    Birthdate,
    /// A name of the IANA time zone database.
    TimeZone,
    /// A language tag (BCP 47).
    Locale,
    /// A list of texts.
    Texts,
    /// Any JSON but `null`.
    Any,
}

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

impl ClaimType {
    /// Returns the type of the claim `name`.
    pub fn of(name: &str) -> Self {
        // OIDC-Core-5.2: a claim in a certain language has the type of the claim
        let name = name.split_once('#').map_or(name, |(name, _)| name);
        let known = TYPES.iter().find(|(known, _)| *known == name);
        known.map_or(Self::Any, |(_, kind)| *kind)
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Boolean => "`true` or `false`",
            Self::Seconds => "a number: seconds since 1970-01-01T00:00:00Z",
            Self::Address => {
                "an object of texts, as in `{\"locality\":\"Bonn\",\"country\":\"DE\"}`"
            }
            Self::Url => "an absolute http or https URL, as in `https://example.com/alice`",
            Self::Email => "an e-mail address, as in `alice@example.com`",
            Self::Phone => "a telephone number, as in `+1 (425) 555-1212`",
            Self::Birthdate => "a date as in `1990-12-31`, or a year as in `1990`, as text",
            Self::TimeZone => "a time zone, as in `Europe/Paris`",
            Self::Locale => "a language tag, as in `en-US`",
            Self::Texts => "a list of texts, as in `[\"staff\",\"admins\"]`",
            Self::Any => "any JSON but `null`",
        }
    }

    fn takes(self, value: &Value) -> bool {
        let text = |is_legal: fn(&str) -> bool| value.as_str().is_some_and(is_legal);
        match self {
            Self::Any => !value.is_null(),
            Self::Text => value.is_string(),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(is_item)),
            Self::Boolean => value.is_boolean(),
            Self::Seconds => value.as_f64().is_some_and(|seconds| seconds >= 0.0),
            Self::Address => value.as_object().is_some_and(is_address),
            Self::Url => text(format::is_url),
            Self::Email => text(format::is_email),
            Self::Phone => text(format::is_phone),
            Self::Birthdate => text(format::is_birthdate),
            Self::TimeZone => text(format::is_time_zone),
            Self::Locale => text(format::is_locale),
        }
    }
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

fn is_item(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

// OIDC-Core-5.1.1: every member of an address is text
fn is_address(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.values().all(Value::is_string)
}

// OIDC-Core-5.1: the standard claims; and `groups`
const TYPES: [(&str, ClaimType); 20] = [
    (GROUPS, ClaimType::Texts),
    ("name", ClaimType::Text),
    ("given_name", ClaimType::Text),
    ("family_name", ClaimType::Text),
    ("middle_name", ClaimType::Text),
    ("nickname", ClaimType::Text),
    ("preferred_username", ClaimType::Text),
    ("profile", ClaimType::Url),
    ("picture", ClaimType::Url),
    ("website", ClaimType::Url),
    ("email", ClaimType::Email),
    ("email_verified", ClaimType::Boolean),
    ("gender", ClaimType::Text),
    ("birthdate", ClaimType::Birthdate),
    ("zoneinfo", ClaimType::TimeZone),
    ("locale", ClaimType::Locale),
    ("phone_number", ClaimType::Phone),
    ("phone_number_verified", ClaimType::Boolean),
    ("address", ClaimType::Address),
    ("updated_at", ClaimType::Seconds),
];

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
