//! What people have allowed clients.

use airside_oauth::{
    id::{ClientId, GrantId, SessionId},
    state::{
        decide::{Commit, Effect, Keys, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, RevokeReason, Revoked},
    },
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdminError,
    action::{ReadGrants, RevokeGrants},
    answer::{Listing, Reply},
    call::Call,
    input::Page,
    user::{self, UserPath},
};
use crate::request_context::RequestContext;

/// Which grant.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct GrantPath {
    /// The `id` of the grant.
    id: String,
}

/// What a person has allowed a client.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
pub(super) struct Shown {
    /// Its identifier, which tokens of it have as `grant_id`.
    id: GrantId,
    /// The client.
    client_id: ClientId,
    /// The scopes, separated by blanks.
    scope: String,
    /// The APIs.
    resources: Vec<String>,
    /// The session in which it was allowed.
    session: SessionId,
    /// Whether it outlives the session.
    offline: bool,
    /// When it was made.
    created_at: Time,
    /// When its tokens were refreshed last.
    refreshed_at: Time,
    /// How often its tokens were refreshed.
    refreshed: u32,
}

impl From<&Grant> for Shown {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id,
            client_id: grant.client.clone(),
            scope: grant.terms.access.scope().to_string(),
            resources: grant.terms.access.apis.keys().cloned().collect(),
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
    call: Call<UserPath, Page<GrantId>>,
) -> Result<Listing<Shown>, AdminError> {
    let (page, issuer) = (&call.query, &call.context.issuer);
    let user = user::find(issuer, &call.path.name).await?;
    let grants = issuer.store.grants(user.id).await?;
    // the newest is the first, and identifiers are in the order of time
    let follows = |grant: &&Grant| page.after.is_none_or(|after| grant.id < after);
    let shown = grants.iter().filter(follows).map(Shown::from).collect();
    Ok(call.listing(page.limit(), shown, |shown: &Shown| shown.id.to_string()))
}

/// Ends a grant, and every token of it.
pub(super) async fn revoke(
    _: Function<RevokeGrants>,
    call: Call<GrantPath>,
) -> Result<Reply<Shown>, AdminError> {
    let (id, issuer) = (&call.path.id, &call.context.issuer);
    let unknown = || AdminError::not_found(format!("there is no grant `{id}`"));
    let keys = Keys {
        grant: Some(id.parse().map_err(|_| unknown())?),
        ..Keys::default()
    };
    let facts = issuer.store.look(&keys).await?;
    let grant = facts.grant.ok_or_else(unknown)?;
    match issuer.store.commit(revocation(&call.context, &grant)).await {
        // it was dead already
        Ok(()) | Err(CommitError::Conflict) => Ok(Reply(Shown::from(&grant))),
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
