//! The person who is signed in to a browser.

use crate::{
    profile::IssuerProfile,
    state::{decide::Facts, session::Session, user::User},
    time::Time,
};

/// A person whose session is alive and whose account may be used.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    /// The session of the browser's cookie.
    pub session: &'a Session,
    /// The user who signed in.
    pub user: &'a User,
}

impl<'a> SignedIn<'a> {
    /// Returns who is signed in; `None` if the session has ended, or the account is disabled.
    pub fn of(facts: &'a Facts, profile: &IssuerProfile, now: Time) -> Option<Self> {
        let session = facts.session.as_ref()?;
        let user = facts.user.as_ref()?;
        let alive = session.alive(&profile.lifetimes, now) && !user.disabled;
        (alive && user.id == session.user).then_some(Self { session, user })
    }
}
