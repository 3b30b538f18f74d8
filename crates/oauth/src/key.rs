//! Keys: the rows in which they are stored, their purposes and their states.
//!
//! | module | holds |
//! |---|---|
//! | `schedule` | the schedule of the keys of a purpose, as a pure function of time |
//! | `encryption_key` | the key that wraps all others |
//! | [`keyring`], [`vault`] | the keys that sign; those that seal and authenticate |
//! | `cursor` | where a list goes on, authenticated |
//! | `seal`, [`secret`], [`entropy`] | encryption and MACs; secrets and digests; randomness |

mod cursor;
mod encryption_key;
pub mod entropy;
pub mod keyring;
mod schedule;
mod seal;
pub mod secret;
pub mod vault;

pub use encryption_key::{KeyEncryptionKey, UnwrapKeyError};
pub use schedule::{NextKey, Rotation, active, due, next_version, published_until, state};

use std::fmt;

use airside_jose::Algorithm;
use schemars::JsonSchema;
use serde::Serialize;

use crate::time::Time;

/// A key as it is stored: wrapped by a key that is not in the store.
#[derive(Clone)]
pub struct StoredKey {
    /// Its name; for signing keys the `kid`.
    pub kid: String,
    /// Its purpose.
    pub purpose: Purpose,
    /// Counts the keys of one purpose, from 1; unique with it.
    pub version: u32,
    /// The private or secret key, encrypted under the key-encryption key.
    pub wrapped: Vec<u8>,
    /// The public JWK as JSON; empty for purpose keys.
    pub public: String,
    /// The time at which it was made, and published.
    pub created_at: Time,
    /// The time at which it begins to sign or seal.
    pub active_from: Time,
    /// Set when it was dropped: never accepted again from then on.
    pub dropped_at: Option<Time>,
    /// Set when it was retired without a successor, because its algorithm left the configuration: it
    /// signs nothing from then on.
    pub retired_at: Option<Time>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// The purpose of a key. No key serves two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signs tokens with this algorithm.
    Signing(Algorithm),
    /// Seals authorization codes.
    Code,
    /// Seals interactions.
    Interaction,
    /// Authenticates refresh tokens.
    RefreshToken,
    /// Authenticates list cursors.
    Cursor,
}

impl Purpose {
    /// The purposes that are not signing.
    pub const INTERNAL: [Self; 4] = [
        Self::Code,
        Self::Interaction,
        Self::RefreshToken,
        Self::Cursor,
    ];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signing(algorithm) => algorithm.as_str(),
            Self::Code => "code",
            Self::Interaction => "interaction",
            Self::RefreshToken => "refresh_token",
            Self::Cursor => "cursor",
        }
    }

    /// The purpose with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::INTERNAL
            .into_iter()
            .find(|purpose| purpose.as_str() == name)
            .or_else(|| name.parse().ok().map(Self::Signing))
    }
}

/// The state of a signing key at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// In the JWK Set, not yet signing.
    Published,
    /// Signs new tokens.
    Signing,
    /// In the JWK Set until the last token it signed has expired.
    Retired,
    /// Out of the JWK Set; still good for the signature of an expired ID token used as a hint.
    Gone,
    /// Dropped in an emergency: never accepted.
    Dropped,
}

impl KeyState {
    /// The word shown to operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Gone => "gone",
            Self::Dropped => "dropped",
        }
    }
}

#[cfg(test)]
mod tests;
