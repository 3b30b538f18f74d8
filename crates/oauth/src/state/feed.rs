//! Revocations of tokens that are verified offline: kept as long as such a token can live.

use airside_jose::UnixSeconds;
use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, GrantId, TokenId, UserId},
    time::Time,
};

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// The subject whose tokens are revoked.
    pub subject: FeedSubject,
    /// The time of the revocation; how long the entry is kept follows from it
    /// ([`LongestLifetimes::until`](crate::state::lifetime::LongestLifetimes::until)). Of a client or a user, tokens issued at
    /// or before this time are dead ([`FeedEntry::kills`]).
    pub at: Time,
}

/// The subject whose tokens a revocation ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedSubject {
    /// All tokens of one grant.
    Grant(GrantId),
    /// One token.
    Jti(String),
    /// All tokens of one client issued until then.
    Client(ClientId),
    /// All tokens of one person issued until then.
    User(UserId),
    /// All tokens signed by one key.
    Kid(String),
}

impl FeedSubject {
    /// The kind's name in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Grant(_) => "grant",
            Self::Jti(_) => "jti",
            Self::Client(_) => "client",
            Self::User(_) => "user",
            Self::Kid(_) => "kid",
        }
    }

    /// The value as text.
    pub fn value(&self) -> String {
        match self {
            Self::Grant(id) => id.to_string(),
            Self::Jti(text) | Self::Kid(text) => text.clone(),
            Self::Client(id) => id.to_string(),
            Self::User(id) => id.to_string(),
        }
    }

    /// The subject with this kind and value.
    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "grant" => Self::Grant(value.parse().ok()?),
            "jti" => Self::Jti(value.to_owned()),
            "client" => Self::Client(value.parse().ok()?),
            "user" => Self::User(value.parse().ok()?),
            "kid" => Self::Kid(value.to_owned()),
            _ => return None,
        })
    }
}

impl FeedEntry {
    /// Tells whether a token of the entry's subject is dead by it.
    ///
    /// For a client or a user that is one issued at or before [`FeedEntry::at`], to the millisecond:
    /// the `jti` of our tokens is a UUIDv7 that says when within the second of `iat` it was made. Of a
    /// token with another `jti` only the second is known, and the doubt goes against it.
    pub fn kills(&self, issued_at: UnixSeconds, jti: &str) -> bool {
        match self.subject {
            FeedSubject::Client(_) | FeedSubject::User(_) => {
                let exact = jti.parse().ok().and_then(|id: TokenId| id.made_at());
                match exact.filter(|at| at.as_seconds() == issued_at) {
                    Some(exact) => exact <= self.at,
                    None => issued_at <= self.at.as_seconds(),
                }
            }
            FeedSubject::Grant(_) | FeedSubject::Jti(_) | FeedSubject::Kid(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, draw};

    fn jti(millis: i64) -> String {
        TokenId::new(Time::from_millis(START.as_millis() + millis), &draw(1)).to_string()
    }

    #[test]
    fn a_token_issued_in_the_millisecond_of_the_entry_is_dead_and_one_of_the_next_lives() {
        let entry = FeedEntry {
            subject: FeedSubject::Client("spa".parse().unwrap()),
            at: Time::from_millis(START.as_millis() + 500),
        };
        let second = START.as_seconds();
        assert!(entry.kills(second, &jti(499)) && entry.kills(second, &jti(500)));
        assert!(!entry.kills(second, &jti(501)));
        assert!(!entry.kills(second.saturating_add(1), &jti(1_000)));
    }

    #[test]
    fn where_only_the_second_is_known_the_doubt_goes_against_the_token() {
        let entry = FeedEntry {
            subject: FeedSubject::Client("spa".parse().unwrap()),
            at: START,
        };
        let second = START.as_seconds();
        // no UUIDv7, and one of another second than `iat`
        for jti in ["any", "00000000-0000-4000-8000-000000000000", &jti(5_000)] {
            assert!(entry.kills(second, jti), "{jti}");
            assert!(!entry.kills(second.saturating_add(1), jti), "{jti}");
        }
    }
}
