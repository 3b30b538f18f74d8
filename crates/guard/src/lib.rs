//! The guard: function-level and object-level authorization before an API in any language.
//!
//! | module | holds |
//! |---|---|
//! | [`configuration`] | `guard.toml`: what it says as a whole; the parts of the guard read their own sections |
//! | `section` | what they read them with |
//! | `trust` | what access tokens must be |
//! | [`operation`] | what the API offers, who may, and how certain that is |
//! | `document`, `rule` | rules as they are written, in `guard.toml` or an OpenAPI document |
//! | `field`, `show` | which fields a request's body may have, and an answer keeps |
//! | `cache` | keeping a person's answers out of shared caches |
//! | `header` | what a request must not bring, what it loses, what the upstream is told |
//! | `decide` | one request on its way to a verdict |
//! | `judge` | the rules: token, query, body, object, answer |
//! | `owner` | asking for the owner of an object |
//! | `reading` | the body of a request: what it may be, and the names in it |
//! | `guard` | one request from beginning to end |
//! | [`forward_auth`] | answering proxies that forward themselves |
//! | `upstream` | the APIs behind |
//! | `database` | the API's own database, asked for owners |
//! | [`check`] | every operation and its class |
//! | [`init`] | a first `guard.toml` for an OpenAPI document |
//! | [`explain`] | why a request would be allowed or refused |
//! | `browser` | signing people in, and keeping their tokens |
//! | `cors` | which other sites' scripts may read answers |
//! | `via` | a request that goes in a circle |
//! | [`reach`] | who answers now |
//! | `rate` | how many requests one address, client or person may send |
//! | [`access`], `outcome` | the access log, and what became of a request |
//! | [`metrics`] | what is counted |
//! | `observed` | who would have been refused |
//! | `request` | the head of a request, read in one way |
//! | `public` | the address that a caller used, as a trusted proxy says |
//! | `admission`, `room` | how much goes on at once |
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
pub use error::RequestError;
pub use guard::{Guard, GuardError, SharedState};
pub use observed::ObservedDenials;
pub use ownership::OwnershipError;
pub use run::{RunError, Running};
