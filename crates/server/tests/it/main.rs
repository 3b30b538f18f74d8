//! The protocol over real HTTP, by RFC section.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod client_auth;
mod flow;
mod token;
mod world;
