//! The job that sends logout tokens.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::runner::{Job, Next};
use crate::{
    backchannel,
    issuer::{Issuer, StartError},
    respond::chain,
};

/// Sends the logout tokens that are due. It waits for no client: an answer that takes long is heard by a
/// task of its own.
pub(super) struct LogoutDelivery {
    issuer: Arc<Issuer>,
    /// Cancelled when the process stops; what was under way is sent again when its lease is over.
    under_way: JoinSet<()>,
}

impl LogoutDelivery {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self {
            issuer: Arc::clone(issuer),
            under_way: JoinSet::new(),
        }
    }

    /// Forgets the deliveries that have ended.
    fn reap(&mut self) {
        while let Some(ended) = self.under_way.try_join_next() {
            if let Err(cause) = ended {
                tracing::error!(
                    error = chain(&cause),
                    "internal error: the delivery of a logout token has ended unexpectedly"
                );
            }
        }
    }
}

impl Job for LogoutDelivery {
    const NAME: &'static str = "logout tokens";
    /// The delay of what another node queued, or is to be tried again; of what this one queues there is a
    /// hint.
    const PERIOD: Duration = Duration::from_secs(3);
    const FAILURE: &'static str = "logout tokens could not be read; they are kept";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.reap();
        let started = backchannel::start_due(&self.issuer, &mut self.under_way).await?;
        match started {
            0 => Ok(Next::AfterPeriod),
            _ => Ok(Next::After(AGAIN)),
        }
    }

    async fn hint(&self) {
        self.issuer.store.logout_queued().await;
    }
}

/// A pause when there may be more to send.
const AGAIN: Duration = Duration::from_millis(50);
