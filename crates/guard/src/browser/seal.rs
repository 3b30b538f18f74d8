//! Sealing what is given to a browser or kept in a file: AES-256-GCM under a derived key.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use serde::{Serialize, de::DeserializeOwned};

/// A key for one purpose.
pub(super) struct SealKey(RandomizedNonceKey);

struct KeyBytes;

impl KeyType for KeyBytes {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

impl SealKey {
    /// Derives the key for a purpose from a secret (RFC 5869).
    pub(super) fn derive(secret: &[u8], purpose: &str) -> Option<Self> {
        let prk = Salt::new(HKDF_SHA256, SALT).extract(secret);
        let mut key = [0; KEY_BYTES];
        let info = [purpose.as_bytes()];
        prk.expand(&info, KeyBytes).ok()?.fill(&mut key).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).ok().map(Self)
    }

    /// Seals a value; only the same key opens it.
    pub(super) fn seal(&self, value: &impl Serialize) -> Option<Vec<u8>> {
        let mut bytes = serde_json::to_vec(value).ok()?;
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::empty(), &mut bytes)
            .ok()?;
        Some([nonce.as_ref().as_slice(), &bytes].concat())
    }

    /// Opens what [`Self::seal`] made; `None` for anything else.
    pub(super) fn open<T: DeserializeOwned>(&self, sealed: &[u8]) -> Option<T> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = sealed.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

const SALT: &[u8] = b"airside guard";
const KEY_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens_what_was_sealed() {
        let key = |secret: &[u8], purpose| SealKey::derive(secret, purpose).unwrap();
        let sealed = key(b"secret", "flow").seal(&"text").unwrap();
        let open = |key: SealKey, sealed: &[u8]| key.open::<String>(sealed);
        assert_eq!(
            open(key(b"secret", "flow"), &sealed).as_deref(),
            Some("text")
        );
        assert_eq!(open(key(b"secret", "session"), &sealed), None);
        assert_eq!(open(key(b"other", "flow"), &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(key(b"secret", "flow"), &changed), None);
            assert_eq!(open(key(b"secret", "flow"), &sealed[..at]), None);
        }
    }
}
