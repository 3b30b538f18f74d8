//! One attempt to deliver a logout token, and what follows from its outcome.

use std::sync::Arc;

use airside_net::FetchError;
use airside_oauth::{
    client::Client,
    id::EventId,
    state::{
        decide::{Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
        logout::PendingLogout,
    },
    token::{logout_token::LogoutToken, sign::MissingKeyError},
};
use airside_store::CommitError;
use form_urlencoded::Serializer;
use http::StatusCode;
use url::Url;

use super::slot::Slot;
use crate::{issuer::Issuer, respond::chain};

/// A delivery that this process has leased.
pub(super) struct Delivery {
    issuer: Arc<Issuer>,
    slot: Slot,
    logout: PendingLogout,
}

/// The outcome of an attempt.
enum Outcome {
    /// The client accepted the token.
    Delivered,
    /// The client refused the token: another one would not be better.
    Refused,
    /// The client wants no logout tokens any more.
    Unwanted,
    /// It may succeed later.
    Failed(DeliveryError),
}

/// The reason why an attempt failed.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("the client answered {0}")]
    Status(StatusCode),
    #[error("the logout token could not be signed")]
    Sign(#[from] MissingKeyError),
    #[error("the client is not registered")]
    Unknown,
}

impl Delivery {
    pub(super) fn new(issuer: Arc<Issuer>, slot: Slot, logout: PendingLogout) -> Self {
        Self {
            issuer,
            slot,
            logout,
        }
    }

    /// Sends the token once, and commits the outcome.
    pub(super) async fn run(self) {
        let outcome = self.attempt().await;
        self.log(&outcome);
        match self.issuer.store.commit(self.consequence(&outcome)).await {
            // the lease was over: another process has it now
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(cause) => tracing::warn!(
                error = chain(&cause),
                "the outcome of a logout token could not be written: it will be sent again"
            ),
        }
    }

    async fn attempt(&self) -> Outcome {
        // of a disabled client too: it may still have sessions
        let Some(client) = self.issuer.registration(&self.logout.key.client) else {
            return Outcome::Failed(DeliveryError::Unknown);
        };
        let Some(uri) = &client.backchannel_logout_uri else {
            return Outcome::Unwanted;
        };
        match self.send(&client, uri).await {
            // OIDC-BackChannel-2.8: 200; some frameworks make it 204
            Ok(StatusCode::OK | StatusCode::NO_CONTENT) => Outcome::Delivered,
            // OIDC-BackChannel-2.8: 400 says that the request was invalid or the logout failed
            Ok(StatusCode::BAD_REQUEST) => Outcome::Refused,
            Ok(status) => Outcome::Failed(DeliveryError::Status(status)),
            Err(error) => Outcome::Failed(error),
        }
    }

    async fn send(&self, client: &Client, uri: &Url) -> Result<StatusCode, DeliveryError> {
        let issuer = &self.issuer;
        let token = LogoutToken::new(&self.logout, client, issuer.now(), &issuer.draw());
        let token = token.sign(&issuer.profile(), &issuer.keys().keyring)?;
        // OIDC-BackChannel-2.5: a form with the one parameter `logout_token`
        let form = Serializer::new(String::new())
            .append_pair("logout_token", &token)
            .finish();
        let fetcher = issuer.logout_sender.fetcher(client.origin);
        Ok(fetcher.notify(uri, form).await?)
    }

    /// Returns the change that an outcome leads to, and counts it.
    fn consequence(&self, outcome: &Outcome) -> Commit {
        let (issuer, logout) = (&self.issuer, &self.logout);
        let from = logout.delivery;
        let close = || {
            Commit::new(Pivot::CloseLogout {
                logout: logout.key.clone(),
                from,
            })
        };
        let closed = |kind, detail: String| close().and(Effect::Event(self.event(kind, detail)));
        let count = |outcome| issuer.metrics.logout_token(outcome);
        let attempts = from.attempts;
        match outcome {
            Outcome::Unwanted => close(),
            Outcome::Delivered => {
                count("delivered");
                closed(EventKind::LogoutDelivered, format!("attempt {attempts}"))
            }
            Outcome::Refused => {
                count("refused");
                closed(EventKind::LogoutRefused, format!("attempt {attempts}"))
            }
            Outcome::Failed(error) => match logout.after_failure(issuer.now(), &issuer.draw()) {
                Some(to) => {
                    count("failed");
                    Commit::new(Pivot::MoveLogout {
                        logout: logout.key.clone(),
                        from,
                        to,
                    })
                }
                None => {
                    count("given_up");
                    let detail = format!("attempt {attempts}: {}", chain(error));
                    closed(EventKind::LogoutGivenUp, detail)
                }
            },
        }
    }

    fn event(&self, kind: EventKind, detail: String) -> Event {
        let now = self.issuer.now();
        Event {
            id: EventId::new(now, &self.issuer.draw()),
            at: now,
            kind,
            client: Some(self.logout.key.client.clone()),
            user: Some(self.logout.user),
            grant: None,
            origin: Origin::default(),
            detail,
        }
    }

    /// Logs one line when a client begins to fail, and one when it has recovered: not one a token.
    fn log(&self, outcome: &Outcome) {
        let client_id = self.logout.key.client.as_str();
        let is_new = self.slot.record(matches!(outcome, Outcome::Failed(_)));
        match outcome {
            Outcome::Failed(error) if is_new => tracing::warn!(
                client_id,
                error = chain(error),
                "logout tokens cannot be delivered; they will be sent again for a day"
            ),
            Outcome::Failed(error) => tracing::debug!(
                client_id,
                error = chain(error),
                attempt = self.logout.delivery.attempts,
                "a logout token could not be delivered"
            ),
            Outcome::Refused => tracing::warn!(client_id, "the client refused a logout token"),
            Outcome::Delivered if is_new => {
                tracing::info!(client_id, "logout tokens are delivered again");
            }
            Outcome::Delivered | Outcome::Unwanted => {}
        }
    }
}
