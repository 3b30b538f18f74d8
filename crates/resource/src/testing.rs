//! Tokens for the tests of an API (feature `testing`): an issuer in the same process, without a network.

pub mod contract;

use std::{fmt, sync::Arc};

use airside_jose::{Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ};
use serde_json::{Map, Value, json};

use crate::{Builder, ResourceServer, clock};

/// An issuer with a key of its own.
///
/// ```
/// use airside_resource::testing::Issuer;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let issuer = Issuer::for_audience("https://api.example.com")?;
/// let server = issuer.resource_server().build()?; // for the state of the API under test
///
/// let alice = issuer.person("alice").scope("accounts:read").role("auditor").sign()?;
/// let batch = issuer.machine("batch").scope("accounts:read").sign()?;
/// let late = issuer.person("alice").claim("exp", 1).sign()?;
///
/// assert_eq!(server.verify_token(&alice).await?.token().subject(), "alice");
/// assert!(server.verify_token(&batch).await?.token().is_machine());
/// assert!(server.verify_token(&late).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct Issuer {
    audience: String,
    signer: Signer,
    keys: Arc<KeySet>,
}

/// A token that is not signed yet.
#[must_use]
pub struct UnsignedToken<'a> {
    issuer: &'a Issuer,
    claims: Map<String, Value>,
    scopes: Vec<String>,
    roles: Vec<String>,
}

/// A token or a key could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key could not be made or used")]
pub struct SigningError;

impl Issuer {
    /// Makes an issuer with a new key, for an API with this identifier.
    ///
    /// # Errors
    ///
    /// [`SigningError`] if the system has no randomness.
    pub fn for_audience(audience: impl Into<String>) -> Result<Self, SigningError> {
        let key = SigningKey::generate(Algorithm::ES256).map_err(|_| SigningError)?;
        let jwks = JwkSet {
            keys: vec![key.public_jwk(KID)],
        };
        Ok(Self {
            audience: audience.into(),
            keys: Arc::new(KeySet::from_jwks(&jwks)),
            signer: Signer::new(key, KID),
        })
    }

    /// Begins a resource server that accepts this issuer's tokens, and fetches no keys.
    #[must_use]
    pub fn resource_server(&self) -> Builder {
        let keys = Arc::clone(&self.keys);
        ResourceServer::trusting(ISSUER)
            .for_audience(&self.audience)
            .keys_from(move || Arc::clone(&keys))
    }

    /// Begins a token of a person.
    pub fn person(&self, subject: &str) -> UnsignedToken<'_> {
        self.token(subject, "app")
    }

    /// Begins a token of a machine that acts for itself.
    pub fn machine(&self, client_id: &str) -> UnsignedToken<'_> {
        self.token(client_id, client_id)
    }

    fn token(&self, subject: &str, client_id: &str) -> UnsignedToken<'_> {
        let now = clock::system()().as_i64();
        let claims = json!({
            "iss": ISSUER, "aud": self.audience, "sub": subject, "client_id": client_id,
            "jti": uuid::Uuid::from_u128(0).to_string(), "iat": now, "exp": now + LIFETIME_SECONDS,
        });
        UnsignedToken {
            issuer: self,
            claims: claims.as_object().cloned().unwrap_or_default(),
            scopes: Vec::new(),
            roles: Vec::new(),
        }
    }
}

impl UnsignedToken<'_> {
    /// Adds a scope, or several that are separated by spaces.
    pub fn scope(mut self, scope: &str) -> Self {
        self.scopes.push(scope.to_owned());
        self
    }

    /// Adds a role.
    pub fn role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// Sets a claim, such as a tenant, or replaces one.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Signs it.
    ///
    /// # Errors
    ///
    /// [`SigningError`] if the key cannot be used.
    pub fn sign(mut self) -> Result<String, SigningError> {
        let given = [
            ("scope", Value::from(self.scopes.join(" "))),
            ("roles", Value::from(self.roles)),
        ];
        for (name, value) in given {
            self.claims.entry(name).or_insert(value);
        }
        let payload = serde_json::to_vec(&self.claims).map_err(|_| SigningError)?;
        let signed = self.issuer.signer.sign_compact(Typ::AccessToken, &payload);
        signed.map_err(|_| SigningError)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Issuer").finish_non_exhaustive()
    }
}

impl fmt::Debug for UnsignedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnsignedToken")
            .finish_non_exhaustive()
    }
}

const ISSUER: &str = "https://issuer.test";
const KID: &str = "test";
const LIFETIME_SECONDS: i64 = 15 * 60;
