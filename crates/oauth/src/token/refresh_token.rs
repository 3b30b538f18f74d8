//! Refresh tokens: family ‖ generation ‖ MAC. Nothing of them is stored.

use airside_jose::base64url;

use crate::{
    id::GrantId,
    key::{Purpose, vault::Vault},
    time::Time,
};

/// A refresh token whose MAC is right: it was made here, for this issuer, in this epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The grant it belongs to.
    pub family: GrantId,
    /// Counts the rotations of the family.
    pub generation: u32,
}

impl RefreshToken {
    /// Renders the token with a fresh MAC; none only if the issuer has no key for it.
    pub fn render(&self, vault: &Vault, now: Time) -> Option<String> {
        let body = self.body();
        let (version, tag) = vault.mac(Purpose::RefreshToken, &body, now)?;
        let mut bytes = version.to_be_bytes().to_vec();
        bytes.extend(body);
        bytes.extend(tag);
        Some(format!("{PREFIX}{}", base64url::encode(&bytes)))
    }

    /// Reads a token and proves that it was made here. Touches no store: a forged token costs one
    /// MAC.
    pub fn verify(text: &str, vault: &Vault) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX)?;
        if encoded.len() != ENCODED_LENGTH {
            return None;
        }
        let bytes = base64url::decode(encoded).ok()?;
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (family, rest) = rest.split_first_chunk::<16>()?;
        let (generation, tag) = rest.split_first_chunk::<4>()?;
        let token = Self {
            family: GrantId::from_bytes(*family),
            generation: u32::from_be_bytes(*generation),
        };
        let key = (Purpose::RefreshToken, u32::from_be_bytes(*version));
        vault.mac_matches(key, &token.body(), tag).then_some(token)
    }

    /// Returns true if `text` has the form of a refresh token, authentic or not.
    pub fn resembles(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    fn body(&self) -> [u8; 20] {
        let mut body = [0; 20];
        let generation = self.generation.to_be_bytes();
        let parts = self.family.as_bytes().iter().chain(&generation);
        for (to, from) in body.iter_mut().zip(parts) {
            *to = *from;
        }
        body
    }
}

/// Lets secret scanners recognise a leaked token.
const PREFIX: &str = "airside_rt_";

/// 4 + 16 + 4 + 32 bytes in base64url.
const ENCODED_LENGTH: usize = 75;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, key::entropy::Entropy};

    #[test]
    fn a_rendered_token_verifies_and_no_altered_one_does() {
        let vault = fixture::vault();
        let now = Time::from_millis(0);
        let family = GrantId::new(now, &Entropy::from_seed([1; 32]));
        let token = RefreshToken {
            family,
            generation: 3,
        };
        let text = token.render(&vault, now).unwrap();
        assert_eq!(RefreshToken::verify(&text, &vault), Some(token));
        for i in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[i] = if altered[i] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(RefreshToken::verify(&altered, &vault), None, "position {i}");
        }
        let (shorter, longer) = (&text[..text.len() - 1], format!("{text}A"));
        for wrong in ["", "airside_rt_", shorter, &longer] {
            assert_eq!(RefreshToken::verify(wrong, &vault), None);
        }
    }
}
