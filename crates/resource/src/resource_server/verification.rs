//! The verification of a token, and the cache of verified ones.

use std::{fmt, sync::Arc};

use airside_jose::{
    KeySet, SenderProof, UnixSeconds, VerifiedToken, Verifier, VerifyError, base64url,
};
use airside_policy::Policies;

use super::{
    digest::{Digest, sha256},
    token_cache::{CachedToken, TokenCache, has_expired},
    token_counts::TokenCounts,
};
use crate::{
    Caller, Rejection, RevocableToken, Revocations, caller::SharedToken, clock::Clock, dpop::Dpop,
    jwks::Keys, status_list::StatusLists,
};

/// The state that all clones of a [`ResourceServer`](super::ResourceServer) share.
pub(super) struct Shared {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) verifier: Verifier,
    pub(super) max_token_bytes: usize,
    pub(super) verifier_id: Digest,
    pub(super) keys: Keys,
    pub(super) tokens: TokenCache,
    pub(super) counts: TokenCounts,
    pub(super) revocations: Revocations,
    pub(super) status_lists: Option<StatusLists>,
    pub(super) dpop: Option<Dpop>,
    pub(super) policies: Option<Arc<dyn Policies>>,
    pub(super) clock: Clock,
}

impl Shared {
    pub(super) async fn verify(
        &self,
        token: &str,
        proof: SenderProof<'_>,
    ) -> Result<Caller, Rejection> {
        let keys = self.keys().await?;
        let digest = self.digest(token);
        let now = (self.clock)();
        if let Some(cached) = self.tokens.get(&digest)
            && Arc::ptr_eq(&cached.keys, &keys)
        {
            self.counts.hit();
            let caller = self.check_still_valid(cached.token, proof, now)?;
            return self.unless_its_list_refuses(caller).await;
        }
        self.counts.miss();
        let verified = self.verify_signature(token, proof, keys, now).await?;
        let caller = self.check_still_valid(Arc::clone(&verified.token), proof, now)?;
        self.tokens.insert(digest, verified);
        self.unless_its_list_refuses(caller).await
    }

    /// Makes the last check, on every use: the only one that may have to wait.
    async fn unless_its_list_refuses(&self, caller: Caller) -> Result<Caller, Rejection> {
        // draft-ietf-oauth-status-list-21-8.3: only a token that is good otherwise is looked for
        if let Some(lists) = &self.status_lists {
            lists.check(caller.token()).await?;
        }
        Ok(caller)
    }

    pub(super) async fn keys(&self) -> Result<Arc<KeySet>, Rejection> {
        self.keys.current().await.ok_or(Rejection::Unavailable)
    }

    async fn verify_signature(
        &self,
        token: &str,
        proof: SenderProof<'_>,
        keys: Arc<KeySet>,
        now: UnixSeconds,
    ) -> Result<CachedToken, Rejection> {
        let verify = |keys: Arc<KeySet>| {
            let verified = self
                .verifier
                .verify_with_proof(token, proof, keys.as_ref(), now);
            verified.map(|verified| CachedToken::new(token, verified, keys))
        };
        match verify(keys) {
            Ok(verified) => return Ok(verified),
            Err(error) if is_unknown_key(&error) && self.keys.fetch_for_unknown_kid().await => {}
            Err(error) => return Err(refused(error)),
        }
        verify(self.keys().await?).map_err(refused)
    }

    /// Checks what can change while a token lives; made on every use, cached or not.
    fn check_still_valid(
        &self,
        shared: Arc<SharedToken>,
        proof: SenderProof<'_>,
        now: UnixSeconds,
    ) -> Result<Caller, Rejection> {
        let token = shared.token();
        if has_expired(token, now) {
            return Err(refused(VerifyError::Expired));
        }
        token.require(proof).map_err(refused)?;
        if self.is_revoked(token) {
            return Err(refused("the token is revoked"));
        }
        Ok(Caller::new(shared, now))
    }

    pub(super) fn is_revoked(&self, token: &VerifiedToken) -> bool {
        self.revocations.is_revoked(&RevocableToken {
            grant_id: token.grant_id(),
            jti: token.jti(),
            client_id: token.client_id(),
            subject: token.subject(),
            issued_at: token.issued_at(),
            kid: token.kid(),
        })
    }

    /// Names a token in the cache: all of it, and the verifier that accepted it.
    pub(super) fn digest(&self, token: &str) -> Digest {
        sha256(&[&self.verifier_id, token.as_bytes()])
    }
}

/// Returns the `iss` that a token claims, with nothing verified.
pub(super) fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Claims {
        iss: String,
    }
    let payload = base64url::decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    Some(claims.iss)
}

fn is_unknown_key(error: &VerifyError) -> bool {
    matches!(error, VerifyError::UnknownKey)
}

pub(super) fn refused(cause: impl fmt::Display) -> Rejection {
    Rejection::InvalidToken(cause.to_string())
}
