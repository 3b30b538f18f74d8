//! What people have allowed clients.

use std::sync::Arc;

use airside_oauth::{
    decide::{Commit, Effect, Keys, Pivot},
    event::EventKind,
    feed::{FeedEntry, FeedSubject},
    grant::{Grant, RevokeReason, Revoked},
    id::{ClientId, GrantId, SessionId},
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    AdminError,
    action::{ReadGrants, RevokeGrants},
    ok, user,
};
use crate::{issuer::Issuer, request_context::RequestContext};

/// A grant as an administrator sees it.
#[derive(Serialize)]
struct Shown<'a> {
    id: GrantId,
    client_id: &'a ClientId,
    scope: String,
    resources: Vec<&'a str>,
    session: SessionId,
    /// Whether it outlives the session.
    offline: bool,
    created_at: Time,
    refreshed_at: Time,
    refreshed: u32,
}

impl<'a> From<&'a Grant> for Shown<'a> {
    fn from(grant: &'a Grant) -> Self {
        Self {
            id: grant.id,
            client_id: &grant.client,
            scope: grant.terms.access.scope().to_string(),
            resources: grant.terms.access.apis.keys().map(String::as_str).collect(),
            session: grant.session,
            offline: grant.terms.offline(),
            created_at: grant.created_at,
            refreshed_at: grant.rotation.rotated_at,
            refreshed: grant.rotation.current,
        }
    }
}

/// The grants of a person that live.
pub(super) async fn list(
    _: Function<ReadGrants>,
    State(issuer): State<Arc<Issuer>>,
    Path(name): Path<String>,
) -> Result<Response, AdminError> {
    let user = user::find(&issuer, &name).await?;
    let grants = issuer.store.grants(user.id).await?;
    Ok(ok(&grants.iter().map(Shown::from).collect::<Vec<_>>()))
}

/// Ends a grant, and every token of it.
pub(super) async fn revoke(
    _: Function<RevokeGrants>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let unknown = || AdminError::not_found(format!("there is no grant `{id}`"));
    let keys = Keys {
        grant: Some(id.parse().map_err(|_| unknown())?),
        ..Keys::default()
    };
    let facts = issuer.store.look(&keys).await?;
    let grant = facts.grant.ok_or_else(unknown)?;
    match issuer.store.commit(revocation(&context, &grant)).await {
        // it was dead already
        Ok(()) | Err(CommitError::Conflict) => Ok(ok(&Shown::from(&grant))),
        Err(cause) => Err(cause.into()),
    }
}

/// What ends a grant: its tokens die with it wherever revocations are heard of.
pub(super) fn revocation(context: &RequestContext, grant: &Grant) -> Commit {
    let now = context.now();
    let mut ended = context.event(EventKind::GrantRevoked);
    (ended.client, ended.user) = (Some(grant.client.clone()), Some(grant.user));
    ended.grant = Some(grant.id);
    let revoked = Revoked {
        at: now,
        reason: RevokeReason::Administrator,
    };
    Commit::new(Pivot::RevokeGrant {
        grant: grant.id,
        revoked,
    })
    .and(Effect::Feed(FeedEntry {
        subject: FeedSubject::Grant(grant.id),
        at: now,
    }))
    .and(Effect::Event(ended))
}
