//! Unique texts and numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// A source of unique texts. Its seed is an argument, so that a scan can be repeated.
#[derive(Debug)]
pub struct Mint {
    pub(super) seed: u64,
    pub(super) count: AtomicU64,
}

impl Mint {
    /// Makes a source.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            count: AtomicU64::new(0),
        }
    }

    /// Returns a number that it has not returned before, with a negligible probability.
    pub fn number(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        // splitmix64
        let mut state = self
            .seed
            .wrapping_add(count.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^ (state >> 31)
    }

    /// Returns a unique text of small letters and digits: `zq` and ten more.
    pub fn canary(&self) -> String {
        let mut number = self.number();
        let mut text = String::from(CANARY_START);
        for _ in CANARY_START.len()..LENGTH {
            let at = usize::try_from(number % 32).unwrap_or(0);
            text.push(char::from(SIGNS.get(at).copied().unwrap_or(b'a')));
            number /= 32;
        }
        text
    }

    /// Returns a random UUID.
    pub fn uuid(&self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// Returns decimal digits.
    pub fn digits(&self, count: usize) -> String {
        let mut text = String::new();
        while text.len() < count {
            text.push_str(&(self.number() % 1_000_000_000).to_string());
        }
        text.truncate(count);
        text
    }
}

/// A unique text in a request, and the member that it was sent in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary {
    /// The name of the member.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Returns the texts that have the form of whole canaries in a text, in their order.
#[must_use]
pub fn canaries_in(text: &str) -> Vec<&str> {
    let is_sign = |sign: u8| SIGNS.contains(&sign);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(CANARY_START)) {
        let begin = from + at;
        let canary = text.get(begin..begin + LENGTH);
        let canary = canary.filter(|one| one.bytes().all(is_sign));
        found.extend(canary);
        from = begin + canary.map_or(CANARY_START.len(), str::len);
    }
    found
}

/// The signs that every canary begins with.
pub(crate) const CANARY_START: &str = "zq";
const LENGTH: usize = 12;
const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// The least length of a text that is a canary.
pub const MIN_CANARY: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canaries_are_known_by_their_form() {
        let mint = Mint::new(1);
        let (first, second) = (mint.canary(), mint.canary());
        let text = format!("a{first}{second}@example.com zqshort zqILLEGAL234");
        assert_eq!(canaries_in(&text), [first, second]);
    }
}
