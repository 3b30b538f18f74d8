//! The authorization server: one route table, endpoints, pages, administration and jobs.
//!
//! One request goes like this: [`route`] names the handler; [`input`] reads the body, bounded; an
//! [`endpoint`] parses, then looks, decides and commits ([`transact`]); [`respond`] answers. Rules of
//! the protocol are in `airside-oauth`, rows in `airside-store`.

pub mod admin;
pub mod admission;
mod api_list;
pub mod audit_buffer;
pub mod browser;
pub mod client_keys;
pub mod clock;
mod cors;
pub mod endpoint;
pub mod feed;
pub mod feed_subscribers;
pub mod input;
pub mod issuer;
pub mod job;
mod keys_in_use;
mod lifetime;
pub mod metrics;
pub mod observe;
pub mod page;
pub mod password;
pub mod request_context;
pub mod respond;
pub mod route;
pub mod run;
pub mod settings;
pub mod setup;
pub mod sign_in_throttle;
pub mod status;
mod trace_id;
pub mod transact;
pub mod view;
mod write_probe;

pub use issuer::{Issuer, Parts, StartError};
pub use run::{run, serve_metrics};
pub use settings::Settings;
