//! The rules and limits of fetches.

use std::time::Duration;

/// The rules and limits of a [`Fetcher`](super::Fetcher).
#[derive(Clone, Copy, Debug)]
pub struct FetchPolicy {
    /// True if `http` and loopback addresses are allowed: development mode only. `false`.
    pub allow_loopback_http: bool,
    /// True if addresses of private networks are allowed: where only the operator chooses the URL.
    /// `false`.
    pub allow_private_network: bool,
    /// Time for everything: waiting for a place, DNS, connection, body. 5 seconds.
    pub timeout: Duration,
    /// Bytes of the body; beyond it the fetch fails. 256 KiB.
    pub max_body: usize,
    /// Fetches at the same time; others wait within their time. 8.
    pub max_concurrent: usize,
}

impl Default for FetchPolicy {
    fn default() -> Self {
        Self {
            allow_loopback_http: false,
            allow_private_network: false,
            timeout: Duration::from_secs(5),
            max_body: 256 * 1024,
            max_concurrent: 8,
        }
    }
}
