//! The health of upstreams.

use std::{error::Error, sync::atomic::Ordering};

use airside_net::chain;
use futures_util::future::join_all;
use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;
use tower::ServiceExt as _;
use url::Url;

use super::{CONNECT_TIMEOUT, Upstream, Upstreams, origin::address};

/// The state of one upstream, for metrics.
pub(crate) struct UpstreamState<'a> {
    /// Its address.
    pub(crate) name: &'a str,
    pub(crate) healthy: bool,
    /// The number of requests that it has not answered to the end.
    pub(crate) requests: usize,
    /// The number of requests that it did not answer, or not as HTTP.
    pub(crate) errors: u64,
}

/// An upstream that cannot be connected.
pub(crate) struct UnreachableUpstream<'a> {
    pub(crate) url: &'a Url,
    pub(crate) error: ConnectError,
}

/// An upstream cannot be connected. Its text never has the address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("it has no address")]
    NoAddress,
    #[error("{}", chain(&**.0))]
    Failed(Box<dyn Error + Send + Sync>),
    #[error("no connection within {CONNECT_TIMEOUT:?}")]
    TimedOut,
}

impl Upstreams {
    /// Checks the health of every upstream.
    pub(crate) async fn probe(&self, path: &str) {
        for upstream in &self.all {
            let problem = match upstream.url.join(path) {
                Ok(url) => match self.get(url.as_str()).await {
                    Ok(answer) if (200..=299).contains(&answer.status) => None,
                    Ok(answer) => Some(format!("it answered {}", answer.status)),
                    Err(error) => Some(error.to_string()),
                },
                Err(error) => Some(error.to_string()),
            };
            upstream.note_health(problem.as_deref());
            *upstream.problem() = problem;
        }
    }

    /// Marks each upstream as healthy that can be connected again, if no health check is configured.
    pub(crate) async fn reconnect(&self) {
        for upstream in &self.all {
            if !upstream.healthy.load(Ordering::Relaxed)
                && upstream.connect(&self.connector).await.is_ok()
            {
                upstream.healthy.store(true, Ordering::Relaxed);
                tracing::info!(
                    upstream = upstream.url.as_str(),
                    "upstream can be connected again"
                );
            }
        }
    }

    /// Connects to every upstream at once and closes the connections. Returns those that cannot be connected.
    pub(crate) async fn unreachable(&self) -> Vec<UnreachableUpstream<'_>> {
        let tried = self.all.iter().map(async |upstream| {
            let error = upstream.connect(&self.connector).await.err()?;
            Some(UnreachableUpstream {
                url: &upstream.url,
                error,
            })
        });
        join_all(tried).await.into_iter().flatten().collect()
    }

    /// Tells whether any upstream is healthy.
    #[must_use]
    pub(crate) fn any_healthy(&self) -> bool {
        self.all
            .iter()
            .any(|one| one.healthy.load(Ordering::Relaxed))
    }

    /// Returns why an upstream is unhealthy, in a sentence with its address.
    pub(crate) fn problem(&self) -> Option<String> {
        self.all.iter().find_map(|one| {
            let problem = one.problem();
            let problem = problem.as_ref()?;
            Some(format!("`{}`: {problem}", one.url))
        })
    }

    /// Returns the state of each upstream, for metrics.
    pub(crate) fn states(&self) -> impl Iterator<Item = UpstreamState<'_>> {
        self.all.iter().map(|one| UpstreamState {
            name: one.url.as_str(),
            healthy: one.healthy.load(Ordering::Relaxed),
            requests: one.connections.taken(),
            errors: one.errors.load(Ordering::Relaxed),
        })
    }
}

impl Upstream {
    /// Notes whether it is healthy, and logs a change.
    fn note_health(&self, problem: Option<&str>) {
        let healthy = problem.is_none();
        if self.healthy.swap(healthy, Ordering::Relaxed) != healthy {
            let url = self.url.as_str();
            match problem {
                None => tracing::info!(upstream = url, healthy, "upstream healthy"),
                Some(error) => {
                    tracing::info!(upstream = url, healthy, error, "upstream unhealthy")
                }
            }
        }
    }

    /// Connects, with TLS if it is used, and closes the connection.
    async fn connect(&self, connector: &HttpsConnector<HttpConnector>) -> Result<(), ConnectError> {
        let root = address(&self.origin, &Uri::from_static("/")).ok_or(ConnectError::NoAddress)?;
        let connected = timeout(CONNECT_TIMEOUT, connector.clone().oneshot(root)).await;
        match connected {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(ConnectError::Failed(error)),
            Err(_) => Err(ConnectError::TimedOut),
        }
    }
}
