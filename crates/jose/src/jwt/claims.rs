//! Reading claims, each of its one type.

use serde_json::{Map, Value};

use super::{VerifyError, times::Times};
use crate::{UnixSeconds, digest::sha256, is_scope_token, json};

/// The claims of a payload whose signature was verified.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn parse(payload: &[u8]) -> Result<Self, VerifyError> {
        json::parse_object(payload)
            .map(Self)
            .map_err(VerifyError::Claims)
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Gives a missing claim the value of another one.
    pub(super) fn adopt(&mut self, name: &str, other: &str) {
        if !self.has(name)
            && let Some(value) = self.0.get(other).cloned()
        {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// Gives a missing `client_id` the value of the first of these claims.
    pub(super) fn adopt_client(&mut self, names: &[&str]) {
        for name in names {
            self.adopt("client_id", name);
        }
    }

    /// Gives the claims of issuers that do not know RFC 9068 their types there: the scope, the name of
    /// the token, and times. A claim that has its type already is left alone.
    pub(super) fn adopt_usual_forms(&mut self, token: &str) -> Result<(), VerifyError> {
        self.adopt_scope()?;
        self.adopt_name(token)?;
        self.adopt_whole_times()
    }

    fn adopt_scope(&mut self) -> Result<(), VerifyError> {
        self.adopt("scope", "scp");
        if self.0.get("scope").is_some_and(|scope| !scope.is_string()) {
            let scope = self.scopes()?.join(" ");
            self.0.insert("scope".to_owned(), scope.into());
        }
        Ok(())
    }

    fn adopt_name(&mut self, token: &str) -> Result<(), VerifyError> {
        if !self.has("jti") {
            // an ECDSA signature has several spellings, and the signed text only one
            let (signed, _) = token
                .rsplit_once('.')
                .ok_or(VerifyError::MissingClaim("jti"))?;
            let digest = sha256(signed.as_bytes());
            self.0.insert("jti".to_owned(), digest.into());
        }
        Ok(())
    }

    /// Rounds times that have a fraction, so that the token lives shorter.
    pub(super) fn adopt_whole_times(&mut self) -> Result<(), VerifyError> {
        // RFC7519-2: a NumericDate may have a fraction; rounded so that the token lives shorter
        for (name, round) in [
            ("exp", f64::floor as fn(f64) -> f64),
            ("iat", f64::floor),
            ("nbf", f64::ceil),
        ] {
            let value = self.0.get(name).filter(|value| value.is_f64());
            let Some(seconds) = value.and_then(Value::as_f64) else {
                continue;
            };
            let whole = (seconds >= 0.0).then(|| whole_seconds(round(seconds)));
            let whole = whole.flatten().ok_or(VerifyError::WrongClaimType(name))?;
            self.0.insert(name.to_owned(), whole.into());
        }
        Ok(())
    }

    /// Reads `scope` as an array of names.
    fn scopes(&self) -> Result<Vec<String>, VerifyError> {
        let names = self.optional_texts("scope")?;
        let good = names.iter().all(|one| is_scope_token(one));
        good.then_some(names)
            .ok_or(VerifyError::WrongClaimType("scope"))
    }

    /// Returns the value that a JSON pointer leads to (RFC 6901).
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        let path = pointer.strip_prefix('/')?;
        let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
        let claim = match first.contains('~') {
            true => self.0.get(&first.replace("~1", "/").replace("~0", "~")),
            false => self.0.get(first),
        };
        claim?.pointer(rest)
    }

    /// Returns the names that a JSON pointer leads to: the texts of a list, the members of an object, or one
    /// text; none for any other value.
    pub(super) fn names_at(&self, pointer: &str) -> Vec<String> {
        match self.at(pointer) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => {
                let texts = many.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn required(&self, name: &'static str) -> Result<&Value, VerifyError> {
        self.0.get(name).ok_or(VerifyError::MissingClaim(name))
    }

    pub(super) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, VerifyError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(VerifyError::WrongClaimType(name)),
        }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str, VerifyError> {
        self.optional_text(name)?
            .ok_or(VerifyError::MissingClaim(name))
    }

    /// Reads a text of 1 to 255 bytes without control characters, NUL among them.
    pub(super) fn identifier(&self, name: &'static str) -> Result<String, VerifyError> {
        let text = self.text(name)?;
        // OIDC-Core-2: `sub` has at most 255 characters; the same bound serves every identifier
        let fits = (1..=255).contains(&text.len()) && !text.contains(char::is_control);
        fits.then(|| text.to_owned())
            .ok_or(VerifyError::WrongClaimType(name))
    }

    /// Reads a whole number of seconds that is not negative.
    pub(super) fn optional_seconds(&self, name: &'static str) -> Result<Option<i64>, VerifyError> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let seconds = value.as_i64().filter(|seconds| *seconds >= 0);
        seconds.map(Some).ok_or(VerifyError::WrongClaimType(name))
    }

    /// Reads a time, which is not before 1970.
    pub(super) fn optional_time(
        &self,
        name: &'static str,
    ) -> Result<Option<UnixSeconds>, VerifyError> {
        Ok(self.optional_seconds(name)?.map(UnixSeconds::new))
    }

    pub(super) fn time(&self, name: &'static str) -> Result<UnixSeconds, VerifyError> {
        self.optional_time(name)?
            .ok_or(VerifyError::MissingClaim(name))
    }

    pub(super) fn times(&self) -> Result<Times, VerifyError> {
        Ok(Times {
            expires_at: self.time("exp")?,
            issued_at: self.time("iat")?,
            not_before: self.optional_time("nbf")?,
        })
    }

    /// Reads one text, or an array of texts that is not empty.
    pub(super) fn audience(&self) -> Result<Vec<String>, VerifyError> {
        match self.required("aud")? {
            Value::String(one) => Ok(vec![one.clone()]),
            Value::Array(_) => {
                let many = self.optional_texts("aud")?;
                (!many.is_empty())
                    .then_some(many)
                    .ok_or(VerifyError::WrongClaimType("aud"))
            }
            _ => Err(VerifyError::WrongClaimType("aud")),
        }
    }

    /// Reads an array of texts; empty if it is missing.
    pub(super) fn optional_texts(&self, name: &'static str) -> Result<Vec<String>, VerifyError> {
        let wrong = || VerifyError::WrongClaimType(name);
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
    pub(super) fn require_issuer(&self, issuer: &str) -> Result<(), VerifyError> {
        // RFC9068-4: the issuer identifier matches exactly
        (self.text("iss")? == issuer)
            .then_some(())
            .ok_or(VerifyError::WrongIssuer)
    }
}

/// Converts a number without a fraction, if every float up to it is exact.
fn whole_seconds(seconds: f64) -> Option<i64> {
    // the text of a whole float has no point; there is no other lossless way
    let fits = (0.0..9_007_199_254_740_992.0).contains(&seconds);
    fits.then(|| format!("{seconds:.0}").parse().ok()).flatten()
}
