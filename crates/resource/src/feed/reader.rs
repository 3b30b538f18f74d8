//! One request to the feed, and the effects of its answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use airside_jose::{
    UnixSeconds, Verifier,
    json::{self, JsonError},
};
use airside_net::{FetchError, Fetcher, Form, chain};
use arc_swap::ArcSwapOption;
use http::{HeaderValue, StatusCode};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use url::Url;

use super::page::{FeedCursor, FeedPage, ReaderReport, RevocationEntry};
use crate::{ResourceServer, Revocations, clock::Clock};

/// The state that all clones of a [`Feed`](super::Feed) share.
pub(super) struct FeedReader {
    pub(super) endpoint: Url,
    pub(super) authorization: HeaderValue,
    pub(super) fetcher: Fetcher,
    pub(super) revocations: Revocations,
    pub(super) clock: Clock,
    pub(super) status: watch::Sender<FeedStatus>,
    /// The time of the issuer's last answer, in seconds since 1970.
    pub(super) answered_at: AtomicI64,
    /// Names this process.
    pub(super) instance: String,
    /// The resource server whose keys are reported.
    pub(super) server: ArcSwapOption<ResourceServer>,
    /// The key set that the issuer announced last.
    pub(super) announced_keys: ArcSwapOption<String>,
}

/// The state of the connection to the feed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FeedStatus {
    pub(super) is_connected: bool,
    pub(super) position: i64,
}

/// The reason why the feed could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The issuer did not answer.
    #[error("{}", chain(.0))]
    Unreachable(FetchError),
    /// The issuer answered with an error.
    #[error("the issuer answered {0}")]
    Status(StatusCode),
    /// The answer is not a page of a feed.
    #[error("{0}")]
    Malformed(JsonError),
    /// The last page did not arrive in time.
    #[error("no answer within {seconds} s")]
    TimedOut {
        /// The time that was waited.
        seconds: u64,
    },
}

impl FeedReader {
    /// Requests one page behind `cursor`, and applies it.
    pub(super) async fn next(
        &self,
        cursor: FeedCursor,
        wait: bool,
    ) -> Result<FeedCursor, FeedError> {
        let announced = self.announced_keys.load_full();
        let announced = announced.as_ref().map_or("", |one| one.as_str());
        let page = self.fetch(cursor, wait, announced).await?;
        // after a reset, a revoked token stays revoked
        for entry in &page.revocations {
            self.enforce(entry);
        }
        let now = (self.clock)();
        self.revocations.sweep(now);
        self.answered_at.store(now.as_i64(), Ordering::Relaxed);
        if page.jwks.as_deref().is_some_and(|jwks| jwks != announced) {
            self.fetch_keys().await;
            self.announced_keys.store(page.jwks.clone().map(Arc::new));
        }
        Ok(cursor.after(&page))
    }

    async fn fetch(
        &self,
        cursor: FeedCursor,
        wait: bool,
        announced: &str,
    ) -> Result<FeedPage, FeedError> {
        let report = ReaderReport {
            instance: &self.instance,
            kids: &self.key_ids().await,
            jwks: announced,
        };
        let form = Form {
            authorization: self.authorization.clone(),
            body: cursor.form(wait, &report),
        };
        let answer = self.fetcher.post(&self.endpoint, form).await;
        let answer = answer.map_err(FeedError::Unreachable)?;
        if answer.status != StatusCode::OK {
            return Err(FeedError::Status(answer.status));
        }
        json::parse(&answer.body).map_err(FeedError::Malformed)
    }

    /// Fetches the issuer's keys. A slow fetch goes on in the background, until it succeeds or was tried
    /// [`KEY_FETCHES`] times.
    async fn fetch_keys(&self) {
        let Some(server) = self.server.load_full() else {
            return;
        };
        if let Ok(true) = timeout(PAUSE, server.fetch_keys()).await {
            return;
        }
        tokio::spawn(async move {
            for _ in 0..KEY_FETCHES {
                if server.fetch_keys().await {
                    return;
                }
                sleep(PAUSE).await;
            }
        });
    }

    async fn key_ids(&self) -> String {
        match self.server.load_full() {
            Some(server) => server.key_ids().await.join(" "),
            None => String::new(),
        }
    }

    fn enforce(&self, entry: &RevocationEntry) {
        // a token is accepted a little longer than its `exp` says
        let until = UnixSeconds::new(entry.until.div_euclid(1000))
            .saturating_add(Verifier::MAX_LEEWAY_SECONDS);
        // tokens of the same millisecond are revoked too
        let before = entry.at.saturating_add(1);
        let revocations = &self.revocations;
        if let Some(grant) = &entry.grant {
            revocations.revoke_grant(grant, until);
        }
        if let Some(jti) = &entry.jti {
            revocations.revoke_token(jti, until);
        }
        if let Some(client) = &entry.client {
            revocations.revoke_client(client, before, until);
        }
        if let Some(user) = &entry.user {
            revocations.revoke_user(user, before, until);
        }
        if let Some(kid) = &entry.kid {
            revocations.remove_key(kid);
        }
    }

    /// Publishes the status, and logs a change of it.
    pub(super) fn publish(&self, status: FeedStatus) {
        let previous = self.status.send_replace(status);
        if status.is_connected && !previous.is_connected {
            tracing::info!("the revocation feed is connected");
        }
        if status.position > previous.position {
            tracing::info!(position = status.position, "revocations were received");
        }
    }
}

/// The pause after a failed request.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
/// Attempts to fetch an announced key set, before tokens with unknown keys cause the next one.
const KEY_FETCHES: usize = 30;
