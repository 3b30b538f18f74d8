//! A person who signs in.

pub mod opaque_string;
mod username;

pub use username::{MixedScripts, TypedName, Username, UsernameError};

use std::{fmt, time::Duration};

use schemars::{JsonSchema, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    id::UserId,
    schema::described,
    state::role::Role,
    time::{LEEWAY, Time, Timestamp, as_timestamp},
};

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct User {
    /// The `sub` of their tokens.
    pub id: UserId,
    /// The name they sign in with.
    pub username: Username,
    /// The roles that APIs may base function-level decisions on.
    pub roles: Vec<Role>,
    /// True if they administer this issuer.
    pub administrator: bool,
    /// OpenID Connect claims and others, released by scope and to APIs. Only administrators change
    /// them.
    pub claims: Map<String, Value>,
    /// Raised by every change that must end what was issued before it.
    pub epoch: u32,
    /// Set while the account may not be used.
    pub disabled: bool,
    /// The time at which the account was made.
    #[serde(serialize_with = "as_timestamp")]
    #[schemars(with = "Timestamp")]
    pub created_at: Time,
    /// The time at which roles or the administrator's right were last taken away, or a claim was changed that is in
    /// access tokens: access tokens issued until then are dead.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_timestamp"
    )]
    #[schemars(with = "Option<Timestamp>")]
    pub rights_reduced_at: Option<Time>,
}

impl User {
    /// The account as `new` says, with a raised epoch. What was issued until `end` is dead.
    pub(crate) fn changed(&self, new: Self, end: Option<Time>) -> Self {
        Self {
            epoch: self.epoch.saturating_add(1),
            rights_reduced_at: end.or(self.rights_reduced_at),
            ..new
        }
    }

    /// A time after every token that was issued so far.
    pub(crate) fn end_of_tokens(&self, now: Time) -> Time {
        let earlier = self.rights_reduced_at.map(|at| at.plus(TICK));
        earlier.map_or(now, |earlier| earlier.max(now))
    }

    /// The time that a token issued at `now` says: after the last reduction of rights, whose tokens are
    /// dead, also on a node whose clock is up to a minute behind.
    pub fn token_time(&self, now: Time) -> Time {
        let living = self.rights_reduced_at.map(|at| at.plus(TICK));
        let living = living.filter(|at| *at <= now.plus(LEEWAY));
        living.map_or(now, |at| at.max(now))
    }

    /// Returns true if the account administers the issuer and may be used.
    pub const fn is_active_administrator(&self) -> bool {
        self.administrator && !self.disabled
    }

    /// Tells whether `other` lacks a role or the administrator's right that this one has.
    pub(crate) fn has_rights_beyond(&self, other: &Self) -> bool {
        let lost = |role: &Role| !other.roles.contains(role);
        (self.administrator && !other.administrator) || self.roles.iter().any(lost)
    }
}

/// The smallest difference of two times.
const TICK: Duration = Duration::from_millis(1);

/// A password's argon2id hash in PHC form; kept out of `Debug`.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for the hasher and the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

described!(Username, json_schema!({ "type": "string", "minLength": 1 }));
