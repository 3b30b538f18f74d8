//! The clients of an issuer in memory: each as the store keeps it, those in use also as they are read.
//!
//! A client in use costs about three times its text, so that only some thousand are kept read. One that
//! changes is replaced alone.

use std::{
    borrow::Borrow,
    collections::{HashSet, VecDeque},
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airside_jose::Algorithm;
use airside_oauth::{
    client::{
        Client, ClientOrigin,
        stored::{ClientSummary, StoredClient, UnreadableClientError},
    },
    id::ClientId,
    request::{nearest::nearest, redirect_uri::origin::Origins},
};
use arc_swap::ArcSwapOption;
use parking_lot::{Mutex, RwLock};

/// Every client, and what is asked of all of them.
#[derive(Default)]
pub(crate) struct ClientList {
    registered: RwLock<Registered>,
    /// Those that are kept read, in the order in which they were.
    in_use: Mutex<VecDeque<Arc<Listed>>>,
    readings: AtomicU64,
}

#[derive(Default)]
struct Registered {
    clients: HashSet<ById>,
    origins: Origins,
}

/// One client.
struct Listed {
    stored: StoredClient,
    algorithms: [Option<Algorithm>; 2],
    /// Made when it is asked for, and given up for others.
    read: ArcSwapOption<Client>,
    /// The reading of all clients that found it last.
    reading: AtomicU64,
}

/// A client that is found by its id.
struct ById(Arc<Listed>);

/// One reading of all clients: what it does not find is gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading(u64);

impl ClientList {
    /// The registration of this id, of a disabled client too.
    pub(crate) fn get(&self, id: &ClientId) -> Option<Arc<Client>> {
        let registered = self.registered.read();
        let listed = &registered.clients.get(id)?.0;
        if let Some(client) = listed.read.load_full() {
            return Some(client);
        }
        let listed = Arc::clone(listed);
        drop(registered);
        self.read(&listed)
    }

    /// The registration of this id, as it is stored.
    pub(crate) fn stored(&self, id: &ClientId) -> Option<StoredClient> {
        let registered = self.registered.read();
        let listed = registered.clients.get(id);
        listed.map(|client| client.0.stored.clone())
    }

    /// Returns true if a registered client's browser app is at this origin.
    pub(crate) fn is_app_origin(&self, origin: &str) -> bool {
        self.registered.read().origins.contain(origin)
    }

    /// Returns the client id that was probably meant by `received`. Among very many it is not looked for,
    /// because all are compared.
    pub(crate) fn nearest(&self, received: &str) -> Option<String> {
        let registered = self.registered.read();
        if registered.clients.len() > MAX_COMPARED {
            return None;
        }
        let ids = registered.clients.iter();
        nearest(received, ids.map(|client| client.id().as_str())).map(str::to_owned)
    }

    /// Returns the clients that are registered for an algorithm that is none of `configured`.
    pub(crate) fn left_by(&self, configured: &[Algorithm]) -> Vec<Client> {
        let lacks = |algorithm: &Algorithm| !configured.contains(algorithm);
        let registered = self.registered.read();
        let left = registered.clients.iter().filter(|client| {
            let mut algorithms = client.0.algorithms.iter().flatten();
            algorithms.any(lacks)
        });
        left.filter_map(|client| client.0.stored.client().ok())
            .collect()
    }

    /// Returns the enabled clients of the configuration.
    pub(crate) fn configured(&self) -> Vec<StoredClient> {
        let registered = self.registered.read();
        let stored = registered.clients.iter().map(|client| &client.0.stored);
        stored
            .filter(|client| client.origin == ClientOrigin::Configuration && !client.disabled)
            .cloned()
            .collect()
    }

    /// Puts one client in the place of the one before it.
    ///
    /// # Errors
    ///
    /// [`UnreadableClientError`] if it cannot be read; the one before it stays.
    pub(crate) fn put(&self, client: StoredClient) -> Result<(), UnreadableClientError> {
        let reading = Reading(self.readings.load(Ordering::Relaxed));
        self.found(reading, vec![client])
    }

    /// Takes away a client that was deleted.
    pub(crate) fn remove(&self, id: &ClientId) {
        self.registered.write().remove(id);
    }

    /// Begins a reading of all clients.
    pub(crate) fn begin(&self) -> Reading {
        let last = self.readings.fetch_add(1, Ordering::Relaxed);
        Reading(last.saturating_add(1))
    }

    /// Takes over clients that a reading found. Those that are the same stay as they are.
    ///
    /// # Errors
    ///
    /// [`UnreadableClientError`] if one of them cannot be read; nothing has changed then.
    pub(crate) fn found(
        &self,
        Reading(reading): Reading,
        clients: Vec<StoredClient>,
    ) -> Result<(), UnreadableClientError> {
        let changed = self.changed(reading, clients);
        let read = changed
            .into_iter()
            .map(|stored| Ok((stored.summary()?, stored)));
        let read: Vec<_> = read.collect::<Result<_, UnreadableClientError>>()?;
        let mut registered = self.registered.write();
        for (summary, stored) in read {
            registered.put(stored, &summary, reading);
        }
        Ok(())
    }

    /// Ends a reading of all clients: those that it did not find are gone.
    pub(crate) fn end(&self, Reading(reading): Reading) {
        let mut registered = self.registered.write();
        let is_gone = |client: &&ById| client.0.reading.load(Ordering::Relaxed) != reading;
        let gone = registered.clients.iter().filter(is_gone);
        let gone: Vec<_> = gone.map(|client| client.id().clone()).collect();
        for id in &gone {
            registered.remove(id);
        }
    }

    /// Returns those of `clients` that are not there as they are, and marks the others as found.
    fn changed(&self, reading: u64, mut clients: Vec<StoredClient>) -> Vec<StoredClient> {
        let registered = self.registered.read();
        clients.retain(|new| {
            let same = registered.clients.get(&new.client_id);
            let same = same.filter(|old| old.0.stored.is_same(new));
            if let Some(same) = same {
                same.0.reading.store(reading, Ordering::Relaxed);
            }
            same.is_none()
        });
        clients
    }

    /// Reads a client, and keeps it read until many others were.
    fn read(&self, listed: &Arc<Listed>) -> Option<Arc<Client>> {
        let client = match listed.stored.client() {
            Ok(client) => Arc::new(client),
            Err(error) => {
                tracing::error!(%error, "a client cannot be used");
                return None;
            }
        };
        listed.read.store(Some(Arc::clone(&client)));
        let mut in_use = self.in_use.lock();
        in_use.push_back(Arc::clone(listed));
        if in_use.len() > MAX_IN_USE
            && let Some(oldest) = in_use.pop_front()
        {
            oldest.read.store(None);
        }
        Some(client)
    }
}

impl Registered {
    fn put(&mut self, stored: StoredClient, summary: &ClientSummary, reading: u64) {
        self.remove(&stored.client_id);
        self.origins.add(&summary.origins);
        self.clients.insert(ById(Arc::new(Listed {
            stored,
            algorithms: summary.algorithms,
            read: ArcSwapOption::empty(),
            reading: AtomicU64::new(reading),
        })));
    }

    fn remove(&mut self, id: &ClientId) {
        let Some(ById(old)) = self.clients.take(id) else {
            return;
        };
        // INVARIANT: what was added was read from the same text
        if let Ok(summary) = old.stored.summary() {
            self.origins.remove(&summary.origins);
        }
    }
}

impl ById {
    fn id(&self) -> &ClientId {
        &self.0.stored.client_id
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for ById {}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl Borrow<ClientId> for ById {
    fn borrow(&self) -> &ClientId {
        self.id()
    }
}

/// Some MiB; reading one again takes microseconds.
const MAX_IN_USE: usize = 2_000;

/// Comparing an id with these takes a few milliseconds.
const MAX_COMPARED: usize = 10_000;

#[cfg(test)]
mod tests;
