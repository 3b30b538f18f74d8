//! Test helpers: a browser that fails the test, and a PostgreSQL server. Development only.
//!
//! | module | holds |
//! |---|---|
//! | `browser`, `answer` | the client of [`airside_client`]: an absent answer or member fails the test |
//! | [`postgres`] | PostgreSQL servers |
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

/// Requires that a text has this part.
#[track_caller]
pub fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is not in:\n{text}");
}
