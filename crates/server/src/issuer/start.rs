//! Starting: the key-encryption key is the right one, keys exist, and configured accounts are in the
//! store.

mod error;
mod seed;

pub use self::error::StartError;

use std::sync::{Arc, OnceLock};

use airside_jose::Typ;
use airside_oauth::{
    id::EventId,
    key::{KeyEncryptionKey, StoredKey},
    state::{
        event::{Event, EventKind, Origin},
        lifetime::LongestLifetimes,
    },
    time::Time,
};
use airside_store::Identity;
use arc_swap::ArcSwap;

use crate::{
    admission::Admission,
    api_list::ApiList,
    audit_buffer::AuditBuffer,
    backchannel::sender::LogoutSender,
    client_keys::ClientKeys,
    feed::FeedHead,
    feed_subscribers::FeedSubscribers,
    issuer::{Issuer, Parts, left_algorithms},
    keys_in_use::KeysInUse,
    lifetime::LifetimeRecord,
    metrics::Metrics,
    password::Hasher,
    refusal::RefusalTrail,
    settings::Settings,
    setup::Setup,
    sign_in_throttle::SignInThrottle,
    status::{StatusIndexes, StatusLists},
    trace_id::TraceIds,
    view::View,
    write_probe::WriteProbe,
};

/// Checks that the keys of a store are this key-encryption key's, and that each can be opened: the
/// checks that [`Issuer::start`] makes of them.
///
/// # Errors
///
/// [`StartError::UnfinishedCopy`], [`StartError::WrongKeyEncryptionKey`] or [`StartError::AlteredKey`].
pub fn check_keys(
    settings: &Settings,
    kek: &KeyEncryptionKey,
    identity: &Identity,
    stored: Vec<StoredKey>,
) -> Result<(), StartError> {
    // a copy brings the keys first and the check value last; a server writes the value before any key
    if identity.key_check.is_none() && !stored.is_empty() {
        return Err(StartError::UnfinishedCopy);
    }
    if identity
        .key_check
        .is_some_and(|known| known != kek.check_value())
    {
        return Err(StartError::WrongKeyEncryptionKey);
    }
    let profile = &settings.profile;
    // how long a retired key is published changes nothing here
    let longest = LongestLifetimes::at(&[], &profile.lifetimes, Time::from_millis(0));
    KeysInUse::open(profile, kek, identity.epoch, stored, &longest)?;
    Ok(())
}

impl Issuer {
    /// Starts an issuer on its store: ready when it can sign with every configured algorithm.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the key-encryption key is wrong or the store fails.
    pub async fn start(settings: Settings, parts: Parts) -> Result<Arc<Self>, StartError> {
        let epoch = check_stored_keys(&settings, &parts).await?;
        let (users, clients) = (settings.users.clone(), settings.clients.clone());
        let issuer = Arc::new(Self::assemble(settings, parts, epoch)?);
        let profile = issuer.profile();
        let (store, lifetimes) = (issuer.store.as_ref(), &profile.lifetimes);
        // what changes while it is read is read again
        let versions = store.versions().await?;
        issuer.versions.get_or_init(|| versions);
        // before anything is issued with them
        issuer
            .lifetimes
            .renew(store, lifetimes, issuer.now())
            .await?;
        issuer.refresh_keys().await?;
        issuer.retire_left_keys().await?;
        let (resources, scopes) = (profile.resources.clone(), profile.scopes.clone());
        issuer.configure_apis(resources, scopes).await?;
        let changes = issuer.sync_clients_among_nodes(&clients).await?;
        changes.warn_of_disabled();
        issuer.warn_of_left_algorithms();
        issuer.note_precis_names().await?;
        issuer.tell_of_name_collisions().await?;
        issuer.sow_seeds(&users).await?;
        issuer.status_indexes.refill(issuer.store.as_ref()).await?;
        Ok(issuer)
    }

    /// Makes a signature with each key that signs now: the first request would have to wait for what a key
    /// computes once. Returns how many were made. It may block.
    pub fn warm_up(&self) -> usize {
        let (keys, now) = (self.keys(), self.now());
        let signers = self.algorithms.iter();
        let signers = signers.filter_map(|algorithm| keys.keyring.signer(*algorithm, now));
        signers
            .filter(|signer| signer.sign_compact(Typ::AccessToken, b"{}").is_ok())
            .count()
    }

    /// Makes an issuer without keys, clients and APIs of the store.
    fn assemble(settings: Settings, parts: Parts, epoch: u32) -> Result<Self, StartError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let hasher = Hasher::start(threads.saturating_sub(1).max(1))
            .map_err(|error| StartError::Passwords(Box::new(error)))?;
        let lifetimes = &settings.profile.lifetimes;
        let longest = LongestLifetimes::at(&[], lifetimes, parts.clock.now());
        let none = KeysInUse::open(&settings.profile, &parts.kek, epoch, Vec::new(), &longest)?;
        Ok(Self {
            sign_in_throttle: SignInThrottle::new(settings.sign_in),
            algorithms: settings.algorithms,
            rotation: settings.rotation,
            mode: settings.mode,
            ready: settings.ready,
            apis: ArcSwap::from_pointee(ApiList::of(settings.profile)),
            store: parts.store,
            logout_sender: LogoutSender::new(&parts.fetcher),
            client_keys: ClientKeys::new(parts.fetcher, Arc::clone(&parts.clock)),
            clock: parts.clock,
            random: parts.random,
            hasher,
            audit_buffer: AuditBuffer::default(),
            refusals: RefusalTrail::default(),
            metrics: Metrics::new(),
            admission: Admission::for_cores(threads),
            trace_ids: TraceIds::default(),
            view: View::new().map_err(|error| StartError::Pages(Box::new(error)))?,
            proxies: parts.proxies,
            setup: Setup::default(),
            documents: OnceLock::new(),
            feed: FeedHead::default(),
            feed_subscribers: FeedSubscribers::default(),
            lifetimes: LifetimeRecord::default(),
            status_indexes: StatusIndexes::default(),
            status_lists: StatusLists::default(),
            write_probe: WriteProbe::default(),
            kek: parts.kek,
            keys: ArcSwap::from_pointee(none),
            clients: Arc::default(),
            versions: OnceLock::new(),
            reloading: tokio::sync::Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        })
    }

    /// Warns of clients and APIs that get no tokens any more: those of the store are not checked when the
    /// configuration is read.
    pub(super) fn warn_of_left_algorithms(&self) {
        let (clients, profile) = (self.clients.left_by(&self.algorithms), self.profile());
        let resources = profile.resources.iter();
        for left in left_algorithms(&self.algorithms, clients.iter(), resources) {
            tracing::warn!("{left}");
        }
    }

    pub(super) fn start_event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event {
            id: EventId::new(now, &self.draw()),
            at: now,
            kind,
            client: None,
            user: None,
            grant: None,
            origin: Origin::default(),
            detail: "configuration".to_owned(),
        }
    }
}

/// Checks the stored keys, writes the check value of a new store, and returns the store's epoch.
async fn check_stored_keys(settings: &Settings, parts: &Parts) -> Result<u32, StartError> {
    let identity = parts.store.identity().await?;
    check_keys(settings, &parts.kek, &identity, parts.store.keys().await?)?;
    if identity.key_check.is_none() {
        let check = parts.kek.check_value();
        parts.store.set_key_check(check).await?;
        // another node may have been first, with another key
        if parts.store.identity().await?.key_check != Some(check) {
            return Err(StartError::WrongKeyEncryptionKey);
        }
    }
    Ok(identity.epoch)
}
