//! The authorization server: one route table, endpoints, pages, administration and jobs.
//!
//! One request goes like this: [`route`] names the handler; `input` reads the body, bounded; an
//! `endpoint` parses, then looks, decides and commits (`transact`); [`respond`] answers. Rules of
//! the protocol are in `airside-oauth`, rows in `airside-store`.

pub mod admin;
mod admission;
mod api_list;
mod audit_buffer;
mod browser;
mod client_keys;
pub mod clock;
mod cors;
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

pub use issuer::{Issuer, Parts, StartError};
pub use run::{run, serve_metrics};
pub use settings::Settings;
