//! The way in which a scan waits.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::LocalBoxFuture;
use tokio::time::sleep;

/// The way in which a scan waits until a token is over: the machine's time passes, or that of an API in a test
/// is moved.
#[derive(Clone)]
pub struct Waiting(Arc<dyn Fn(Duration) -> LocalBoxFuture<'static, ()> + Send + Sync>);

impl Waiting {
    /// Makes a way of a function that lets a time pass.
    pub fn new<P>(pass: P) -> Self
    where
        P: Fn(Duration) -> LocalBoxFuture<'static, ()> + Send + Sync + 'static,
    {
        Self(Arc::new(pass))
    }

    /// Lets a time pass.
    pub async fn pass(&self, time: Duration) {
        (self.0)(time).await;
    }
}

impl Default for Waiting {
    fn default() -> Self {
        Self::new(|time| Box::pin(sleep(time)))
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Waiting")
    }
}
