//! The set-up link of the first administrator: one use, 30 minutes, gone with the first account.

use std::time::Duration;

use airside_oauth::{
    key::{
        entropy::Entropy,
        secret::{Digest, Secret},
    },
    time::Time,
};
use parking_lot::{Mutex, MutexGuard};

/// The link's token, as a digest, while there is one.
#[derive(Debug, Default)]
pub struct Setup(Mutex<Option<IssuedLink>>);

#[derive(Debug)]
struct IssuedLink {
    token: Digest,
    since: Time,
    used_for: Option<String>,
}

/// The state of a set-up link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It works.
    Current,
    /// It made the account of this name: a second click, or Back.
    Used(String),
    /// There is no such link any more.
    Unknown,
}

impl Setup {
    /// Makes a new link's token; an earlier one stops working.
    pub fn begin(&self, now: Time, draw: &Entropy) -> Secret {
        let token = Secret::random("", draw, "setup");
        *self.begun() = Some(IssuedLink {
            token: token.digest(),
            since: now,
            used_for: None,
        });
        token
    }

    /// Returns what a link with `token` is worth.
    pub fn look(&self, token: &str, now: Time) -> LinkState {
        let begun = self.begun();
        let own = begun.as_ref().filter(|begun| {
            begun.token.matches(&Digest::of(token.as_bytes())) && now.within(LIFETIME, begun.since)
        });
        match own {
            None => LinkState::Unknown,
            Some(IssuedLink { used_for: None, .. }) => LinkState::Current,
            Some(IssuedLink {
                used_for: Some(username),
                ..
            }) => LinkState::Used(username.clone()),
        }
    }

    /// The link has made this account: it makes no other.
    pub fn used_for(&self, username: &str) {
        if let Some(begun) = self.begun().as_mut() {
            begun.used_for = Some(username.to_owned());
        }
    }

    /// Ends the link.
    pub fn end(&self) {
        *self.begun() = None;
    }

    fn begun(&self) -> MutexGuard<'_, Option<IssuedLink>> {
        self.0.lock()
    }
}

const LIFETIME: Duration = Duration::from_secs(30 * 60);
