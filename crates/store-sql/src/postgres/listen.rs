//! Hears what other nodes changed. Only a hint: whoever waits also asks now and then.

use std::{future::poll_fn, sync::Arc, time::Duration};

use tokio::{sync::Notify, task::JoinHandle, time::sleep};
use tokio_postgres::{AsyncMessage, Connection};

use super::url::Target;

/// A connection of its own that listens, and is made again when it is lost.
pub(super) struct Listener {
    heard: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(target: Target) -> Self {
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
        Self { heard, task }
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
    client.batch_execute("LISTEN airside").await?;
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

const PAUSE: Duration = Duration::from_secs(1);
