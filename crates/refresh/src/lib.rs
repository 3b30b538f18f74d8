//! A value that is fetched from elsewhere, such as an issuer's keys: one fetch at a time, ahead of
//! expiry, and stale while fetches fail.
//!
//! ```
//! use std::sync::Arc;
//! use airside_refresh::{Freshness, RefreshPolicy, Refreshed};
//!
//! # async fn run() -> Result<(), airside_refresh::RefreshError> {
//! let now = 1_800_000_000;
//! let greeting = Refreshed::new(RefreshPolicy::DEFAULT, Arc::new(move || now));
//! let fetch = async move || Ok(("hello", Freshness::new(now, 300)));
//! assert_eq!(greeting.get(fetch).await?, "hello");
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(run()).unwrap();
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`plan`] | when to serve, wait, fetch and fail: pure, with the time as input |
//! | [`refreshed`] | the value that callers share, and its fetches |

pub mod plan;
pub mod refreshed;

pub use plan::{Freshness, RefreshPolicy};
pub use refreshed::{FetchResult, RefreshError, Refreshed};
