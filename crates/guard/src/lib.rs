//! The guard: function-level and object-level authorization before an API in any language.
//!
//! What `airside guard check` prints about one operation:
//!
//! ```
//! use airside_guard::{Configuration, check, operation::Class};
//!
//! # let directory = tempfile::tempdir()?;
//! let file = directory.path().join("guard.toml");
//! std::fs::write(&file, r#"
//!     upstream = "http://127.0.0.1:9000"
//!     issuer   = "https://id.example.com"
//!     audience = "https://api.example.com"
//!     [[operation]]
//!     match = "GET /users/{user}/orders"
//!     scope = "orders:read"
//!     owner = { path = "user", equals = "sub" }
//! "#)?;
//! let configuration = Configuration::read(&file, &|_| None)?;
//! let lines = check::lines(&configuration);
//! assert!(lines.iter().all(|line| line.class == Class::Sound));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To serve it: [`Running::new`], then [`Running::serve`].
//!
//! | module | holds |
//! |---|---|
//! | [`configuration`] | `guard.toml` as a whole; each part of the guard declares and reads its own section |
//! | `section` | the reader of such a section |
//! | `trust` | issuer, audience and algorithms of access tokens |
//! | [`operation`] | the API's operations, their rules, and how certain each rule is |
//! | `document`, `rule` | rules as they are written, in `guard.toml` or an OpenAPI document |
//! | `field`, `show` | which fields a request's body may have, and an answer keeps |
//! | `cache` | keeping a person's answers out of shared caches |
//! | `header` | headers that are refused, removed, and set for the upstream |
//! | `decide` | one request on its way to a verdict |
//! | `judge` | the rules: token, query, body, object, answer |
//! | `owner` | asking for the owner of an object |
//! | `reading` | the body of a request: its kinds, and the names in it |
//! | `guard` | one request from beginning to end |
//! | [`forward_auth`] | answering proxies that forward themselves |
//! | `upstream` | the APIs behind |
//! | `database`, `view` | the API's own database, asked for owners through a view |
//! | [`check`] | every operation and its class |
//! | [`init`] | a first `guard.toml` for an OpenAPI document |
//! | [`explain`] | why a request would be allowed or refused |
//! | `browser` | signing people in, and keeping their tokens |
//! | `cors` | CORS, where the guard answers it |
//! | `via` | a request that goes in a circle |
//! | [`reach`] | whether issuer, upstreams and database answer now |
//! | `rate` | rate limits by address, client and person |
//! | [`access`], `outcome` | the access log, and the outcome of a request in one word |
//! | [`metrics`] | counters |
//! | `observed` | the report of `mode = "observe"`: requests that would have been refused |
//! | `request` | the head of a request, read in one way |
//! | `public` | the address that a caller used, as a trusted proxy says |
//! | `refusal`, `not_owned` | answers of the guard's own |
//! | `body`, `websocket`, `pointer` | bodies that pass or are held; WebSockets; JSON pointers |
//! | `admission`, `room` | how many requests run at once |
//! | [`run`] | listeners, reload, health |

pub mod access;
mod admission;
mod body;
mod browser;
mod cache;
pub mod check;
pub mod configuration;
mod cors;
mod database;
mod decide;
mod document;
pub mod explain;
mod field;
pub mod forward_auth;
mod guard;
mod header;
pub mod init;
mod judge;
pub mod metrics;
mod not_owned;
mod observed;
pub mod operation;
mod outcome;
mod owner;
mod pointer;
mod public;
mod rate;
pub mod reach;
mod reading;
mod refusal;
mod request;
mod room;
mod rule;
pub mod run;
mod section;
mod show;
mod trust;
mod upstream;
mod via;
mod view;
mod websocket;

pub use configuration::Configuration;
pub use guard::{Guard, GuardError, Lasting};
pub use not_owned::NotOwned;
pub use observed::Observed;
pub use refusal::Refusal;
pub use run::{RunError, Running};
