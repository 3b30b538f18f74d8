//! Reads the clients of the store, and puts them into use: all at the start, and then those that change.

use std::sync::Arc;

use airside_oauth::{
    client::{Client, stored::UnreadableClientError},
    id::ClientId,
};
use airside_store::{ChangedClients, Unavailable};
use futures_util::StreamExt;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::issuer::Issuer;

impl Issuer {
    /// The client with this id, as it is registered now; none if it is disabled.
    pub fn client(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.registration(id).filter(|client| !client.disabled)
    }

    /// The registration of this id, of a disabled client too.
    pub fn registration(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.clients.get(id)
    }

    /// Returns the registered client id that was probably meant by `received`: not for strangers. None is
    /// found among more than ten thousand clients.
    pub fn nearest_client(&self, received: &str) -> Option<String> {
        self.clients.nearest(received)
    }

    /// Returns true if a registered client's browser app is at this origin.
    pub fn is_app_origin(&self, origin: &str) -> bool {
        self.clients.is_app_origin(origin)
    }

    /// Reads one client again; after every change of it.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed, or the client cannot be read; it stays as it was.
    pub async fn reload_client(&self, id: &ClientId) -> Result<(), Unavailable> {
        let _reading = self.reading.lock().await;
        match self.store.stored_client(id).await? {
            Some(stored) => self.clients.put(stored).map_err(Unavailable::new),
            None => {
                self.clients.remove(id);
                Ok(())
            }
        }
    }

    /// Reads the clients again that changed after the version `since` of the clients.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] as for [`Self::reload_client`].
    pub async fn reload_changed_clients(&self, since: u64) -> Result<(), Unavailable> {
        match self.store.changed_clients(since).await? {
            ChangedClients::Any => self.reload_clients().await,
            ChangedClients::These(clients) => {
                for client in &clients {
                    let was_used = self.client(client).is_some();
                    self.reload_client(client).await?;
                    if was_used && self.client(client).is_none() {
                        self.end_overtaken_client(client, None).await;
                    }
                }
                Ok(())
            }
        }
    }

    /// Reads all clients again; those that are the same stay as they are.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed, or a client cannot be read; those that were not read by then
    /// stay as they were.
    pub async fn reload_clients(&self) -> Result<(), Unavailable> {
        let _reading = self.reading.lock().await;
        let reading = self.clients.begin();
        let mut all = self.store.every_client();
        let mut before = None;
        while let Some(some) = all.next().await {
            let some = some?;
            taken_over(before.take()).await?;
            let clients = Arc::clone(&self.clients);
            // beside the reading of the next ones
            before = Some(spawn_blocking(move || clients.found(reading, some)));
        }
        taken_over(before).await?;
        self.clients.end(reading);
        Ok(())
    }
}

async fn taken_over(
    some: Option<JoinHandle<Result<(), UnreadableClientError>>>,
) -> Result<(), Unavailable> {
    match some {
        Some(some) => some
            .await
            .map_err(Unavailable::new)?
            .map_err(Unavailable::new),
        None => Ok(()),
    }
}
