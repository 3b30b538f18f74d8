//! The health of upstreams.

use std::sync::atomic::Ordering;

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

impl Upstreams {
    /// Checks the health of every upstream.
    pub async fn probe(&self, path: &str) {
        for upstream in &self.all {
            let problem = match upstream.url.join(path) {
                Ok(url) => match self.get(url.as_str()).await {
                    Ok((200..=299, _)) => None,
                    Ok((status, _)) => Some(format!("it answered {status}")),
                    Err(error) => Some(error),
                },
                Err(error) => Some(error.to_string()),
            };
            let healthy = problem.is_none();
            if upstream.healthy.swap(healthy, Ordering::Relaxed) != healthy {
                let url = upstream.url.as_str();
                match &problem {
                    None => tracing::info!(upstream = url, healthy, "upstream healthy"),
                    Some(error) => {
                        tracing::info!(upstream = url, healthy, error, "upstream unhealthy")
                    }
                }
            }
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

    /// Connects to every upstream at once and closes the connections. Returns the address of each that
    /// cannot be connected, with the reason.
    pub(crate) async fn unreachable(&self) -> Vec<(&Url, String)> {
        let tried = self.all.iter().map(async |upstream| {
            let error = upstream.connect(&self.connector).await.err()?;
            Some((&upstream.url, error))
        });
        join_all(tried).await.into_iter().flatten().collect()
    }

    /// Tells whether any upstream is healthy.
    #[must_use]
    pub fn any_healthy(&self) -> bool {
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
    /// Connects, with TLS if it is used, and closes the connection; the error is a sentence without the
    /// address.
    async fn connect(&self, connector: &HttpsConnector<HttpConnector>) -> Result<(), String> {
        let root = address(&self.origin, &Uri::from_static("/")).ok_or("it has no address")?;
        let connected = timeout(CONNECT_TIMEOUT, connector.clone().oneshot(root)).await;
        match connected {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(chain(&*error)),
            Err(_) => Err(format!("no connection within {CONNECT_TIMEOUT:?}")),
        }
    }
}
