//! Client assertions: `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

use std::time::Duration;

use airside_jose::{Algorithm, VerifyingKey};
use serde_json::{Map, Value};

use crate::{
    client::{AssertionAudience, Client},
    error::OAuthError,
    profile::Profile,
    secret::Digest,
    time::Time,
};

/// An assertion that proved a client, and must never do so again (RFC 7523 §3, `jti`).
#[derive(Clone, Copy, Debug)]
pub struct UsedAssertion {
    /// Of the client's id and the `jti`.
    pub digest: Digest,
    /// When it has expired, leeway included, so that it may be forgotten.
    pub until: Time,
}

/// Verifies an assertion of `client`, signed with one of its `keys`.
pub(super) fn verify(
    text: &str,
    client: &Client,
    keys: &[VerifyingKey],
    profile: &Profile,
    now: Time,
) -> Result<UsedAssertion, OAuthError> {
    let claims = Claims(signed_claims(text, keys)?);
    claims.check_client(client)?;
    claims.check_audience(client, profile)?;
    let exp = claims.check_times(now.as_seconds())?;
    let jti = claims.jti()?;
    // NUL occurs in no client_id, so no two pairs are written alike
    let used = format!("client_assertion\0{}\0{jti}", client.client_id);
    let expired = Time::from_millis(exp.saturating_mul(1000));
    Ok(UsedAssertion {
        digest: Digest::of(used.as_bytes()),
        until: expired.plus(Duration::from_secs(LEEWAY_SECONDS.unsigned_abs())),
    })
}

struct Claims(Map<String, Value>);

impl Claims {
    fn check_client(&self, client: &Client) -> Result<(), OAuthError> {
        // RFC7523-3: iss and sub are the client_id
        let own = Some(client.client_id.as_str());
        if self.text("iss") != own || self.text("sub") != own {
            return Err(refused("`iss` and `sub` must both be the client_id"));
        }
        Ok(())
    }

    fn check_audience(&self, client: &Client, profile: &Profile) -> Result<(), OAuthError> {
        let issuer = &profile.issuer;
        let endpoint = client.settings.assertion_audience == AssertionAudience::TokenEndpoint;
        // RFC7523-3: one string, so that no other server can use the assertion here
        match self.text("aud") {
            Some(aud) if aud == issuer => Ok(()),
            Some(aud) if endpoint && aud == profile.endpoint("/token") => Ok(()),
            _ => Err(refused(&format!("`aud` must be the string {issuer}"))),
        }
    }

    /// The time of expiry.
    fn check_times(&self, now: i64) -> Result<i64, OAuthError> {
        let exp = self.number("exp")?.ok_or_else(|| refused("`exp` is missing"))?;
        // RFC7523-3: exp limits the time during which it can be used
        if exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(refused("it has expired: compare the clocks"));
        }
        let longest = MOST_SECONDS + LEEWAY_SECONDS;
        if exp.saturating_sub(now) > longest {
            return Err(refused("`exp` is too far ahead: it may live 5 minutes at most"));
        }
        if let Some(iat) = self.number("iat")? {
            if iat.saturating_sub(now) > LEEWAY_SECONDS {
                return Err(refused("`iat` is in the future: compare the clocks"));
            }
            if now.saturating_sub(iat) > longest {
                return Err(refused("`iat` is too old: it may live 5 minutes at most"));
            }
        }
        match self.number("nbf")? {
            Some(nbf) if nbf.saturating_sub(now) > LEEWAY_SECONDS => {
                Err(refused("`nbf` is in the future: compare the clocks"))
            }
            _ => Ok(exp),
        }
    }

    fn jti(&self) -> Result<&str, OAuthError> {
        // OIDC-Core-9: jti is required, and used once
        let jti = self.text("jti").filter(|jti| (1..=MOST_JTI_BYTES).contains(&jti.len()));
        jti.ok_or_else(|| refused("`jti` must be a string of 1 to 256 bytes"))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn number(&self, name: &str) -> Result<Option<i64>, OAuthError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let number = value.as_i64().map(Some);
        number.ok_or_else(|| refused(&format!("`{name}` must be a whole number of seconds")))
    }
}

fn refused(reason: &str) -> OAuthError {
    OAuthError::invalid_client(format!("the client_assertion is refused: {reason}"))
}

/// What a client may sign its assertions with.
pub const ASSERTION_ALGORITHMS: [Algorithm; 5] =
    [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];

const LEEWAY_SECONDS: i64 = 30;
const MOST_JTI_BYTES: usize = 256;
const MOST_SECONDS: i64 = 5 * 60;

pub(super) fn unverified_client_id(_text: &str) -> Result<String, OAuthError> {
    Err(super::unknown_client())
}

fn signed_claims(_text: &str, _keys: &[VerifyingKey]) -> Result<Map<String, Value>, OAuthError> {
    Err(super::unknown_client())
}
