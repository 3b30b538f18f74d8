//! Signing keys.

use std::{collections::BTreeSet, time::Duration};

use airside_jose::Algorithm;
use airside_oauth::{
    key::{KeyState, Purpose, StoredKey},
    time::Timestamp,
};
use airside_resource::Function;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdminError,
    action::{ReadKeys, WriteKeys},
    answer::{Listing, Reply},
    call::Call,
    input::{Nothing, Page},
};
use crate::issuer::Issuer;

/// The key.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct KeyPath {
    /// The name of the key.
    kid: String,
}

/// A key.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Key")]
pub(super) struct ShownKey {
    /// Its name.
    kid: String,
    /// The algorithm that it signs with, or what it seals.
    algorithm: &'static str,
    /// The state of the key.
    state: KeyState,
    /// The time at which it was made.
    created_at: Timestamp,
    /// The time at which it begins to sign or seal.
    active_from: Timestamp,
    /// The time at which a retired key leaves the JWK Set.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_until: Option<Timestamp>,
    /// A remark for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The number of the feed's subscribers that hold it, at any node.
    held_by: usize,
    /// The number of the feed's subscribers.
    followers: usize,
    /// Its place in the list: by purpose and age.
    #[serde(skip)]
    position: String,
}

/// The keys to rotate, and the way.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeyRotation")]
pub(super) struct Rotate {
    /// The algorithm of the keys; all by default.
    #[schemars(with = "Option<String>")]
    alg: Option<Algorithm>,
    /// Drops the keys before the new ones at once, with all tokens that they signed.
    #[serde(default)]
    emergency: bool,
}

pub(super) async fn list(
    _: Function<ReadKeys>,
    call: Call<Nothing, Page>,
) -> Result<Listing<ShownKey>, AdminError> {
    let page = &call.query;
    let after: Option<String> = call.after(page)?;
    let mut shown = shown(&call.context.issuer).await?;
    // a page may end with a key that is gone by now
    shown.retain(|key| after.as_ref().is_none_or(|after| key.position > *after));
    shown.sort_by(|one, other| one.position.cmp(&other.position));
    Ok(call.listing(page.limit(), shown, |key: &ShownKey| key.position.clone()))
}

impl ShownKey {
    /// Returns the key without what depends on others: notes and followers.
    fn of(key: &StoredKey, state: KeyState) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.purpose.as_str(),
            state,
            created_at: key.created_at.into(),
            active_from: key.active_from.into(),
            published_until: None,
            note: None,
            held_by: 0,
            followers: 0,
            position: format!("{} {:010}", key.purpose.as_str(), key.version),
        }
    }
}

pub(super) async fn rotate(
    _: Function<WriteKeys>,
    call: Call<Nothing, Nothing, Rotate>,
) -> Result<Reply<Vec<ShownKey>>, AdminError> {
    let (rotate, context) = (&call.body, &call.context);
    let issuer = &context.issuer;
    let ahead = match rotate.emergency {
        true => Duration::ZERO,
        false => issuer.rotation.publish_ahead,
    };
    for algorithm in algorithms(issuer, rotate)? {
        let mut old = accepted(issuer, algorithm);
        old.retain(|_| rotate.emergency);
        if issuer.algorithms.contains(&algorithm) {
            issuer.rotate_key(algorithm, ahead, &context.origin).await?;
        }
        for kid in old {
            issuer.drop_key(&kid, &context.origin).await?;
        }
    }
    Ok(Reply(shown(issuer).await?))
}

