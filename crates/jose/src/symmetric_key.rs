//! Shared secrets, which sign and verify (HS256).

use std::{fmt, sync::Arc};

use aws_lc_rs::hmac;

use crate::{Algorithm, KeyError, KeySource, VerifyingKey, verifying_key::hmac_key};

/// A shared secret: signs and verifies with HS256, and is the only key of its [`KeySource`].
///
/// For an API that supports only symmetric keys; its source ignores `kid`.
#[derive(Clone)]
pub struct SymmetricKey {
    key: hmac::Key,
    verifying: Arc<VerifyingKey>,
}

impl SymmetricKey {
    /// Makes a key from a shared secret.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`] below 32 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        let verifying = Arc::new(VerifyingKey::from_secret(secret)?);
        Ok(Self {
            key: hmac_key(secret)?,
            verifying,
        })
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }
}

impl KeySource for SymmetricKey {
    fn find(&self, _: Option<&str>, algorithm: Algorithm) -> Vec<Arc<VerifyingKey>> {
        match algorithm {
            Algorithm::HS256 => vec![Arc::clone(&self.verifying)],
            _ => Vec::new(),
        }
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey")
    }
}
