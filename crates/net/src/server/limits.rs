//! The limits of a server.

use std::time::Duration;

/// The limits of one server; the default is meant for production.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; at the limit those that only wait make room for new ones, the
    /// longest waiting first: the idle, then those that wait for their peer alone. If there is none,
    /// the new ones wait. 10 000.
    pub connections: usize,
    /// Connections of one address at the same time (IPv6: of one /64), loopback, load balancers and
    /// [`Server::trusting`](super::Server::trusting) excepted. 1 000.
    pub connections_per_address: usize,
    /// Time for a TLS handshake. 5 seconds.
    pub handshake_timeout: Duration,
    /// Time from the first byte of a request (of a connection, for the first one) to the end of its
    /// header. 10 seconds.
    pub header_timeout: Duration,
    /// Time a connection may stay open without a request. 60 seconds.
    pub idle_timeout: Duration,
    /// Time a peer may refuse to take any byte of an answer, or open no window for it. 30 seconds.
    pub write_timeout: Duration,
    /// Size of a request's header, 8 KiB at least; beyond it the answer is 431. 16 KiB.
    pub header_size_bytes: usize,
    /// Number of header lines; beyond it the answer is 431. 64.
    pub headers: usize,
    /// Streams of one HTTP/2 connection at the same time. 128.
    pub streams: u32,
}

impl Limits {
    /// The default limits of a server each of whose connections takes another one, to an upstream: no
    /// more connections than the process has descriptors for both.
    #[must_use]
    #[cfg(unix)]
    pub fn of_a_proxy() -> Self {
        use rustix::process::{Resource, getrlimit};
        let limits = Self::default();
        let descriptors = getrlimit(Resource::Nofile).current;
        let descriptors = descriptors.map_or(usize::MAX, |count| {
            usize::try_from(count).unwrap_or(usize::MAX)
        });
        // in half: one for the caller, one for the upstream
        let pairs = descriptors.saturating_sub(OTHER_DESCRIPTORS) / 2;
        Self {
            connections: limits.connections.min(pairs.max(1)),
            ..limits
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_000,
            handshake_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            header_size_bytes: 16 * 1024,
            headers: 64,
            streams: 128,
        }
    }
}

/// Of a process, for what is not a connection: its log, its database, its listeners, its issuer.
const OTHER_DESCRIPTORS: usize = 64;
