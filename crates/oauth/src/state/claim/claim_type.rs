//! The types of claims, by their names, and the values that each takes.

use serde_json::{Map, Value};

use super::format;
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

impl ClaimType {
    /// Returns the type of the claim `name`.
    pub fn of(name: &str) -> Self {
        // OIDC-Core-5.2: a claim in a certain language has the type of the claim
        let name = name.split_once('#').map_or(name, |(name, _)| name);
        let known = TYPES.iter().find(|(known, _)| *known == name);
        known.map_or(Self::Any, |(_, kind)| *kind)
    }

    pub(super) const fn expected(self) -> &'static str {
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

    pub(super) fn takes(self, value: &Value) -> bool {
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
