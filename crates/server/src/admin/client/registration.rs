//! The commits that make, change and delete clients.

use airside_oauth::{
    client::Client,
    state::{
        decide::{Commit, Effect, GrantOwner, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::{GrantRevocation, RevokeReason},
    },
};
use airside_store::CommitError;

use crate::admin::AdminError;
use crate::request_context::RequestContext;

pub(super) async fn insert(context: &RequestContext, client: &Client) -> Result<(), AdminError> {
    let mut created = context.event(EventKind::ClientCreated);
    created.client = Some(client.client_id.clone());
    let commit = Commit::new(Pivot::InsertClient(Box::new(client.clone())));
    let store = &context.issuer.store;
    match store.commit(commit.and(Effect::Event(created))).await {
        Ok(()) => Ok(()),
        Err(CommitError::Conflict) => {
            let id = &client.client_id;
            let taken = format!("there is a client `{id}` already");
            Err(AdminError::conflict(taken))
        }
        Err(cause) => Err(cause.into()),
    }
}

/// Returns the commit that deletes a client, with its grants.
pub(super) fn deletion(context: &RequestContext, old: &Client) -> Commit {
    let now = context.issuer.now();
    let mut deleted = context.event(EventKind::ClientDeleted);
    deleted.client = Some(old.client_id.clone());
    Commit::new(Pivot::DeleteClient(old.client_id.clone()))
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::Client(old.client_id.clone()),
            revoked: GrantRevocation {
                at: now,
                reason: RevokeReason::Administrator,
            },
        })
        .and(Effect::Feed(FeedEntry {
            subject: FeedSubject::Client(old.client_id.clone()),
            at: now,
        }))
        .and(Effect::Event(deleted))
}

pub(super) async fn replace(
    context: &RequestContext,
    old: &Client,
    new: Client,
) -> Result<(), AdminError> {
    let issuer = &context.issuer;
    let mut changed = context.event(EventKind::ClientChanged);
    changed.client = Some(old.client_id.clone());
    let pivot = Pivot::UpdateClient {
        client: Box::new(new),
        expected: old.epoch,
        expected_secrets: old.secrets.clone(),
    };
    issuer
        .store
        .commit(Commit::new(pivot).and(Effect::Event(changed)))
        .await?;
    Ok(issuer.reload_client(&old.client_id).await?)
}
