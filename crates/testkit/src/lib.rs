//! Test helpers: an HTTP client that behaves like a browser, and a PostgreSQL server. Development only.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper fails the test"
)]

mod answer;
mod browser;
pub mod postgres;

pub use answer::Answer;
pub use browser::Browser;
