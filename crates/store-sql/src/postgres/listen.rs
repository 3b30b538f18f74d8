//! Listens for changes of other nodes. Only a hint: its readers also poll.

use std::{future::poll_fn, sync::Arc, time::Duration};

use airside_net::postgres::Target;
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_postgres::{AsyncMessage, Connection};

use super::OpenError;

/// A connection that only listens, and is reconnected when it is lost.
pub(super) struct Listener {
    heard: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Starts to listen, and waits until it does.
    pub(super) async fn start(target: Target) -> Result<Self, OpenError> {
        let heard = Arc::new(Notify::new());
        let tell = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = listen(&target, &tell).await {
                    tracing::debug!(error = %super::DatabaseError::from(error), "not listening");
                }
                sleep(PAUSE).await;
            }
        });
        let listener = Self { heard, task };
        // the first hint is that it listens
        match timeout(START, listener.changed()).await {
            Ok(()) => Ok(listener),
            Err(_) => Err(OpenError::Busy),
        }
    }

    /// Returns when something was heard since the last call.
    pub(super) fn changed(&self) -> impl Future<Output = ()> + Send + 'static {
        Arc::clone(&self.heard).notified_owned()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(target: &Target, tell: &Arc<Notify>) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = target.config.connect(target.tls.clone()).await?;
    let talk = tokio::spawn(hear(connection, Arc::clone(tell)));
    client.batch_execute(LISTEN).await?;
    // what was missed until now is found by asking
    tell.notify_one();
    let ended = talk.await.unwrap_or(Ok(()));
    drop(client);
    ended
}

async fn hear<S, T>(
    mut connection: Connection<S, T>,
    tell: Arc<Notify>,
) -> Result<(), tokio_postgres::Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => tell.notify_one(),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(()),
        }
    }
}

/// The lock says that a server uses the tables; it is released with the connection.
const LISTEN: &str =
    "LISTEN airside; SELECT pg_advisory_lock_shared(4707106, hashtext(current_schema()))";

/// Longer than it takes to connect, and to try again once.
const START: Duration = Duration::from_secs(8);

const PAUSE: Duration = Duration::from_secs(1);
