//! A good access token and its deviations.

use serde_json::{Map, Value, json};

use super::{VerifiedToken, Verifier, VerifyError};
use crate::{Algorithm, JwkSet, KeySet, SigningKey, UnixSeconds, base64url};

pub(super) const ISSUER: &str = "https://id.example.com";
pub(super) const AUDIENCE: &str = "https://api.example.com";
/// The time, as claims have it.
pub(super) const NOW: i64 = 1_800_000_000;
/// The time, as the verifiers are given it.
pub(super) const CLOCK: UnixSeconds = UnixSeconds::new(NOW);

/// An issuer with one ES256 key.
pub(super) struct Issuer {
    pub(super) key: SigningKey,
    pub(super) keys: KeySet,
}

impl Issuer {
    pub(super) fn new() -> Self {
        Self::with(Algorithm::ES256)
    }

    pub(super) fn with(algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let jwks = JwkSet {
            keys: vec![key.public_jwk("key-1")],
        };
        let keys = KeySet::from_jwks(&jwks);
        Self { key, keys }
    }

    /// Signs these very texts.
    pub(super) fn sign(&self, header: &str, payload: &str) -> String {
        let input = format!(
            "{}.{}",
            base64url::encode(header),
            base64url::encode(payload)
        );
        let signature = self.key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }

    pub(super) fn good_token(&self) -> String {
        self.sign(&header().to_string(), &claims().to_string())
    }

    /// Signs good claims under this header.
    pub(super) fn with_header(&self, header: &str) -> String {
        self.sign(header, &claims().to_string())
    }

    /// Signs these claims under a good header.
    pub(super) fn with_payload(&self, payload: &str) -> String {
        self.sign(&header().to_string(), payload)
    }

    /// Signs good claims, but with this one.
    pub(super) fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = claims();
        claims[name] = value;
        self.with_payload(&claims.to_string())
    }

    pub(super) fn without_claim(&self, name: &str) -> String {
        let mut claims = claims();
        members(&mut claims).remove(name).unwrap();
        self.with_payload(&claims.to_string())
    }

    pub(super) fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        verifier().verify(token, &self.keys, CLOCK)
    }

    /// Returns why it is refused, after the control: the good token is accepted.
    pub(super) fn refusal(&self, token: &str) -> VerifyError {
        assert!(
            self.verify(&self.good_token()).is_ok(),
            "the control is accepted"
        );
        self.verify(token).unwrap_err()
    }
}

pub(super) fn verifier() -> Verifier {
    Verifier::new(ISSUER, AUDIENCE)
}

pub(super) fn header() -> Value {
    json!({ "alg": "ES256", "kid": "key-1", "typ": "at+jwt" })
}

/// A good header with one more member, or another value of one.
pub(super) fn header_with(name: &str, value: Value) -> String {
    let mut header = header();
    header[name] = value;
    header.to_string()
}

pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "spa", "jti": "token-1",
        "iat": NOW - 10, "exp": NOW + 890, "scope": "openid accounts:read", "roles": ["customer"],
        "grant_id": "grant-1",
    })
}

pub(super) fn members(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}
