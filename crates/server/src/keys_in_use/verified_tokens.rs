//! Access tokens that come back to their issuer: one that was verified before is not verified again.

use std::{fmt, sync::Arc};

use airside_jose::{KeySource as _, VerifiedToken, VerifyError};
use airside_oauth::{
    profile::IssuerProfile,
    time::Time,
    token::{
        presented::{PresentedToken, access_token},
        refresh_token::RefreshToken,
    },
};
use aws_lc_rs::digest;
use quick_cache::sync::Cache;

use super::KeysInUse;

/// Tokens by the digest of their whole text; forgotten with the keys that they were verified with.
pub(super) struct Seen(Cache<[u8; 32], Arc<VerifiedToken>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl KeysInUse {
    /// Recognises a token that was made here, whatever hint came with it; none if it was not.
    pub fn presented(
        &self,
        text: &str,
        profile: &IssuerProfile,
        now: Time,
    ) -> Option<PresentedToken> {
        if RefreshToken::resembles(text) {
            return RefreshToken::verify(text, &self.vault).map(PresentedToken::Refresh);
        }
        self.access_token(text, profile, now)
            .ok()
            .map(PresentedToken::Access)
    }

    /// Verifies an access token of this issuer, whatever its audience. What can change while the keys
    /// stay is looked at each time: its expiry, and whether its key is still accepted.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which check failed.
    pub fn access_token(
        &self,
        text: &str,
        profile: &IssuerProfile,
        now: Time,
    ) -> Result<Arc<VerifiedToken>, VerifyError> {
        let Some(digest) = digest_of(text) else {
            return access_token(text, profile, &self.keyring, now).map(Arc::new);
        };
        let stands = |token: &VerifiedToken| {
            let keys = self
                .keyring
                .accepted(now)
                .find(token.kid(), token.algorithm());
            now.as_seconds() < token.expires_at() && !keys.is_empty()
        };
        if let Some(token) = self.seen.0.get(&digest).filter(|token| stands(token)) {
            return Ok(token);
        }
        let token = Arc::new(access_token(text, profile, &self.keyring, now)?);
        self.seen.0.insert(digest, Arc::clone(&token));
        Ok(token)
    }
}

fn digest_of(text: &str) -> Option<[u8; 32]> {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().ok()
}

impl fmt::Debug for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seen")
    }
}

/// As many as a few APIs ask about within a token's life; some 2 KiB each.
const MOST: usize = 4_096;
