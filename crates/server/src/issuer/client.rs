//! The clients of the configuration in the store: brought up to date at the start, and when the
//! configuration is read again.

use airside_oauth::{
    client::{Client, client_metadata::ClientMetadata},
    id::ClientId,
    state::{
        decide::{Commit, Effect, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
    },
};
use airside_store::Unavailable;

use crate::issuer::{Issuer, StartError};

/// The numbers of clients that a configuration has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientChanges {
    /// Clients that are new.
    pub created: usize,
    /// Clients whose registration is another one now.
    pub changed: usize,
    /// Clients that are missing.
    pub disabled: usize,
    /// Clients that had been missing.
    pub enabled: usize,
}

impl ClientChanges {
    fn count(&mut self, kind: EventKind) {
        let counter = match kind {
            EventKind::ClientCreated => &mut self.created,
            EventKind::ClientDisabled => &mut self.disabled,
            EventKind::ClientEnabled => &mut self.enabled,
            _ => &mut self.changed,
        };
        *counter += 1;
    }

    /// Warns at a start that clients cannot be used any more; a reload logs all its changes.
    pub(super) fn warn_of_disabled(self) {
        if self.disabled > 0 {
            tracing::warn!(
                clients_disabled = self.disabled,
                "clients that the configuration does not have any more were disabled, and their access tokens revoked"
            );
        }
    }
}

impl Issuer {
    /// Brings the store's copy of configured clients up to date, when other nodes may do it, too.
    /// Disables those that are missing in the configuration: what people allowed them is kept for when
    /// they come back.
    pub(super) async fn sync_clients_among_nodes(
        &self,
        configured: &[Client],
    ) -> Result<ClientChanges, StartError> {
        let mut changes = ClientChanges::default();
        for _ in 0..SYNC_ATTEMPTS {
            self.reload_clients().await?;
            match self.sync_clients(configured, &mut changes).await {
                Err(StartError::Raced) => {}
                result => return result.map(|()| changes),
            }
        }
        Err(StartError::Raced)
    }

    async fn sync_clients(
        &self,
        configured: &[Client],
        changes: &mut ClientChanges,
    ) -> Result<(), StartError> {
        for client in configured {
            let old = self.clients.stored(&client.client_id);
            let old = old.map(|old| old.client()).transpose();
            let old = old.map_err(Unavailable::new)?;
            self.bring_up_to_date(old.as_ref(), client, changes).await?;
        }
        self.disable_missing(configured, changes).await
    }

    /// Disables the clients that an earlier configuration had and this one does not.
    async fn disable_missing(
        &self,
        configured: &[Client],
        changes: &mut ClientChanges,
    ) -> Result<(), StartError> {
        let mut missing = self.clients.configured();
        missing.retain(|old| configured.iter().all(|own| own.client_id != old.client_id));
        for missing in missing {
            let missing = missing.client().map_err(Unavailable::new)?;
            let disabled = Client {
                disabled: true,
                ..missing.clone()
            };
            self.replace_client(&missing, disabled, EventKind::ClientDisabled)
                .await?;
            changes.count(EventKind::ClientDisabled);
        }
        Ok(())
    }

    async fn bring_up_to_date(
        &self,
        old: Option<&Client>,
        client: &Client,
        changes: &mut ClientChanges,
    ) -> Result<(), StartError> {
        let kind = match old {
            None => {
                let epoch = self.first_epoch();
                let new = Client {
                    epoch,
                    ..client.clone()
                };
                let pivot = Pivot::InsertClient(Box::new(new));
                self.commit_client(pivot, &client.client_id, EventKind::ClientCreated)
                    .await?;
                EventKind::ClientCreated
            }
            Some(old) if is_same(old, client) => return Ok(()),
            Some(old) => {
                let kind = match old.disabled {
                    true => EventKind::ClientEnabled,
                    false => EventKind::ClientChanged,
                };
                self.replace_client(old, client.clone(), kind).await?;
                kind
            }
        };
        changes.count(kind);
        Ok(())
    }

    async fn replace_client(
        &self,
        old: &Client,
        new: Client,
        kind: EventKind,
    ) -> Result<(), StartError> {
        let pivot = Pivot::UpdateClient {
            client: Box::new(Client {
                epoch: old.epoch.saturating_add(1),
                ..new
            }),
            expected: old.epoch,
            expected_secrets: old.secrets.clone(),
        };
        self.commit_client(pivot, &old.client_id, kind).await
    }

    async fn commit_client(
        &self,
        pivot: Pivot,
        client: &ClientId,
        kind: EventKind,
    ) -> Result<(), StartError> {
        let mut event = self.start_event(kind);
        event.client = Some(client.clone());
        let commit = Commit::new(pivot).and(Effect::Event(event));
        let commit = match kind {
            // its access tokens end with it; its grants wait until it comes back
            EventKind::ClientDisabled => commit.and(Effect::Feed(FeedEntry {
                subject: FeedSubject::Client(client.clone()),
                at: self.now(),
            })),
            _ => commit,
        };
        let end = commit.end_of_tokens();
        self.store.commit(commit).await?;
        self.reload_client(client).await?;
        if end.is_some() {
            self.end_overtaken_client(client, end).await;
        }
        Ok(())
    }
}

/// Each attempt finds what the node that was faster has done.
const SYNC_ATTEMPTS: usize = 10;

/// Returns true if a registration is the same, its epoch aside.
fn is_same(old: &Client, new: &Client) -> bool {
    let secrets = old.secrets.len() == new.secrets.len()
        && old
            .secrets
            .iter()
            .zip(&new.secrets)
            .all(|(a, b)| a.matches(b));
    let metadata = serde_json::to_value(ClientMetadata::from(old)).ok();
    secrets
        && old.origin == new.origin
        && old.disabled == new.disabled
        && metadata == serde_json::to_value(ClientMetadata::from(new)).ok()
}
