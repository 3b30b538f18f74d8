//! Takes tokens apart, and forges them.

use airside_jose::base64url;
use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// A token taken apart, without verifying it.
pub struct Decoded {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub signature: String,
}

impl Decoded {
    /// Takes a compact JWS (RFC 7515 §7.1) apart.
    pub fn read(token: &str) -> Result<Self> {
        let mut parts = token.split('.');
        let mut next = || parts.next().context("expected a token of three parts");
        Ok(Self {
            header: object(next()?)?,
            claims: object(next()?)?,
            signature: next()?.to_owned(),
        })
    }

    /// Replaces a claim.
    pub fn claim(mut self, name: &str, value: &str) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Replaces a member of the header.
    pub fn member(mut self, name: &str, value: &str) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Puts another signature.
    pub fn signed(mut self, signature: &str) -> Self {
        signature.clone_into(&mut self.signature);
        self
    }

    /// A text claim; empty if it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.claims
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The token again.
    pub fn write(&self) -> String {
        let part = |object: &Map<String, Value>| {
            base64url::encode(Value::from(object.clone()).to_string())
        };
        format!(
            "{}.{}.{}",
            part(&self.header),
            part(&self.claims),
            self.signature
        )
    }
}

fn object(part: &str) -> Result<Map<String, Value>> {
    let bytes = base64url::decode(part).context("expected base64url in a token")?;
    serde_json::from_slice(&bytes).context("expected JSON in a token")
}
