//! Access tokens that come back to their issuer: one that was verified before is not verified again.

use std::{fmt, sync::Arc};

use airside_jose::VerifiedToken;
use aws_lc_rs::digest;
use quick_cache::sync::Cache;

/// Verified tokens by the digest of their whole text; forgotten with the keys that they were verified
/// with.
pub(super) struct VerifiedTokens(Cache<TokenDigest, Arc<VerifiedToken>>);

/// The digest of a token's text.
pub(super) type TokenDigest = [u8; 32];

impl VerifiedTokens {
    /// Returns the digest of a token's text.
    pub(super) fn digest(text: &str) -> Option<TokenDigest> {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        digest.as_ref().try_into().ok()
    }

    /// Returns a token that was kept; it may have expired since.
    pub(super) fn find(&self, digest: &TokenDigest) -> Option<Arc<VerifiedToken>> {
        self.0.get(digest)
    }

    /// Keeps a token, in the place of another one if there are too many.
    pub(super) fn keep(&self, digest: TokenDigest, token: Arc<VerifiedToken>) {
        self.0.insert(digest, token);
    }
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::new(MAX_TOKENS))
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VerifiedTokens")
    }
}

/// As many as a few APIs ask about within a token's life; some 2 KiB each.
const MAX_TOKENS: usize = 4_096;
