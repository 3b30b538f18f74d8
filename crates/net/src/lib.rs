//! The network edge: accept loop, TLS with reload, drain, trusted proxies and one hardened fetcher.
//!
//! ```
//! # use std::convert::Infallible;
//! # use bytes::Bytes;
//! # use http_body_util::Full;
//! use airside_net::{Drain, Listener, RequestBody, Server};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let hello = tower::service_fn(|_request: http::Request<RequestBody>| async {
//!     Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::from("hello")))
//! });
//! let drain = Drain::new();
//! let listener = airside_net::bind(([127, 0, 0, 1], 0).into())?;
//! let serving = Server::new().listen(Listener::tcp(listener)).serve(hello, drain.clone());
//! drain.start(); // as SIGTERM does; without it, `serving` does not end
//! serving.await;
//! # Ok(())
//! # }
//! ```
//!
//! Before hyper reads a byte of HTTP/1, `server::framing` has read it
//! (`docs/decisions/0019-every-byte-before-hyper.md`).
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the accept loop, its limits and timeouts; the framing of HTTP/1, read before hyper reads it |
//! | [`worker`] | threads that each serve connections of their own |
//! | [`bind()`] | TCP listeners and Unix sockets |
//! | [`private`] | files and directories of one account |
//! | [`drain`] | the graceful stop |
//! | [`tls`] | certificates, reloaded when their files change |
//! | [`host`] | the host that a request names |
//! | [`proxy`] | which peers may name the client's address |
//! | [`fetch`] | the one outgoing HTTP client |
//! | [`cookie`] | cookies that a browser sent |
//! | [`metric`] | what a metric is called, and means |
//! | [`client`] | a plain client for servers that the operator names |
//! | [`access`] | the lines of the access log |
//! | [`address`] | global addresses, and the addresses of one subscriber |
//! | [`chain()`] | errors with their causes, as texts |
//! | `trace_parent` | the trace id of a request (W3C Trace Context) |
//! | `postgres` | how a PostgreSQL database is reached (feature `postgres`) |

pub mod access;
pub mod address;
mod bind;
mod chain;
pub mod client;
pub mod cookie;
pub mod drain;
pub mod fetch;
pub mod host;
pub mod metric;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod private;
pub mod proxy;
pub mod server;
pub mod tls;
mod trace_parent;
pub mod worker;

pub use self::chain::{chain, chain_naming};
#[cfg(unix)]
pub use bind::{BindUnixError, SocketAccess, bind_unix, check_unix};
pub use bind::{bind, check_bind};
pub use client::Client;
pub use drain::Drain;
pub use fetch::{FetchError, FetchPolicy, Fetched, Fetcher, Form};
pub use metric::{Metric, MetricKind};
pub use proxy::{ProxyError, TrustedProxies, is_forwarded};
pub use server::{
    CloseReason, CloseSignal, Limits, Listener, Peer, PeerAddress, RejectedRequest, RequestBody,
    Server, answer_when_read,
};
pub use tls::{CertificatePair, PemContents, PemError, Tls, TlsError, TlsFault};
pub use trace_parent::{X_REQUEST_ID, trace_id};
pub use worker::Workers;
