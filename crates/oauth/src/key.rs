//! Keys: the schedule of signing keys as a pure function of time, and how keys are wrapped.

pub mod entropy;
pub mod keyring;
mod seal;
pub mod secret;
pub mod vault;

use std::{fmt, time::Duration};

use airside_jose::Algorithm;
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    key::seal::{aead, hmac_sha256},
    state::lifetime::LongestLifetimes,
    time::Time,
};

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

/// The schedule of key changes, as configured.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// The time for which a key signs.
    pub interval: Duration,
    /// The time for which a key is published before it signs.
    pub publish_ahead: Duration,
}

/// The next key of a purpose that must be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextKey {
    /// Its version.
    pub version: u32,
    /// The time at which it begins to sign or seal.
    pub active_from: Time,
}

/// Returns the state of `key` among `all` keys at `now`.
///
/// A pure function of stored times: every node derives the same answer.
pub fn state(
    key: &StoredKey,
    all: &[StoredKey],
    longest: &LongestLifetimes,
    now: Time,
) -> KeyState {
    // whenever that was: a clock that goes back brings no key back
    if key.dropped_at.is_some() {
        return KeyState::Dropped;
    }
    if key.retired_at.is_none() && now < key.active_from {
        let signs = active(key.purpose, all, now).is_some_and(|active| active.kid == key.kid);
        return match signs {
            true => KeyState::Signing,
            false => KeyState::Published,
        };
    }
    match ended_at(key, all) {
        Some(at) if at > now && key.retired_at.is_none() => KeyState::Signing,
        Some(at) if now.within(acceptance(longest), at) => KeyState::Retired,
        Some(_) => KeyState::Gone,
        None => KeyState::Signing,
    }
}

/// Returns the time until which a key that has a last signature is in the JWK Set.
pub fn published_until(
    key: &StoredKey,
    all: &[StoredKey],
    longest: &LongestLifetimes,
) -> Option<Time> {
    Some(ended_at(key, all)?.plus(acceptance(longest)))
}

/// The key of `purpose` that signs or seals at `now`.
///
/// Before the time of the first one it is the first one all the same: this clock is behind the one
/// that it was made by.
pub fn active(purpose: Purpose, all: &[StoredKey], now: Time) -> Option<&StoredKey> {
    let usable = all
        .iter()
        .filter(|key| key.purpose == purpose && is_usable(key));
    let rank = |key: &&StoredKey| (key.active_from, key.version);
    let begun = usable.clone().filter(|key| key.active_from <= now);
    begun.max_by_key(rank).or_else(|| usable.min_by_key(rank))
}

/// The key of `purpose` that must be made at `now`, if one is due.
pub fn due(purpose: Purpose, all: &[StoredKey], rotation: Rotation, now: Time) -> Option<NextKey> {
    let version = next_version(purpose, all);
    let newest = all
        .iter()
        .filter(|key| key.purpose == purpose && is_usable(key))
        .max_by_key(|key| (key.active_from, key.version));
    let Some(newest) = newest else {
        return Some(NextKey {
            version,
            active_from: now,
        });
    };
    let active_from = newest.active_from.plus(rotation.interval);
    (now >= active_from.minus(rotation.publish_ahead)).then(|| NextKey {
        version,
        active_from: active_from.max(now.plus(rotation.publish_ahead)),
    })
}

/// The version that the next key of `purpose` gets.
pub fn next_version(purpose: Purpose, all: &[StoredKey]) -> u32 {
    let versions = all
        .iter()
        .filter(|key| key.purpose == purpose)
        .map(|key| key.version);
    versions.max().unwrap_or(0).saturating_add(1)
}

/// Returns true if a key signs at all, now or later.
const fn is_usable(key: &StoredKey) -> bool {
    key.dropped_at.is_none() && key.retired_at.is_none()
}

/// Returns when a key signs for the last time: another one takes over, or it was retired.
fn ended_at(key: &StoredKey, all: &[StoredKey]) -> Option<Time> {
    let superseded = superseded_at(key, all);
    key.retired_at.into_iter().chain(superseded).min()
}

fn superseded_at(key: &StoredKey, all: &[StoredKey]) -> Option<Time> {
    let rank = (key.active_from, key.version);
    all.iter()
        .filter(|other| other.purpose == key.purpose && other.dropped_at.is_none())
        // one that was retired before its time replaced no key
        .filter(|other| other.retired_at.is_none_or(|at| other.active_from <= at))
        .map(|other| (other.active_from, other.version))
        .filter(|other| *other > rank)
        .min()
        .map(|(active_from, _)| active_from)
}

/// Returns the time after its last signature in which a key's tokens can still be presented.
fn acceptance(longest: &LongestLifetimes) -> Duration {
    longest.signed().saturating_add(CLOCK_TOLERANCE)
}

/// Clocks of issuer and APIs may differ by this much.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

/// The key that wraps all others; from a file or the environment, never in the store.
#[derive(Clone)]
pub struct KeyEncryptionKey(Zeroizing<[u8; 32]>);

/// The key-encryption key is not the one that the store was made with, or a row was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored key cannot be opened with this key-encryption key")]
pub struct UnwrapKeyError;

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey")
    }
}

impl KeyEncryptionKey {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A value to store, by which a start with another key is recognised. Reveals nothing of it.
    pub fn check_value(&self) -> [u8; 32] {
        hmac_sha256(self.0.as_ref(), b"airside key-encryption key check")
    }

    /// Encrypts a private or secret key for the store; bound to its purpose and name.
    ///
    /// `salt` is 16 fresh random bytes: each row is encrypted under a key of its own.
    pub fn wrap(&self, purpose: Purpose, kid: &str, salt: [u8; 16], key: &[u8]) -> Vec<u8> {
        let mut out = salt.to_vec();
        out.extend(aead::seal(&self.row_key(purpose, kid, &salt), &[], key));
        out
    }

    /// Decrypts what [`Self::wrap`] made.
    ///
    /// # Errors
    ///
    /// [`UnwrapKeyError`] if this is another key, or the row is not what was written.
    pub fn unwrap(&self, stored: &StoredKey) -> Result<Zeroizing<Vec<u8>>, UnwrapKeyError> {
        let (salt, sealed) = stored.wrapped.split_at_checked(16).ok_or(UnwrapKeyError)?;
        let key = self.row_key(stored.purpose, &stored.kid, salt);
        aead::open(&key, &[], sealed).ok_or(UnwrapKeyError)
    }

    fn row_key(&self, purpose: Purpose, kid: &str, salt: &[u8]) -> [u8; 32] {
        let mut message = b"airside key wrap\0".to_vec();
        for part in [purpose.as_str().as_bytes(), kid.as_bytes(), salt] {
            message.extend((part.len() as u64).to_be_bytes());
            message.extend(part);
        }
        hmac_sha256(self.0.as_ref(), &message)
    }
}

#[cfg(test)]
mod tests;
