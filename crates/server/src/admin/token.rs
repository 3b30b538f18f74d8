//! Tokens that an operator looks at or ends.

use std::sync::Arc;

use airside_oauth::{
    decide::{Commit, Effect, Facts, Pivot},
    event::EventKind,
    feed::{FeedEntry, FeedSubject},
    presented::{Presented, access_token, stands},
    secret::Digest,
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use axum::{body::Body, extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AdminError,
    action::{InspectTokens, RevokeTokens},
    grant, ok, read,
};
use crate::{issuer::Issuer, request_context::RequestContext};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    token: String,
}

/// What a token is, whether it stands, and if not why.
pub(super) async fn inspect(
    _: Function<InspectTokens>,
    State(issuer): State<Arc<Issuer>>,
    body: Body,
) -> Result<Response, AdminError> {
    let asked: Asked = read(body).await?;
    let keys = issuer.keys();
    let (profile, now) = (issuer.profile(), issuer.now());
    match keys.presented(&asked.token, &profile, now) {
        None => {
            let why = access_token(&asked.token, &profile, &keys.keyring, now).err();
            let why = why.map_or_else(|| "not made here".to_owned(), |why| why.to_string());
            Ok(ok(&json!({ "active": false, "why": why })))
        }
        Some(token) => {
            let facts = issuer.store.look(&token.keys()).await?;
            Ok(ok(&described(&token, &facts)))
        }
    }
}

fn described(token: &Presented, facts: &Facts) -> Value {
    match token {
        Presented::Access(token) => {
            let active = stands(token, facts);
            let why = if active {
                "stands"
            } else {
                "revoked, or its account is gone or disabled"
            };
            json!({ "active": active, "why": why, "kind": "access token", "kid": token.kid(), "claims": token.claims() })
        }
        Presented::Refresh(token) => {
            let grant = facts.grant.as_ref();
            let revoked = grant.and_then(|grant| grant.revoked);
            let why = match (grant, revoked) {
                (None, _) => "its grant does not exist".to_owned(),
                (Some(_), Some(revoked)) => {
                    format!("its grant was revoked: {}", revoked.reason.as_str())
                }
                (Some(grant), None) if token.generation == grant.rotation.current => {
                    "current".to_owned()
                }
                (Some(_), None) => "superseded".to_owned(),
            };
            json!({
                "active": grant.is_some_and(|g| g.revoked.is_none() && token.generation == g.rotation.current),
                "why": why,
                "kind": "refresh token",
                "grant_id": token.family,
                "generation": token.generation,
                "client_id": grant.map(|grant| grant.client.to_string()),
                "sub": grant.map(|grant| grant.user.to_string()),
                "scope": grant.map(|grant| grant.terms.access.scope().to_string()),
            })
        }
    }
}

/// Ends what a token stands for, whoever it was issued to.
pub(super) async fn revoke(
    _: Function<RevokeTokens>,
    context: RequestContext,
    body: Body,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let asked: Asked = read(body).await?;
    let keys = issuer.keys();
    let now = issuer.now();
    let token = keys
        .presented(&asked.token, &issuer.profile(), now)
        .ok_or_else(|| AdminError::not_found("this token was not made here, or has expired"))?;
    let facts = issuer.store.look(&token.keys()).await?;
    let commit = commit(&context, &token, &facts, now)?;
    match issuer.store.commit(commit).await {
        Ok(()) | Err(CommitError::Conflict) => Ok(ok(&json!({ "revoked": true }))),
        Err(cause) => Err(cause.into()),
    }
}

fn commit(
    context: &RequestContext,
    token: &Presented,
    facts: &Facts,
    now: Time,
) -> Result<Commit, AdminError> {
    if let Some(grant) = &facts.grant {
        return Ok(grant::revocation(context, grant));
    }
    let Presented::Access(token) = token else {
        return Err(AdminError::not_found(
            "the grant of this token does not exist any more",
        ));
    };
    let mut ended = context.event(EventKind::TokenRevoked);
    ended.client = token.client_id().parse().ok();
    ended.detail = token.jti().to_owned();
    let until = Time::from_millis(token.expires_at().saturating_mul(1000));
    let digest = Digest::of(format!("revoked\0{}", token.jti()).as_bytes());
    let subject = FeedSubject::Jti(token.jti().to_owned());
    Ok(Commit::new(Pivot::UseOnce { digest, until })
        .and(Effect::Feed(FeedEntry { subject, at: now }))
        .and(Effect::Event(ended)))
}
