//! The set-up link of the first administrator: one use, 30 minutes, gone with the first account.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use airside_oauth::{
    entropy::Draw,
    secret::{Digest, Secret},
    time::Time,
};

/// The link's token, as a digest, while there is one.
#[derive(Debug, Default)]
pub struct Setup(Mutex<Option<(Digest, Time)>>);

impl Setup {
    /// Makes a new link's token; an earlier one stops working.
    pub fn begin(&self, now: Time, draw: &Draw) -> Secret {
        let token = Secret::random("", draw, "setup");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.digest(), now));
        token
    }

    /// Whether `token` is the one of a link that still works.
    pub fn is_current(&self, token: &str, now: Time) -> bool {
        let current = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        current.is_some_and(|(digest, since)| {
            digest.matches(&Digest::of(token.as_bytes())) && now.within(LIFETIME, since)
        })
    }

    /// Ends the link.
    pub fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

const LIFETIME: Duration = Duration::from_secs(30 * 60);
