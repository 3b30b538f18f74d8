//! Reading claims, each of its one type.

use serde_json::{Map, Value};

use super::Refused;
use crate::json;

/// The claims of a payload whose signature was verified.
pub(super) struct Claims(Map<String, Value>);

/// `exp`, `iat` and `nbf` in seconds since 1970, none negative.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) expires_at: i64,
    pub(super) issued_at: i64,
    pub(super) not_before: Option<i64>,
}

impl Claims {
    pub(super) fn parse(payload: &[u8]) -> Result<Self, Refused> {
        json::parse_object(payload)
            .map(Self)
            .map_err(Refused::Claims)
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn required(&self, name: &'static str) -> Result<&Value, Refused> {
        self.0.get(name).ok_or(Refused::MissingClaim(name))
    }

    pub(super) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, Refused> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refused::WrongClaimType(name)),
        }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str, Refused> {
        self.optional_text(name)?.ok_or(Refused::MissingClaim(name))
    }

    /// A text of 1 to 255 bytes without control characters, NUL among them.
    pub(super) fn identifier(&self, name: &'static str) -> Result<String, Refused> {
        let text = self.text(name)?;
        // OIDC-Core-2: `sub` has at most 255 characters; the same bound serves every identifier
        let fits = (1..=255).contains(&text.len()) && !text.contains(char::is_control);
        fits.then(|| text.to_owned())
            .ok_or(Refused::WrongClaimType(name))
    }

    /// A whole number of seconds since 1970.
    pub(super) fn optional_seconds(&self, name: &'static str) -> Result<Option<i64>, Refused> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let seconds = value.as_i64().filter(|seconds| *seconds >= 0);
        seconds.map(Some).ok_or(Refused::WrongClaimType(name))
    }

    pub(super) fn seconds(&self, name: &'static str) -> Result<i64, Refused> {
        self.optional_seconds(name)?
            .ok_or(Refused::MissingClaim(name))
    }

    pub(super) fn times(&self) -> Result<Times, Refused> {
        Ok(Times {
            expires_at: self.seconds("exp")?,
            issued_at: self.seconds("iat")?,
            not_before: self.optional_seconds("nbf")?,
        })
    }

    /// One text, or an array of texts that is not empty.
    pub(super) fn audience(&self) -> Result<Vec<String>, Refused> {
        match self.required("aud")? {
            Value::String(one) => Ok(vec![one.clone()]),
            Value::Array(_) => {
                let many = self.optional_texts("aud")?;
                (!many.is_empty())
                    .then_some(many)
                    .ok_or(Refused::WrongClaimType("aud"))
            }
            _ => Err(Refused::WrongClaimType("aud")),
        }
    }

    /// An array of texts; empty if it is not there.
    pub(super) fn optional_texts(&self, name: &'static str) -> Result<Vec<String>, Refused> {
        let wrong = || Refused::WrongClaimType(name);
        let Some(value) = self.0.get(name) else {
            return Ok(Vec::new());
        };
        let items = value.as_array().ok_or_else(wrong)?;
        let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(wrong)
    }

    pub(super) fn audience_is_array(&self) -> bool {
        self.0.get("aud").is_some_and(Value::is_array)
    }

    /// Requires `iss` to be the issuer, byte for byte.
    pub(super) fn require_issuer(&self, issuer: &str) -> Result<(), Refused> {
        // RFC9068-4: the issuer identifier matches exactly
        (self.text("iss")? == issuer)
            .then_some(())
            .ok_or(Refused::WrongIssuer)
    }
}

impl Times {
    /// Requires that `exp` has not passed.
    pub(super) fn require_unexpired(&self, now: i64, leeway: i64) -> Result<(), Refused> {
        // RFC7519-4.1.4: on or after `exp` the token must not be accepted
        let until = self.expires_at.saturating_add(leeway);
        (now < until).then_some(()).ok_or(Refused::Expired)
    }

    /// Requires that `nbf` and `iat` have come.
    pub(super) fn require_begun(&self, now: i64, leeway: i64) -> Result<(), Refused> {
        let latest = now.saturating_add(leeway);
        // RFC7519-4.1.5: before `nbf` the token must not be accepted
        if self
            .not_before
            .is_some_and(|not_before| not_before > latest)
        {
            return Err(Refused::NotYetValid);
        }
        (self.issued_at <= latest)
            .then_some(())
            .ok_or(Refused::IssuedInFuture)
    }

    /// Requires a lifetime that an offline verifier can answer for.
    pub(super) fn require_short_life(&self) -> Result<(), Refused> {
        let lifetime = self.expires_at.checked_sub(self.issued_at);
        let short = lifetime.is_some_and(|seconds| seconds <= MAX_LIFETIME_SECONDS);
        short.then_some(()).ok_or(Refused::LifetimeTooLong)
    }
}

const MAX_LIFETIME_SECONDS: i64 = 24 * 60 * 60;
