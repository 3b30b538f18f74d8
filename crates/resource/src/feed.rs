//! Follows the revocation feed of an issuer, so that a revoked token is refused at once although no
//! request asks the issuer about it.
//!
//! | module | holds |
//! |---|---|
//! | `page` | the answers of the feed, and the reader's position in it |
//! | `reader` | one request to the feed, and the effects of its answer |

mod page;
mod reader;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use airside_jose::{UnixSeconds, base64url};
use arc_swap::ArcSwapOption;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use url::Url;

pub use self::reader::FeedError;
use self::{
    page::FeedCursor,
    reader::{FeedReader, FeedStatus, PAUSE},
};
use crate::{
    IssuerConnection, ResourceServer, Revocations, SetUpError,
    clock::{self, Clock},
    introspection::client_secret_basic,
};

/// The address of an issuer's feed, and the API's credentials there.
#[derive(Clone)]
pub struct FeedOptions {
    /// The issuer's endpoint, `<issuer>/revocations`.
    pub endpoint: Url,
    /// The client that the API is to the issuer, with `resource_server_for`.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The requirements of the connection to the issuer.
    pub connection: IssuerConnection,
}

/// Follows the revocations of one issuer. Clones share one state.
#[derive(Clone)]
pub struct Feed {
    reader: Arc<FeedReader>,
}

impl Feed {
    /// Sets up following; `revocations` are those of the [`ResourceServer`] that enforces them.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if TLS cannot be set up, or the client's id and secret make no header.
    pub fn new(options: FeedOptions, revocations: Revocations) -> Result<Self, SetUpError> {
        Self::with_clock(options, revocations, clock::system())
    }

    /// Does the same with another clock than the system's.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_clock(
        options: FeedOptions,
        revocations: Revocations,
        clock: Clock,
    ) -> Result<Self, SetUpError> {
        Ok(Self {
            reader: Arc::new(FeedReader {
                authorization: client_secret_basic(&options.client_id, &options.client_secret)?,
                fetcher: options.connection.patient(ANSWER_TIMEOUT)?,
                endpoint: options.endpoint,
                revocations,
                clock,
                status: watch::Sender::default(),
                answered_at: AtomicI64::new(i64::MIN),
                instance: instance()?,
                server: ArcSwapOption::empty(),
                announced_keys: ArcSwapOption::empty(),
            }),
        })
    }

    /// Reports to the issuer which keys this API verifies with, so that its operator sees that a new key
    /// has arrived everywhere.
    pub fn report_keys(&self, server: &ResourceServer) {
        self.reader.server.store(Some(Arc::new(server.clone())));
    }

    /// Follows the feed without end: spawn it as a task. After a failure it tries again, at most a second
    /// later.
    pub async fn follow(&self) {
        let mut cursor = FeedCursor::default();
        let mut latest = UnixSeconds::MIN;
        loop {
            let now = (self.reader.clock)();
            if now < latest {
                // the clock went back: entries that were forgotten as expired may count again
                cursor = FeedCursor::default();
            }
            latest = now;
            // after a failure the answer must come at once, since it ends the outage
            let wait = self.is_connected();
            match self.reader.next(cursor, wait).await {
                Ok(next) => {
                    cursor = next;
                    self.reader.publish(cursor.status());
                }
                Err(error) => {
                    // the entries that were missed may take several pages
                    cursor.is_complete = false;
                    tracing::warn!(%error, "the revocation feed is not connected");
                    self.reader.publish(cursor.status());
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Reads everything that is revoked now, once, and does not follow. The issuer counts the API among its
    /// followers for two minutes.
    ///
    /// # Errors
    ///
    /// [`FeedError`] if not all of it was read within `patience`.
    pub async fn fetch_all(&self, patience: Duration) -> Result<(), FeedError> {
        let read_all = async {
            let mut cursor = FeedCursor::default();
            while !cursor.is_complete {
                cursor = self.reader.next(cursor, false).await?;
            }
            Ok(cursor)
        };
        let cursor = timeout(patience, read_all).await.unwrap_or_else(|_| {
            let seconds = patience.as_secs();
            Err(FeedError::TimedOut { seconds })
        })?;
        self.reader.publish(cursor.status());
        Ok(())
    }

    /// Tells whether the last request was answered and the feed was read to its end: `false` until the last
    /// page of the first answer, and after a failure until the last page of the entries that were missed.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.reader.status.borrow().is_connected
    }

    /// Returns how many seconds ago the issuer last answered; `None` if it never did.
    #[must_use]
    pub fn lag_seconds(&self) -> Option<i64> {
        let answered_at = self.reader.answered_at.load(Ordering::Relaxed);
        let lag = (self.reader.clock)().seconds_since(UnixSeconds::new(answered_at));
        (answered_at != i64::MIN).then_some(lag.max(0))
    }

    /// Waits until the feed is connected.
    pub async fn wait_until_connected(&self) {
        self.wait_for(|status| status.is_connected).await;
    }

    /// Waits until the feed is not connected.
    pub async fn wait_until_lost(&self) {
        self.wait_for(|status| !status.is_connected).await;
    }

    /// Waits until everything up to a position of the issuer's feed was read.
    pub async fn wait_for_position(&self, position: i64) {
        self.wait_for(|status| status.position >= position).await;
    }

    async fn wait_for(&self, is_met: impl FnMut(&FeedStatus) -> bool) {
        let mut receiver = self.reader.status.subscribe();
        // the sender lives as long as `self`
        let _ = receiver.wait_for(is_met).await;
    }
}

impl FeedCursor {
    fn status(self) -> FeedStatus {
        FeedStatus {
            is_connected: self.is_complete,
            position: self.position,
        }
    }
}

/// Makes a name that no other process has.
fn instance() -> Result<String, SetUpError> {
    let mut bytes = [0; 16];
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    filled.map_err(|_| SetUpError::NoRandomness)?;
    Ok(base64url::encode(bytes))
}

impl fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Feed");
        debug
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FeedOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("FeedOptions");
        debug
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The time after which a request without an answer has failed: longer than the issuer holds one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
