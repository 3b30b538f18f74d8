//! The keys in use: loaded whole, replaced whole.

mod verified_tokens;

use std::sync::Arc;

use airside_jose::{KeySet, KeySource as _, VerifiedToken, VerifyError, base64url};
use airside_oauth::{
    key::{
        KeyEncryptionKey, StoredKey, UnwrapKeyError, keyring::Keyring, secret::Digest, vault::Vault,
    },
    profile::IssuerProfile,
    state::lifetime::LongestLifetimes,
    time::Time,
    token::{
        presented::{PresentedToken, access_token},
        refresh_token::RefreshToken,
    },
};
use bytes::Bytes;

use self::verified_tokens::VerifiedTokens;

/// The unwrapped keys of an issuer and the documents made of them.
#[derive(Debug)]
pub struct KeysInUse {
    /// Signing keys.
    pub keyring: Keyring,
    /// Purpose keys.
    pub vault: Vault,
    /// The JWK Set as it is served.
    pub jwks: Bytes,
    /// The name of this set among all that are ever served (SHA-256, base64url).
    pub jwks_digest: String,
    /// The public keys, for the admin API.
    pub public: Arc<KeySet>,
    stored: Vec<StoredKey>,
    verified: VerifiedTokens,
}

impl KeysInUse {
    /// Unwraps `stored`, and renders the JWK Set as of the time of `longest`.
    pub(crate) fn open(
        profile: &IssuerProfile,
        kek: &KeyEncryptionKey,
        epoch: u32,
        stored: Vec<StoredKey>,
        longest: &LongestLifetimes,
    ) -> Result<Self, UnwrapKeyError> {
        let keyring = Keyring::open(kek, &stored, *longest)?;
        let vault = Vault::open(&profile.issuer, epoch, kek, &stored)?;
        let jwks = keyring.jwks(longest.now());
        let public = KeySet::from_jwks(&jwks);
        let jwks: Bytes = serde_json::to_vec(&jwks).unwrap_or_default().into();
        Ok(Self {
            keyring,
            vault,
            jwks_digest: base64url::encode(Digest::of(&jwks).as_bytes()),
            jwks,
            public: Arc::new(public),
            stored,
            verified: VerifiedTokens::default(),
        })
    }

    /// Every key as it is stored.
    pub fn stored(&self) -> &[StoredKey] {
        &self.stored
    }

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
        let Some(digest) = VerifiedTokens::digest(text) else {
            return access_token(text, profile, &self.keyring, now).map(Arc::new);
        };
        let is_valid = |token: &VerifiedToken| {
            let keys = self.keyring.accepted(now);
            let keys = keys.find(token.kid(), token.algorithm());
            now.as_seconds() < token.expires_at() && !keys.is_empty()
        };
        if let Some(token) = self.verified.find(&digest).filter(|token| is_valid(token)) {
            return Ok(token);
        }
        let token = Arc::new(access_token(text, profile, &self.keyring, now)?);
        self.verified.keep(digest, Arc::clone(&token));
        Ok(token)
    }
}
