//! A browser's sign-in: stateful on purpose, because it must be able to die at once.

use serde::{Deserialize, Serialize};

use crate::{
    id::{SessionId, UserId},
    key::secret::Digest,
    profile::Lifetimes,
    time::Time,
};

/// One sign-in of one browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// The `sid` of its tokens.
    pub id: SessionId,
    /// The digest of the cookie that names it.
    pub cookie: Digest,
    /// The user who signed in.
    pub user: UserId,
    /// The time and the methods of the authentication.
    pub authentication: Authentication,
    /// The time at which the cookie was last seen; kept with a granularity of [`SEEN_GRANULARITY`].
    pub last_seen: Time,
    /// Set once it has ended.
    pub ended_at: Option<Time>,
}

/// The time and the methods of a person's authentication (OIDC Core §2: `auth_time`, `acr`, `amr`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// The time.
    #[serde(rename = "t")]
    pub at: Time,
    /// By which methods (RFC 8176).
    #[serde(rename = "m")]
    pub amr: Vec<String>,
}

impl Authentication {
    /// Returns the authentication context class that the methods amount to (OIDC Core §2, `acr`), one of
    /// [`ACR_VALUES`]; `None` for methods that are not known here.
    pub fn acr(&self) -> Option<&'static str> {
        let by_password = self.amr.iter().any(|method| method == PASSWORD);
        by_password.then_some(PASSWORD)
    }
}

impl Session {
    /// Returns true if the session is still valid: not ended, not idle for too long, not too old.
    pub fn alive(&self, lifetimes: &Lifetimes, now: Time) -> bool {
        self.ended_at.is_none()
            && now.within(lifetimes.session, self.authentication.at)
            && now.within(lifetimes.session_idle, self.last_seen)
    }

    /// Returns true if `last_seen` is old enough to be written again.
    pub fn should_note(&self, now: Time) -> bool {
        !now.within(SEEN_GRANULARITY, self.last_seen)
    }
}

/// Every authentication context class that a sign-in here can have.
pub const ACR_VALUES: [&str; 1] = [PASSWORD];

/// The method (RFC 8176 §2) and the class of a sign-in with a password alone.
const PASSWORD: &str = "pwd";

/// The granularity of the last use of a session: a page view is not worth a write.
pub const SEEN_GRANULARITY: std::time::Duration = std::time::Duration::from_secs(5 * 60);
