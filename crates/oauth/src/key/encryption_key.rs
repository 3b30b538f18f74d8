//! The key-encryption key, and how it wraps the keys in the store.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    Purpose, StoredKey,
    seal::{aead, hmac_sha256},
};

/// The key that wraps all others; from a file or the environment, never in the store.
#[derive(Clone)]
pub struct KeyEncryptionKey(Zeroizing<[u8; 32]>);

/// The key-encryption key is not the one that the store was made with, or a row was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored key cannot be opened with this key-encryption key")]
pub struct UnwrapKeyError;

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey")
    }
}

impl KeyEncryptionKey {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A value to store, by which a start with another key is recognised. Reveals nothing of it.
    pub fn check_value(&self) -> [u8; 32] {
        hmac_sha256(self.0.as_ref(), b"airside key-encryption key check")
    }

    /// Encrypts a private or secret key for the store; bound to its purpose and name.
    ///
    /// `salt` is 16 fresh random bytes: each row is encrypted under a key of its own.
    pub fn wrap(&self, purpose: Purpose, kid: &str, salt: [u8; 16], key: &[u8]) -> Vec<u8> {
        let mut out = salt.to_vec();
        out.extend(aead::seal(&self.row_key(purpose, kid, &salt), &[], key));
        out
    }

    /// Decrypts what [`Self::wrap`] made.
    ///
    /// # Errors
    ///
    /// [`UnwrapKeyError`] if this is another key, or the row is not what was written.
    pub fn unwrap(&self, stored: &StoredKey) -> Result<Zeroizing<Vec<u8>>, UnwrapKeyError> {
        let (salt, sealed) = stored.wrapped.split_at_checked(16).ok_or(UnwrapKeyError)?;
        let key = self.row_key(stored.purpose, &stored.kid, salt);
        aead::open(&key, &[], sealed).ok_or(UnwrapKeyError)
    }

    fn row_key(&self, purpose: Purpose, kid: &str, salt: &[u8]) -> [u8; 32] {
        let mut message = b"airside key wrap\0".to_vec();
        for part in [purpose.as_str().as_bytes(), kid.as_bytes(), salt] {
            message.extend((part.len() as u64).to_be_bytes());
            message.extend(part);
        }
        hmac_sha256(self.0.as_ref(), &message)
    }
}
