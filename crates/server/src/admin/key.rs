//! Signing keys.

use std::{sync::Arc, time::Duration};

use airside_jose::Algorithm;
use airside_oauth::key::{KeyState, Purpose};
use airside_resource::Function;
use axum::{
    body::Body,
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{
    AdminError,
    action::{ReadKeys, WriteKeys},
    ok, read,
};
use crate::{issuer::Issuer, request_context::RequestContext};

#[derive(Serialize)]
struct Shown {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    created_at: airside_oauth::time::Time,
    active_from: airside_oauth::time::Time,
    /// Of those who follow revocations, at whichever node: who holds it.
    held_by: usize,
    followers: usize,
}

/// Which keys to rotate, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {
    alg: Option<Algorithm>,
    #[serde(default)]
    emergency: bool,
}

pub(super) async fn list(
    _: Function<ReadKeys>,
    State(issuer): State<Arc<Issuer>>,
) -> Result<Response, AdminError> {
    Ok(ok(&shown(&issuer).await?))
}

pub(super) async fn rotate(
    _: Function<WriteKeys>,
    context: RequestContext,
    body: Body,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let rotate: Rotate = read(body).await?;
    let algorithms = match rotate.alg {
        None => issuer.settings.algorithms.clone(),
        Some(alg) if issuer.settings.algorithms.contains(&alg) => vec![alg],
        Some(alg) => {
            let alg = alg.as_str();
            return Err(AdminError::invalid(format!(
                "keys.algorithms does not name {alg}"
            )));
        }
    };
    let ahead = match rotate.emergency {
        true => Duration::ZERO,
        false => issuer.settings.rotation.publish_ahead,
    };
    for algorithm in algorithms {
        let old = accepted(issuer, algorithm);
        issuer.rotate_key(algorithm, ahead, &context.origin).await?;
        if rotate.emergency {
            for kid in old {
                issuer.drop_key(&kid, &context.origin).await?;
            }
        }
    }
    Ok(ok(&shown(issuer).await?))
}

/// Takes a key out of use before its time. One that signs hands over to a new one and stays in the
/// JWK Set until its tokens have expired; one that has not signed yet is dropped.
pub(super) async fn retire(
    _: Function<WriteKeys>,
    context: RequestContext,
    Path(kid): Path<String>,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let found = issuer
        .keys()
        .keyring
        .states(issuer.now())
        .find_map(|(key, state)| match key.purpose {
            Purpose::Signing(algorithm) if key.kid == kid => Some((algorithm, state)),
            _ => None,
        });
    match found {
        None => return Err(AdminError::not_found(format!("there is no key `{kid}`"))),
        Some((algorithm, KeyState::Signing)) => {
            issuer
                .rotate_key(algorithm, Duration::ZERO, &context.origin)
                .await?;
        }
        Some((_, KeyState::Published)) => issuer.drop_key(&kid, &context.origin).await?,
        Some((_, state)) => {
            let state = state.as_str();
            return Err(AdminError::conflict(format!(
                "the key `{kid}` is {state} already"
            )));
        }
    }
    Ok(ok(&shown(issuer).await?))
}

fn accepted(issuer: &Issuer, algorithm: Algorithm) -> Vec<String> {
    let keys = issuer.keys();
    let states = keys.keyring.states(issuer.now());
    let of_alg = states.filter(|(key, _)| key.purpose == Purpose::Signing(algorithm));
    let live = of_alg.filter(|(_, state)| !matches!(state, KeyState::Gone | KeyState::Dropped));
    live.map(|(key, _)| key.kid.clone()).collect()
}

async fn shown(issuer: &Issuer) -> Result<Vec<Shown>, AdminError> {
    let now = issuer.now();
    let followers = issuer.followers.held(issuer.store.as_ref(), now).await?;
    let keys = issuer.keys();
    let shown = keys.keyring.states(now).map(|(key, state)| {
        let holding = followers.iter().filter(|kids| kids.contains(&key.kid));
        Shown {
            kid: key.kid.clone(),
            algorithm: key.purpose.as_str(),
            state: state.as_str(),
            created_at: key.created_at,
            active_from: key.active_from,
            held_by: holding.count(),
            followers: followers.len(),
        }
    });
    Ok(shown.collect())
}