/// Returns the algorithms to rotate. In an emergency that includes those that have left the
/// configuration, as long as keys of them are accepted: these are dropped, and no new one is made.
fn algorithms(issuer: &Issuer, rotate: &Rotate) -> Result<Vec<Algorithm>, AdminError> {
    let configured = &issuer.algorithms;
    let keys = issuer.keys();
    let states = keys.keyring.states(issuer.now());
    let left = states.filter_map(|(key, state)| match key.purpose {
        Purpose::Signing(algorithm) if is_accepted(state) => Some(algorithm),
        _ => None,
    });
    let left: BTreeSet<_> = left.filter(|alg| !configured.contains(alg)).collect();
    let left = left.into_iter().filter(|_| rotate.emergency);
    let mut all = configured.iter().copied().chain(left);
    match rotate.alg {
        None => Ok(all.collect()),
        Some(alg) if all.any(|one| one == alg) => Ok(vec![alg]),
        Some(alg) => {
            let alg = alg.as_str();
            Err(AdminError::invalid(format!(
                "keys.algorithms does not name {alg}"
            )))
        }
    }
}

/// Takes a key out of use before its time. One that signs hands over to a new one, unless its algorithm
/// has left the configuration, and stays in the JWK Set until its tokens have expired; one that has not
/// signed yet is dropped.
pub(super) async fn retire(
    _: Function<WriteKeys>,
    call: Call<KeyPath>,
) -> Result<Reply<Vec<ShownKey>>, AdminError> {
    let (kid, context) = (&call.path.kid, &call.context);
    let issuer = &context.issuer;
    match state_of(issuer, kid) {
        None => return Err(AdminError::not_found(format!("there is no key `{kid}`"))),
        Some((algorithm, KeyState::Signing)) if !issuer.algorithms.contains(&algorithm) => {
            issuer.retire_key(kid, &context.origin).await?;
        }
        Some((algorithm, KeyState::Signing)) => {
            let rotated = issuer.rotate_key(algorithm, Duration::ZERO, &context.origin);
            rotated.await?;
        }
        Some((_, KeyState::Published)) => issuer.drop_key(kid, &context.origin).await?,
        Some((_, state)) => {
            let already = format!("the key `{kid}` is {} already", state.as_str());
            return Err(AdminError::conflict(already));
        }
    }
    Ok(Reply(shown(issuer).await?))
}

fn state_of(issuer: &Issuer, kid: &str) -> Option<(Algorithm, KeyState)> {
    let keys = issuer.keys();
    let mut states = keys.keyring.states(issuer.now());
    states.find_map(|(key, state)| match key.purpose {
        Purpose::Signing(algorithm) if key.kid == kid => Some((algorithm, state)),
        _ => None,
    })
}

fn accepted(issuer: &Issuer, algorithm: Algorithm) -> Vec<String> {
    let keys = issuer.keys();
    let states = keys.keyring.states(issuer.now());
    let of_alg = states.filter(|(key, _)| key.purpose == Purpose::Signing(algorithm));
    let live = of_alg.filter(|(_, state)| is_accepted(*state));
    live.map(|(key, _)| key.kid.clone()).collect()
}

fn note(issuer: &Issuer, key: &StoredKey, state: KeyState) -> Option<String> {
    let says = !issuer.names_algorithm_of(key) && is_accepted(state);
    says.then(|| format!("`keys.algorithms` lacks {}", key.purpose.as_str()))
}

const fn is_accepted(state: KeyState) -> bool {
    !matches!(state, KeyState::Gone | KeyState::Dropped)
}

async fn shown(issuer: &Issuer) -> Result<Vec<ShownKey>, AdminError> {
    let now = issuer.now();
    let followers = issuer
        .feed_subscribers
        .held(issuer.store.as_ref(), now)
        .await?;
    let keys = issuer.keys();
    let shown = keys.keyring.states(now).map(|(key, state)| {
        let retired = state == KeyState::Retired;
        let until = keys.keyring.published_until(key).filter(|_| retired);
        let holding = followers.iter().filter(|kids| kids.contains(&key.kid));
        ShownKey {
            published_until: until.map(Timestamp::from),
            note: note(issuer, key, state),
            held_by: holding.count(),
            followers: followers.len(),
            ..ShownKey::of(key, state)
        }
    });
    Ok(shown.collect())
}
