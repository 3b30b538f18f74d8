//! The sources of keys for verifiers.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use crate::{Algorithm, Jwk, JwkError, JwkSet, JwkSetError, VerifyingKey, jwk};

/// Finds the keys of a token by what its header claims.
pub trait KeySource {
    /// Returns the keys of `algorithm` that are named `kid`: each is tried, so they are few.
    ///
    /// `kid` is an attacker's text of at most 128 bytes: look it up, never interpret it.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<Arc<VerifyingKey>>;
}

/// The keys of one issuer, by `kid` and algorithm.
///
/// Keep one set an issuer: two issuers may use the same `kid` (RFC 8725 §3.8).
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    named: HashMap<String, Vec<Arc<VerifyingKey>>>,
    all: Vec<Arc<VerifyingKey>>,
    /// The only key, if it has no name.
    is_nameless: bool,
}

/// The keys of a set as an issuer publishes it, read by [`KeySet::published`].
#[derive(Clone, Debug)]
pub struct PublishedKeys {
    /// The keys that can verify.
    pub keys: KeySet,
    /// The entries that are skipped.
    pub skipped: Vec<SkippedKey>,
}

/// An entry of a published set that is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its position in the set, counted from 1.
    pub position: usize,
    /// Its name, if it has one; cut after 64 characters.
    pub kid: Option<String>,
    /// The reason.
    pub reason: JwkError,
}

impl KeySet {
    /// Makes a set of every key that can verify; keys for other purposes are skipped. A key without `alg`
    /// verifies with each algorithm of its type, keys that are there twice count once, and of
    /// those that share a `kid` and an algorithm the first four count (RFC 7517 §4.5, §5).
    #[must_use]
    pub fn from_jwks(set: &JwkSet) -> Self {
        let keys = set.keys.iter().cloned().map(Ok);
        Self::collect(keys).0
    }

    /// Reads a set as an issuer publishes it: a bad entry is skipped, and the others count. A private key
    /// is skipped too, and its owner must replace it.
    ///
    /// # Errors
    ///
    /// [`JwkSetError`]: beyond 256 KiB or 64 entries, or not strict JSON.
    pub fn published(bytes: &[u8]) -> Result<PublishedKeys, JwkSetError> {
        let entries = jwk::entries(bytes)?;
        let (keys, reasons) = Self::collect(entries.iter().map(Jwk::from_value));
        let left_out = reasons.into_iter().map(|(at, why)| SkippedKey {
            position: at + 1,
            kid: entries.get(at).and_then(name),
            reason: why,
        });
        Ok(PublishedKeys {
            keys,
            skipped: left_out.collect(),
        })
    }

    /// Collects the keys, and the positions of those that are skipped.
    fn collect(
        keys: impl Iterator<Item = Result<Jwk, JwkError>>,
    ) -> (Self, Vec<(usize, JwkError)>) {
        let (mut set, mut left_out, mut taken) = (Self::default(), Vec::new(), Vec::new());
        for (at, key) in keys.enumerate() {
            let added = key.and_then(|key| match taken.contains(&key) {
                // RFC7517-4.5: the same key, once more
                true => Ok(()),
                false => {
                    set.add(&key)?;
                    taken.push(key);
                    Ok(())
                }
            });
            if let Err(why) = added {
                left_out.push((at, why));
            }
        }
        set.is_nameless = matches!(taken.as_slice(), [only] if only.kid().is_none());
        (set, left_out)
    }

    fn add(&mut self, jwk: &Jwk) -> Result<(), JwkError> {
        let own = jwk.algorithm();
        let algorithms = own.as_ref().map(std::slice::from_ref);
        for algorithm in algorithms.unwrap_or(jwk.material().algorithms()) {
            let key = Arc::new(VerifyingKey::from_jwk(jwk, Some(*algorithm))?);
            if let Some(kid) = key.kid() {
                let same_name = self.named.entry(kid.to_owned()).or_default();
                let fitting = same_name.iter().filter(|one| one.algorithm() == *algorithm);
                if fitting.count() == MAX_TRIED {
                    return Err(JwkError::CrowdedKid);
                }
                same_name.push(Arc::clone(&key));
            }
            self.all.push(key);
        }
        Ok(())
    }

    /// Returns the number of keys; one that verifies with two algorithms counts twice.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Tells whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the keys in the order of the set.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.all.iter().map(AsRef::as_ref)
    }
}

impl KeySource for KeySet {
    /// Without `kid`, a key is found only if it is the one key of its algorithm; an only key without a
    /// name is found by every `kid`.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<Arc<VerifyingKey>> {
        let named = kid.filter(|_| !self.is_nameless);
        let candidates = match named {
            Some(kid) => self.named.get(kid).map_or(&[][..], Vec::as_slice),
            None => &self.all,
        };
        let fitting = candidates.iter().filter(|key| key.algorithm() == algorithm);
        let found: Vec<_> = fitting.cloned().collect();
        match named.is_none() && found.len() > 1 {
            true => Vec::new(),
            false => found,
        }
    }
}

/// Returns the name of an entry, shortened for a log.
fn name(entry: &Value) -> Option<String> {
    let kid = entry.get("kid")?.as_str()?;
    Some(kid.chars().take(MAX_SHOWN).collect())
}

/// The most keys that are tried for one token.
const MAX_TRIED: usize = 4;
/// The most characters of a name in a log.
const MAX_SHOWN: usize = 64;

#[cfg(test)]
mod tests;
