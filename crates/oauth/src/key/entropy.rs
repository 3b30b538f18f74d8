//! Randomness as an input: drawn once before deciding, so that deciding again gives the same.

use std::fmt;

use aws_lc_rs::hmac;

/// A source of random bytes that are fit for keys.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// Draws the randomness of one request.
    fn draw(&self) -> Entropy {
        let mut seed = [0; 32];
        self.fill(&mut seed);
        Entropy::from_seed(seed)
    }
}

/// The randomness of one request: 256 bits from which every value it needs is derived by label.
pub struct Entropy(hmac::Key);

impl Entropy {
    /// Wraps 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &seed))
    }

    /// The `N ≤ 32` bytes that belong to `label`: the same at every call.
    pub fn bytes<const N: usize>(&self, label: &str) -> [u8; N] {
        const { assert!(N <= 32, "one HMAC-SHA-256 output is 32 bytes") };
        let tag = hmac::sign(&self.0, label.as_bytes());
        let mut out = [0; N];
        for (to, from) in out.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        out
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_always_gives_the_same_bytes_and_another_label_others() {
        let draw = Entropy::from_seed([7; 32]);
        assert_eq!(draw.bytes::<16>("jti"), draw.bytes::<16>("jti"));
        assert_ne!(draw.bytes::<16>("jti"), draw.bytes::<16>("grant"));
    }
}
