//! Secrets that are shown once, and the digests that are stored instead.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use zeroize::Zeroizing;

use crate::key::entropy::Entropy;

/// A secret in plain text: kept out of `Debug`, wiped when dropped, never stored.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of a secret received or configured.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Makes a secret of 256 bits: `prefix`, then 64 lower-case hexadecimal digits.
    ///
    /// The characters are the same before and after form-encoding, so that a client which forgets
    /// to encode its credentials (RFC 6749 §2.3.1) still authenticates.
    pub fn random(prefix: &str, draw: &Entropy, label: &str) -> Self {
        let mut text = String::with_capacity(prefix.len() + 64);
        text.push_str(prefix);
        for byte in draw.bytes::<32>(label) {
            text.push_str(&format!("{byte:02x}"));
        }
        Self::new(text)
    }

    /// The secret itself, for the one place that must show or send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the digest, which may be stored.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The SHA-256 of a random secret; compared only in constant time.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests `bytes` with SHA-256. Only for secrets of 128 bits or more; passwords use argon2id.
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        Self(out)
    }

    /// A digest read back from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns true if both digests are equal, in the same time wherever they differ.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_type_and_nothing_else() {
        // T49
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {:?}", secret.digest()), "Secret Digest");
    }

    #[test]
    fn a_digest_matches_only_its_own_secret() {
        // T48
        assert!(Digest::of(b"a").matches(&Secret::new("a").digest()));
        assert!(!Digest::of(b"a").matches(&Secret::new("b").digest()));
    }
}
