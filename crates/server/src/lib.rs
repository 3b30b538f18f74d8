//! The authorization server: one route table, endpoints, pages, administration and jobs.
//!
//! An issuer that serves on a free port until it is told to stop:
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use airside_jose::Algorithm;
//! # use airside_net::{Drain, FetchPolicy, Fetcher, Listener, TrustedProxies};
//! # use airside_oauth::{identity_scope::IdentityScopes, key::{KeyEncryptionKey, Rotation}, profile::{IssuerProfile, Lifetimes}};
//! # use airside_server::{Issuer, Parts, Settings, clock::{SystemClock, SystemRandom}};
//! # use airside_server::settings::{Mode, Ready, SignInLimits};
//! # use airside_store_sql::sqlite::{Options, Sqlite};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let day = Duration::from_secs(24 * 60 * 60);
//! let listener = airside_net::bind(([127, 0, 0, 1], 0).into())?;
//! let settings = Settings {
//!     profile: IssuerProfile {
//!         issuer: format!("http://{}", listener.local_addr()?),
//!         lifetimes: Lifetimes::default(),
//!         resources: Vec::new(),
//!         scopes: IdentityScopes::default(),
//!     },
//!     clients: Vec::new(),
//!     users: Vec::new(),
//!     algorithms: vec![Algorithm::ES256],
//!     rotation: Rotation { interval: 30 * day, publish_ahead: day },
//!     sign_in: SignInLimits::default(),
//!     ready: Ready::default(),
//!     mode: Mode::Development,
//! };
//! let parts = Parts {
//!     store: Arc::new(Sqlite::open(&directory.path().join("airside.db"), Options::default())?),
//!     kek: KeyEncryptionKey::new([7; 32]), // 32 random bytes, and not in the database
//!     clock: Arc::new(SystemClock),
//!     random: Arc::new(SystemRandom),
//!     fetcher: Fetcher::new(FetchPolicy::default())?,
//!     proxies: TrustedProxies::default(),
//! };
//! let issuer = Issuer::start(settings, parts).await?;
//! let drain = Drain::new();
//! let serving = airside_server::run(issuer, Listener::tcp(listener), drain.clone());
//! drain.start(); // as SIGTERM does; without it, `serving` does not end
//! serving.await?;
//! # Ok(())
//! # }
//! ```
//!
//! One request goes like this: [`route`] names the handler; `input` reads the body, bounded; an
//! `endpoint` parses, then looks, decides and commits (`transact`); [`respond`] answers. Rules of
//! the protocol are in `airside-oauth`, rows in `airside-store`.
//!
//! | module | holds |
//! |---|---|
//! | [`route`] | every route, on one page |
//! | `run` | serving an issuer: listeners, jobs, metrics |
//! | [`issuer`] | one issuer: store, keys, clients, clock; start and reload |
//! | [`settings`] | the configuration of an issuer, parsed and validated |
//! | `request_context`, `trace_id`, `observe` | one request: its issuer, origin, trace id and access-log line |
//! | `input` | bodies and parameters: bounded, decoded once |
//! | `endpoint` | token, revoke, introspect, userinfo, metadata, health, feed: one file each |
//! | [`page`], [`view`] | pages: the handlers and the templates |
//! | `browser` | the request headers that say which site sent a form |
//! | [`admin`] | the admin API: its routes, its two ways in, its OpenAPI document |
//! | `transact` | look, decide, commit, and look again after a lost race |
//! | `api_list`, `client_list`, `keys_in_use` | the APIs, the clients and the keys that an issuer uses now |
//! | [`respond`] | the only place where an error becomes HTTP |
//! | `refusal` | the true reason of a refusal in the log and the audit trail |
//! | `sign_in_throttle`, [`password`] | failed sign-ins; hashing in a bounded pool |
//! | `admission` | permits under overload, by priority of the request |
//! | `audit_buffer` | audit events of requests that commit nothing |
//! | `feed`, `feed_subscribers`, `status` | revocations for resource servers: the feed and the status lists |
//! | `backchannel` | logout tokens to clients: what is due, and how many at once |
//! | `client_keys` | keys of clients, by value or fetched |
//! | `job` | background work: key schedule, events, sweeps, reload from other nodes |
//! | [`setup`] | the set-up link of the first administrator |
//! | [`metrics`] | counters in OpenMetrics text |
//! | [`clock`] | the system's clock and randomness: the only way in |
//! | [`document`] | the documents at `/docs`, in development mode |
//! | `cors`, `lifetime`, `write_probe` | CORS; lifetimes on record; the write test of `/health/ready` |

pub mod admin;
mod admission;
mod api_list;
mod audit_buffer;
pub mod backchannel;
mod browser;
mod client_keys;
mod client_list;
pub mod clock;
mod cors;
pub mod document;
mod endpoint;
mod feed;
mod feed_subscribers;
mod input;
pub mod issuer;
mod job;
mod keys_in_use;
mod lifetime;
pub mod metrics;
mod observe;
pub mod page;
pub mod password;
mod refusal;
mod request_context;
pub mod respond;
pub mod route;
mod run;
pub mod settings;
pub mod setup;
mod sign_in_throttle;
mod status;
mod trace_id;
mod transact;
pub mod view;
mod write_probe;

pub use issuer::{Issuer, Parts, StartError, check_keys};
pub use run::{PreparedServer, run, serve_metrics, serve_once};
pub use settings::Settings;
