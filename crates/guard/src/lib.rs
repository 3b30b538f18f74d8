//! The guard: function-level and object-level authorization before an API in any language.
//!
//! The output of `airside guard check` about one operation:
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
//! | [`configuration`] | `guard.toml` as a whole; the parts of the guard read their own sections |
//! | `section` | the reader of sections |
//! | `trust` | the requirements on access tokens |
//! | [`operation`] | the operations of the API, their rules, and how certain these are |
//! | `document`, `rule` | rules as they are written, in `guard.toml` or an OpenAPI document |
//! | `field`, `show` | the fields that a request's body may have, and that an answer keeps |
//! | `cache` | keeping a person's answers out of shared caches |
//! | `header` | refused, dropped and forwarded headers |
//! | `request` | the head of a request in its canonical reading |
//! | `reading` | the body of a request: its media type, and the names in it |
//! | `body`, `websocket`, `pointer` | bodies that pass or are held; WebSockets; JSON pointers |
//! | `decide` | the decision about one request, as a state machine |
//! | `judge` | the checks: token, query, body, object, answer |
//! | `owner`, `ownership` | looking up the owner of an object, and the error if it is not the caller |
//! | `guard` | one request from beginning to end |
//! | `error`, `respond` | the error of a request, and its answer |
//! | [`forward_auth`] | answering proxies that forward requests themselves |
//! | `upstream` | the upstreams and their health |
//! | `database`, `view` | the API's own database, in which owners are looked up |
//! | [`check`] | every operation and its class |
//! | [`init`] | a first `guard.toml` for an OpenAPI document |
//! | [`explain`] | why a request would be allowed or denied |
//! | `browser` | browser mode: signing people in, and keeping their tokens |
//! | `cors` | the sites whose scripts may read answers |
//! | `via` | request loops |
//! | [`reach`] | whether the issuer and the upstreams can be reached |
//! | `rate` | rate limits of addresses, clients and people |
//! | [`access`], `outcome` | the access log, and the outcome of a request |
//! | [`metrics`] | counters |
//! | `observed` | denials that were observed |
//! | `public` | the public address that a trusted proxy reports |
//! | `admission`, `slot` | bounds on concurrent requests |
//! | `large_body` | work on large bodies, away from the threads that serve connections |
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
mod error;
pub mod explain;
mod field;
pub mod forward_auth;
mod guard;
mod header;
pub mod init;
mod judge;
mod large_body;
pub mod metrics;
mod observed;
pub mod operation;
mod outcome;
mod owner;
mod ownership;
mod pointer;
mod public;
mod rate;
pub mod reach;
mod reading;
mod request;
mod respond;
mod rule;
pub mod run;
mod section;
mod show;
mod slot;
mod trust;
mod upstream;
mod via;
mod view;
mod websocket;

pub use configuration::Configuration;
pub use document::load as load_document;
pub use guard::{Guard, GuardError};
pub use run::{RunError, Running};

// a body that the guard takes and one that the library takes are nested as deep
const _: () = assert!(airside_api::json_reader::MAX_DEPTH == airside_jose::json::MAX_DEPTH);
