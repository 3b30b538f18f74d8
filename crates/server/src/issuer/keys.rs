//! Makes, retires and drops keys, and puts those of the store into use.

use std::{collections::HashSet, sync::Arc};

use airside_oauth::{
    id::EventId,
    key::{
        self, KeyState, NextKey, Purpose, StoredKey,
        keyring::{generate_purpose, generate_signing},
    },
    state::{
        decide::{Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
        feed::{FeedEntry, FeedSubject},
    },
};
use airside_store::CommitError;

use crate::{
    issuer::{Issuer, StartError},
    keys_in_use::KeysInUse,
};

impl Issuer {
    /// The keys in use.
    pub fn keys(&self) -> arc_swap::Guard<Arc<KeysInUse>> {
        self.keys.load()
    }

    /// Makes the keys that are due, and loads all keys and the JWK Set again.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the store fails, or a key cannot be made or opened.
    pub async fn refresh_keys(&self) -> Result<(), StartError> {
        let _reading = self.reading.lock().await;
        let epoch = self.store.identity().await?.epoch;
        let stored = make_due_keys(self, &self.store.keys().await?).await?;
        let longest = self.longest().await?;
        let keys = KeysInUse::open(&self.profile(), &self.kek, epoch, stored, &longest)?;
        let before = self.keys.swap(Arc::new(keys));
        if before.jwks_digest != self.keys().jwks_digest {
            self.feed.wake();
        }
        Ok(())
    }

    /// Makes a new key of `algorithm` now; it signs as soon as it has been published long enough.
    ///
    /// # Errors
    ///
    /// [`StartError`] as for [`Self::refresh_keys`].
    pub async fn rotate_key(
        &self,
        algorithm: airside_jose::Algorithm,
        publish_ahead: std::time::Duration,
        origin: &Origin,
    ) -> Result<String, StartError> {
        let purpose = Purpose::Signing(algorithm);
        loop {
            let stored = self.store.keys().await?;
            let active_from = self.now().plus(publish_ahead);
            let next = NextKey {
                version: key::next_version(purpose, &stored),
                active_from,
            };
            let key = make(self, purpose, next).await?;
            let kid = key.kid.clone();
            let event = key_event(self, EventKind::KeyCreated, &kid, origin);
            let commit = Commit::new(Pivot::InsertKey(Box::new(key))).and(Effect::Event(event));
            match self.store.commit(commit).await {
                Ok(()) => {
                    self.refresh_keys().await?;
                    return Ok(kid);
                }
                Err(CommitError::Conflict) => {}
                Err(CommitError::Unavailable(cause)) => return Err(cause.into()),
            }
        }
    }

    /// Retires a key without a successor: it signs nothing more, and is in the JWK Set until its last
    /// token has expired.
    ///
    /// # Errors
    ///
    /// [`StartError`] as for [`Self::refresh_keys`].
    pub async fn retire_key(&self, kid: &str, origin: &Origin) -> Result<(), StartError> {
        let event = key_event(self, EventKind::KeyRetired, kid, origin);
        let commit = Commit::new(Pivot::RetireKey {
            kid: kid.to_owned(),
            at: self.now(),
        })
        .and(Effect::Event(event));
        match self.store.commit(commit).await {
            Ok(()) | Err(CommitError::Conflict) => self.refresh_keys().await,
            Err(CommitError::Unavailable(cause)) => Err(cause.into()),
        }
    }

    /// Retires the keys of algorithms that have left the configuration; at the start alone, so that
    /// nodes with different configurations do not retire each other's keys again and again.
    pub(super) async fn retire_left_keys(&self) -> Result<(), StartError> {
        let now = self.now();
        let keys = self.keys();
        let signs = |state| matches!(state, KeyState::Signing | KeyState::Published);
        let left = keys.keyring.states(now).filter(|(key, state)| {
            let is_named = self.names_algorithm_of(key);
            !is_named && signs(*state)
        });
        for (key, _) in left {
            tracing::warn!(
                kid = key.kid,
                algorithm = key.purpose.as_str(),
                "`keys.algorithms` lacks the algorithm of a key: it signs nothing more, and is published until its last token has expired"
            );
            self.retire_key(&key.kid, &Origin::default()).await?;
        }
        Ok(())
    }

    /// Drops a key at once: out of the JWK Set, its `kid` into the feed, never accepted again.
    ///
    /// # Errors
    ///
    /// [`StartError`] as for [`Self::refresh_keys`].
    pub async fn drop_key(&self, kid: &str, origin: &Origin) -> Result<(), StartError> {
        let now = self.now();
        let event = key_event(self, EventKind::KeyDropped, kid, origin);
        let entry = FeedEntry {
            subject: FeedSubject::Kid(kid.to_owned()),
            at: now,
        };
        let commit = Commit::new(Pivot::DropKey {
            kid: kid.to_owned(),
            at: now,
        })
        .and(Effect::Feed(entry))
        .and(Effect::Event(event));
        match self.store.commit(commit).await {
            Ok(()) | Err(CommitError::Conflict) => self.refresh_keys().await,
            Err(CommitError::Unavailable(cause)) => Err(cause.into()),
        }
    }
}

/// Makes every key that is due, and gives all keys back.
///
/// Another node may be faster: then its key is taken.
pub(super) async fn make_due_keys(
    issuer: &Issuer,
    stored: &[StoredKey],
) -> Result<Vec<StoredKey>, StartError> {
    let now = issuer.now();
    let algorithms: HashSet<_> = issuer.algorithms.iter().copied().collect();
    let purposes = algorithms
        .into_iter()
        .map(Purpose::Signing)
        .chain(Purpose::INTERNAL);
    let due = purposes.filter_map(|purpose| {
        let next = key::due(purpose, stored, issuer.rotation, now)?;
        Some(make(issuer, purpose, next))
    });
    // the first start makes one of each: at the same time
    let made = futures_util::future::try_join_all(due).await?;
    if made.is_empty() {
        return Ok(stored.to_vec());
    }
    for key in made {
        let event = key_event(issuer, EventKind::KeyCreated, &key.kid, &Origin::default());
        let commit = Commit::new(Pivot::InsertKey(Box::new(key))).and(Effect::Event(event));
        match issuer.store.commit(commit).await {
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(CommitError::Unavailable(cause)) => return Err(cause.into()),
        }
    }
    Ok(issuer.store.keys().await?)
}

async fn make(issuer: &Issuer, purpose: Purpose, next: NextKey) -> Result<StoredKey, StartError> {
    let (now, draw) = (issuer.now(), issuer.draw());
    let kek = issuer.kek.clone();
    let made = tokio::task::spawn_blocking(move || match purpose {
        Purpose::Signing(algorithm) => generate_signing(algorithm, next, &kek, now, &draw),
        internal => Ok(generate_purpose(internal, next, &kek, now, &draw)),
    });
    Ok(made.await.map_err(|_| StartError::KeyGeneration)??)
}

fn key_event(issuer: &Issuer, kind: EventKind, kid: &str, origin: &Origin) -> Event {
    let now = issuer.now();
    Event {
        id: EventId::new(now, &issuer.draw()),
        at: now,
        kind,
        client: None,
        user: None,
        grant: None,
        origin: origin.clone(),
        detail: kid.to_owned(),
    }
}
