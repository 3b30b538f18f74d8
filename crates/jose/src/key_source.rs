//! Where a verifier finds keys.

use std::{collections::HashMap, sync::Arc};

use crate::{Algorithm, JwkError, JwkSet, VerifyingKey};

/// Finds the key of a token by what its header claims.
pub trait KeySource {
    /// Returns the key named `kid` if it is one of `algorithm`.
    ///
    /// `kid` is an attacker's text of at most 128 bytes: look it up, never interpret it.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<VerifyingKey>>;
}

/// The keys of one issuer, by `kid` and algorithm.
///
/// Keep one set an issuer: two issuers may use the same `kid` (RFC 8725 §3.8).
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    named: HashMap<String, Vec<Arc<VerifyingKey>>>,
    all: Vec<Arc<VerifyingKey>>,
}

impl KeySet {
    /// Parses every key of a set that can verify; keys for other purposes are left out.
    ///
    /// # Errors
    ///
    /// [`JwkError::DuplicateKid`] if two keys share `kid` and algorithm.
    pub fn from_jwks(set: &JwkSet) -> Result<Self, JwkError> {
        // RFC7517-5: keys that are not understood or not usable are ignored
        let keys = set
            .keys
            .iter()
            .filter_map(|jwk| VerifyingKey::from_jwk(jwk, None).ok());
        keys.map(Arc::new).try_fold(Self::default(), Self::with)
    }

    /// Returns the number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Tells whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the keys in the order of the set.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.all.iter().map(AsRef::as_ref)
    }

    fn with(mut self, key: Arc<VerifyingKey>) -> Result<Self, JwkError> {
        if let Some(kid) = key.kid() {
            let same_name = self.named.entry(kid.to_owned()).or_default();
            if same_name
                .iter()
                .any(|other| other.algorithm() == key.algorithm())
            {
                return Err(JwkError::DuplicateKid);
            }
            same_name.push(Arc::clone(&key));
        }
        self.all.push(key);
        Ok(self)
    }
}

impl KeySource for KeySet {
    /// Without `kid`, the key is found only if it is the one key of its algorithm.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<VerifyingKey>> {
        let candidates = match kid {
            Some(kid) => self.named.get(kid)?,
            None => &self.all,
        };
        let mut fitting = candidates.iter().filter(|key| key.algorithm() == algorithm);
        let found = fitting.next()?;
        fitting.next().is_none().then(|| Arc::clone(found))
    }
}

#[cfg(test)]
mod tests;
