//! Revocations of tokens that nobody looks up: kept as long as such a token can live.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, GrantId, UserId},
    time::Time,
};

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// Whose tokens are dead.
    pub subject: FeedSubject,
    /// Tokens issued at or before this time are dead; for a client or a user only.
    pub at: Time,
    /// When the last token it concerns has expired.
    pub until: Time,
}

/// Whose tokens a revocation kills.
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
    /// Whether a token issued at `issued_at` (whole seconds) is dead by this entry.
    pub fn kills(&self, issued_at_seconds: i64) -> bool {
        match self.subject {
            FeedSubject::Client(_) | FeedSubject::User(_) => {
                issued_at_seconds <= self.at.as_seconds()
            }
            FeedSubject::Grant(_) | FeedSubject::Jti(_) | FeedSubject::Kid(_) => true,
        }
    }
}
