//! The access token of a session, replaced before it expires.

use std::sync::Arc;

use airside_resource::{Rejection, UnixSeconds};
use http::request::Parts;

use super::{
    BrowserMode,
    provider::{TokenError, Tokens},
    session::{Handle, ReplaceOutcome, Session},
};
use crate::error::RequestError;

impl BrowserMode {
    /// Returns the access token of the session that a request names; `None` if there is no such session
    /// or it has expired.
    ///
    /// # Errors
    ///
    /// [`RequestError::CrossSite`] if another site's page made the request, and
    /// [`Rejection::Unavailable`] if the token has expired and the issuer does not answer.
    pub(crate) async fn token(
        self: &Arc<Self>,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Option<String>, RequestError> {
        let Some((handle, session)) = self.named(parts, now).await? else {
            return Ok(None);
        };
        if is_fresh(&session, now) {
            return Ok(Some(session.access_token));
        }
        self.refresh_to_the_end(handle, None, now).await
    }

    /// Returns another access token for the session of a request, whose token `stale_token` was revoked:
    /// the next token carries the roles that are left. `None` if the session is over.
    ///
    /// # Errors
    ///
    /// As [`Self::token`].
    pub(crate) async fn renewed(
        self: &Arc<Self>,
        parts: &Parts,
        stale_token: String,
        now: UnixSeconds,
    ) -> Result<Option<String>, RequestError> {
        match self.handle(parts) {
            Some(handle) => {
                self.refresh_to_the_end(handle, Some(stale_token), now)
                    .await
            }
            None => Ok(None),
        }
    }

    /// Refreshes to the end even if the caller hangs up, because a refresh token can be used once.
    async fn refresh_to_the_end(
        self: &Arc<Self>,
        handle: Handle,
        stale_token: Option<String>,
        now: UnixSeconds,
    ) -> Result<Option<String>, RequestError> {
        let refreshing = Arc::clone(self);
        let refreshed = tokio::spawn(async move {
            refreshing
                .refresh(&handle, stale_token.as_deref(), now)
                .await
        });
        refreshed
            .await
            .unwrap_or(Err(Rejection::Unavailable.into()))
    }

    /// Gets new tokens for a session (RFC 6749 §6) if its token expires soon or is `stale_token`; `None`
    /// if the session is over.
    async fn refresh(
        &self,
        handle: &Handle,
        stale_token: Option<&str>,
        now: UnixSeconds,
    ) -> Result<Option<String>, RequestError> {
        let refresh_lock = self.sessions.refresh_lock(handle);
        let _refresh_lock = refresh_lock.lock().await;
        // as the one before has left it
        let found = self
            .sessions
            .find(handle, self.settings.lifetimes, now)
            .await;
        let Some(mut session) = found else {
            return Ok(None);
        };
        let is_stale = stale_token == Some(session.access_token.as_str());
        if is_fresh(&session, now) && !is_stale {
            return Ok(Some(session.access_token));
        }
        let lives = now < session.access_expires_at && !is_stale;
        let Some(refresh_token) = session.refresh_token.clone() else {
            if !lives {
                self.sessions.end(handle).await;
            }
            return Ok(lives.then_some(session.access_token));
        };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
        ];
        match self.provider.tokens(&fields).await {
            Ok(tokens) => {
                session.access_expires_at = expiry(&tokens, now);
                session.access_token = tokens.access_token;
                session.refresh_token = tokens.refresh_token.or(Some(refresh_token));
                Ok(self.store_refreshed(handle, session).await)
            }
            Err(TokenError::Refused) => {
                self.sessions.end(handle).await;
                Ok(None)
            }
            Err(TokenError::Unavailable) if lives => Ok(Some(session.access_token)),
            Err(TokenError::Unavailable) => Err(Rejection::Unavailable.into()),
        }
    }

    /// Stores the new tokens of a session; returns its access token, `None` if the session is over.
    async fn store_refreshed(&self, handle: &Handle, session: Session) -> Option<String> {
        match self.sessions.replace(handle, &session).await {
            // tokens that could not be kept are as an answer that was lost: the issuer gives them again for
            // the previous refresh token
            ReplaceOutcome::Done | ReplaceOutcome::Failed => Some(session.access_token),
            ReplaceOutcome::Ended => {
                // signed out meanwhile: nothing of it may live on
                if let Some(token) = &session.refresh_token {
                    self.provider.revoke(token).await;
                }
                None
            }
        }
    }

    /// Ends the session of a request whose token is not valid any more.
    pub(crate) async fn end(&self, parts: &Parts) {
        if let Some(handle) = self.handle(parts) {
            self.sessions.end(&handle).await;
        }
    }
}

fn is_fresh(session: &Session, now: UnixSeconds) -> bool {
    now.saturating_add(AHEAD_SECONDS) < session.access_expires_at
}

pub(super) fn expiry(tokens: &Tokens, now: UnixSeconds) -> UnixSeconds {
    now.saturating_add(tokens.expires_in.unwrap_or(UNSAID_SECONDS))
}

/// The number of seconds before its expiry at which an access token is replaced.
const AHEAD_SECONDS: i64 = 10;

/// The lifetime of an access token if the issuer does not name one: RFC 6749 §5.1 only recommends
/// `expires_in`.
const UNSAID_SECONDS: i64 = 60;
