//! The bounds of a scan, and the reasons why a request has no answer.

use std::time::Duration;

use super::Waiting;

/// The bounds of a scan.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The greatest number of requests.
    pub requests: u64,
    /// The greatest number of requests a second; `None` is as many as the API answers.
    pub per_second: Option<u32>,
    /// The time after which a request has failed.
    pub timeout: Duration,
    /// The longest time that a rate limit is waited for, in all.
    pub rate_limit_wait: Duration,
    /// The way in which the end of tokens is waited for.
    pub waiting: Waiting,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 5_000,
            per_second: None,
            timeout: Duration::from_secs(10),
            rate_limit_wait: Duration::from_secs(60),
            waiting: Waiting::default(),
        }
    }
}

/// The reason why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The API cannot be reached.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The answer took too long.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// The budget is spent.
    #[error("the budget of {0} requests is spent")]
    BudgetSpent(u64),
    /// The request would change something, which is not allowed.
    #[error("it writes, and --allow-writes is not given")]
    WritesNotAllowed,
    /// The scan was interrupted.
    #[error("the scan was interrupted")]
    Interrupted,
    /// The API limits the rate, for longer than is waited.
    #[error("the API limits the rate of requests (429)")]
    RateLimited,
    /// The caller has no token that works.
    #[error("{0}")]
    NoCaller(String),
    /// The request cannot be written.
    #[error("the request cannot be written: {0}")]
    Malformed(String),
}
