//! Conditions that make an API hard to scan without making it vulnerable.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::params;

use crate::{answer::ApiError, app::App};

/// The behaviour of the API; by default it behaves well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The number of requests that are answered in a second of the testbed's time; the others get 429.
    pub requests_per_second: Option<u64>,
    /// After how many requests, again and again, every token is void; a new sign-in helps.
    pub ends_sessions_every: Option<u64>,
    /// After how many requests nobody can sign in or use a token any more.
    pub locks_out_after: Option<u64>,
    /// After how many requests every answer is 503.
    pub breaks_after: Option<u64>,
    /// True if a guard before the API says who calls (`Airside-Subject`, `Airside-Roles`); tokens of
    /// `POST /login` are worth nothing then.
    pub is_behind_guard: bool,
    /// The number after which those of new objects begin; UUIDs and tokens are others too.
    pub ids_after: u32,
}

/// The number of requests: in all, and in the current second.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    requests: AtomicU64,
    second: AtomicU64,
    in_second: AtomicU64,
}

impl Traffic {
    /// Counts a request; refuses it where the conditions say so.
    pub(crate) fn admit(&self, app: &App, path: &str) -> Result<(), ApiError> {
        let conditions = app.conditions();
        let requests = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        if conditions
            .breaks_after
            .is_some_and(|after| requests > after)
        {
            return Err(ApiError::Unavailable);
        }
        let second = u64::try_from(app.now() / 1000).unwrap_or_default();
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.in_second.store(0, Ordering::Relaxed);
        }
        let in_second = self.in_second.fetch_add(1, Ordering::Relaxed) + 1;
        if conditions
            .requests_per_second
            .is_some_and(|most| in_second > most)
        {
            return Err(ApiError::TooManyRequests { retry_after: 1 });
        }
        let ends = |every: u64| requests.checked_rem(every) == Some(0);
        let is_locked = conditions
            .locks_out_after
            .is_some_and(|after| requests > after);
        if is_locked || conditions.ends_sessions_every.is_some_and(ends) {
            app.db().run("DELETE FROM tokens", params![])?;
        }
        if is_locked && path == "/login" {
            return Err(ApiError::Forbidden);
        }
        Ok(())
    }

    pub(crate) fn forget(&self) {
        self.requests.store(0, Ordering::Relaxed);
    }
}
