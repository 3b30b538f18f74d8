//! The grants that people have given to clients.

use airside_oauth::{
    id::{ClientId, GrantId, SessionId},
    state::{
        decide::{Commit, Effect, Keys, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, GrantRevocation, RevokeReason},
    },
    time::Timestamp,
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

/// The grant.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct GrantPath {
    /// The `id` of the grant.
    id: String,
}

/// The access that a person has allowed a client.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
pub(super) struct ShownGrant {
    /// Its identifier, which tokens of it have as `grant_id`.
    id: GrantId,
    /// The client.
    client_id: ClientId,
    /// The scopes, separated by blanks.
    scope: String,
    /// The single claims that the client is told beside those of the scopes (OIDC Core §5.5).
    claims: Vec<String>,
    /// The APIs.
    resources: Vec<String>,
    /// The session in which it was allowed.
    session: SessionId,
    /// True if it outlives the session.
    offline: bool,
    /// The time at which it was made.
    created_at: Timestamp,
    /// The time at which its tokens were refreshed last.
    refreshed_at: Timestamp,
    /// The number of times that its tokens were refreshed.
    refreshed: u32,
}

impl From<&Grant> for ShownGrant {
    fn from(grant: &Grant) -> Self {
        let single_claims = &grant.terms.access.single_claims;
        Self {
            id: grant.id,
            client_id: grant.client.clone(),
            scope: grant.terms.access.scope().to_string(),
            claims: single_claims.names().map(str::to_owned).collect(),
            resources: grant.terms.access.apis.keys().cloned().collect(),
            session: grant.session,
            offline: grant.terms.offline(),
            created_at: grant.created_at.into(),
            refreshed_at: grant.rotation.rotated_at.into(),
            refreshed: grant.rotation.current,
        }
    }
}

/// The grants of a person that live.
pub(super) async fn list(
    _: Function<ReadGrants>,
    call: Call<UserPath, Page>,
) -> Result<Listing<ShownGrant>, AdminError> {
    let (page, issuer) = (&call.query, &call.context.issuer);
    let user = user::find(issuer, &call.path.name).await?;
    // the newest is the first: what follows is older
    let (before, limit) = (call.after(page)?, page.limit_and_next());
    let grants = issuer.store.grants(user.id, before, limit).await?;
    let shown = grants.iter().map(ShownGrant::from).collect();
    Ok(call.listing(page.limit(), shown, |shown: &ShownGrant| {
        shown.id.to_string()
    }))
}

/// Ends a grant and every token of it, and takes back what the person has allowed the client.
pub(super) async fn revoke(
    _: Function<RevokeGrants>,
    call: Call<GrantPath>,
) -> Result<Reply<ShownGrant>, AdminError> {
    let (id, issuer) = (&call.path.id, &call.context.issuer);
    let unknown = || AdminError::not_found(format!("there is no grant `{id}`"));
    let keys = Keys {
        grant: Some(id.parse().map_err(|_| unknown())?),
        ..Keys::default()
    };
    let facts = issuer.store.look(&keys).await?;
    let grant = facts.grant.ok_or_else(unknown)?;
    let commit = revocation(&call.context, &grant).and(Effect::WithdrawConsents {
        user: grant.user,
        client: grant.client.clone(),
    });
    match issuer.store.commit(commit).await {
        // it was dead already
        Ok(()) | Err(CommitError::Conflict) => Ok(Reply(ShownGrant::from(&grant))),
        Err(cause) => Err(cause.into()),
    }
}

/// Returns the commit that ends a grant: its tokens end with it wherever the feed is followed.
pub(super) fn revocation(context: &RequestContext, grant: &Grant) -> Commit {
    let now = context.now();
    let mut ended = context.event(EventKind::GrantRevoked);
    (ended.client, ended.user) = (Some(grant.client.clone()), Some(grant.user));
    ended.grant = Some(grant.id);
    let revoked = GrantRevocation {
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
