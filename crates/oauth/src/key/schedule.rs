//! The schedule of the keys of one purpose, as a pure function of stored times.

use std::time::Duration;

use super::{KeyState, Purpose, StoredKey};
use crate::{state::lifetime::LongestLifetimes, time::Time};

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
        return before_its_time(key, all, now);
    }
    match ended_at(key, all) {
        Some(at) if at > now && key.retired_at.is_none() => KeyState::Signing,
        Some(at) if now.within(acceptance(longest), at) => KeyState::Retired,
        Some(_) => KeyState::Gone,
        None => KeyState::Signing,
    }
}

/// The first key of a purpose signs even before its time.
fn before_its_time(key: &StoredKey, all: &[StoredKey], now: Time) -> KeyState {
    match active(key.purpose, all, now).is_some_and(|active| active.kid == key.kid) {
        true => KeyState::Signing,
        false => KeyState::Published,
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
///
/// Once one has begun, a key that begins later than this schedule makes keys does not count: a clock that was
/// ahead has made it, and until its time the others go on changing.
pub fn due(purpose: Purpose, all: &[StoredKey], rotation: Rotation, now: Time) -> Option<NextKey> {
    let version = next_version(purpose, all);
    let usable = all
        .iter()
        .filter(|key| key.purpose == purpose && is_usable(key));
    let has_begun = usable.clone().any(|key| key.active_from <= now);
    let latest = now.plus(rotation.interval.max(rotation.publish_ahead));
    let newest = usable
        .filter(|key| !has_begun || key.active_from <= latest)
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
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);
