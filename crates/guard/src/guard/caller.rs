//! Verifying who calls: by a token, or by the session of a browser.

use airside_net::host::HostError;
use airside_resource::{Caller, Feed, Rejection};
use http::{header::AUTHORIZATION, request::Parts};

use super::Guard;
use crate::{access, error::RequestError, header, judge::AuthenticatedCaller};

impl Guard {
    /// Verifies the token of a request. If the configuration requires it, tokens are rejected while the
    /// feed of revocations is lost.
    pub(crate) async fn caller(&self, parts: &Parts) -> Result<AuthenticatedCaller, RequestError> {
        self.require_verifiable(parts)?;
        let (caller, session_token) = match self.session_token(parts).await? {
            None => (self.resource_server.verify(parts).await?, None),
            Some(token) => {
                let (caller, token) = self.verify_session(token, parts).await?;
                (caller, Some(token))
            }
        };
        let principal = caller.principal();
        access::note_caller(&principal);
        Ok(AuthenticatedCaller {
            session_token,
            // before anything is decided, so that guesses are limited too
            remaining_limits: self.rates.caller(caller.token())?,
            principal,
            verified: caller,
        })
    }

    fn require_verifiable(&self, parts: &Parts) -> Result<(), RequestError> {
        // probes of HTTP/1.0 name none, and are let in where everybody is
        if !header::has_host(parts) {
            return Err(RequestError::Ambiguous(HostError::Missing.reason()));
        }
        match self.feed_lost() {
            true => Err(Rejection::RevocationsUnknown.into()),
            false => Ok(()),
        }
    }

    /// Returns the token of a browser's session. A token in `Authorization` takes precedence over a
    /// cookie.
    async fn session_token(&self, parts: &Parts) -> Result<Option<String>, RequestError> {
        match &self.browser_mode {
            Some(browser_mode) if !parts.headers.contains_key(AUTHORIZATION) => {
                browser_mode.token(parts, (self.clock)()).await
            }
            _ => Ok(None),
        }
    }

    /// Verifies the token of a browser's session, and returns the valid one: a revoked token is
    /// replaced, and the session ends only if that fails too.
    async fn verify_session(
        &self,
        token: String,
        parts: &Parts,
    ) -> Result<(Caller, String), RequestError> {
        let verified = self.resource_server.verify_token(&token).await;
        let (why, browser_mode) = match (verified, &self.browser_mode) {
            (Ok(caller), _) => return Ok((caller, token)),
            (Err(Rejection::InvalidToken(why)), Some(browser_mode)) => (why, browser_mode),
            (Err(rejection), _) => return Err(rejection.into()),
        };
        let next = browser_mode.renewed(parts, token, (self.clock)()).await?;
        let next = next.ok_or(Rejection::InvalidToken(why))?;
        let verified = self.resource_server.verify_token(&next).await;
        if matches!(verified, Err(Rejection::InvalidToken(_))) {
            browser_mode.end(parts).await;
        }
        Ok((verified?, next))
    }

    /// Tells whether requests are refused because the feed of revocations is lost.
    #[must_use]
    pub fn feed_lost(&self) -> bool {
        let refuses = self.configuration.feed.as_ref();
        let refuses = refuses.is_some_and(|feed| feed.refuse_on_loss);
        refuses && !self.feed.as_ref().is_some_and(Feed::is_connected)
    }
}
