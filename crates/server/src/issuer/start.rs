//! Starting: the key-encryption key is the right one, keys exist, and configured accounts are in the
//! store.

use std::{collections::HashSet, sync::Arc};

use airside_oauth::{
    id::{EventId, UserId},
    key::{KeyEncryptionKey, StoredKey, UnwrapKeyError, keyring::KeyGenerationError},
    state::{
        decide::{Among, Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
        lifetime::LongestLifetimes,
        user::{TypedName, User},
    },
    time::Time,
};
use airside_store::{CommitError, Identity, Unavailable};
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
    password::{Hasher, HasherBusyError},
    refusal::RefusalTrail,
    settings::{SeedUser, Settings},
    setup::Setup,
    sign_in_throttle::SignInThrottle,
    status::{StatusIndexes, StatusLists},
    trace_id::TraceIds,
    view::View,
    write_probe::WriteProbe,
};

/// The reason why an issuer did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The key-encryption key is another one than before.
    #[error(
        "the key-encryption key is not the one that this store was made with: give the right one, or start with an empty data directory"
    )]
    WrongKeyEncryptionKey,
    /// A stored key was altered.
    #[error("a stored key cannot be opened: the store was altered")]
    AlteredKey(#[from] UnwrapKeyError),
    /// No key could be made.
    #[error("a key could not be made")]
    KeyGeneration,
    /// The password pool did not start, or was full.
    #[error("the password pool could not be used")]
    Passwords(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An embedded template is broken.
    #[error("the pages could not be built")]
    Pages(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Other nodes changed the registrations every time.
    #[error("other processes change the store all the time")]
    Raced,
    /// The store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<KeyGenerationError> for StartError {
    fn from(_: KeyGenerationError) -> Self {
        Self::KeyGeneration
    }
}

impl From<HasherBusyError> for StartError {
    fn from(busy: HasherBusyError) -> Self {
        Self::Passwords(Box::new(busy))
    }
}

impl From<CommitError> for StartError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Raced,
            CommitError::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}

/// Checks that the keys of a store are this key-encryption key's, and that each can be opened: the
/// checks that [`Issuer::start`] makes of them.
///
/// # Errors
///
/// [`StartError::WrongKeyEncryptionKey`] or [`StartError::AlteredKey`].
pub fn check_keys(
    settings: &Settings,
    kek: &KeyEncryptionKey,
    identity: &Identity,
    stored: Vec<StoredKey>,
) -> Result<(), StartError> {
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
        // before anything is issued with them
        issuer
            .lifetimes
            .renew(store, lifetimes, issuer.now())
            .await?;
        issuer.refresh_keys().await?;
        issuer.retire_left_keys().await?;
        let (resources, scopes) = (profile.resources.clone(), profile.scopes.clone());
        issuer.configure_apis(resources, scopes).await?;
        issuer.sync_clients_among_nodes(&clients).await?;
        issuer.warn_of_left_algorithms();
        issuer.note_precis_names().await?;
        issuer.tell_of_name_collisions().await?;
        issuer.sow_seeds(&users).await?;
        issuer.status_indexes.refill(issuer.store.as_ref()).await?;
        Ok(issuer)
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
            feed: FeedHead::default(),
            feed_subscribers: FeedSubscribers::default(),
            lifetimes: LifetimeRecord::default(),
            status_indexes: StatusIndexes::default(),
            status_lists: StatusLists::default(),
            write_probe: WriteProbe::default(),
            kek: parts.kek,
            keys: ArcSwap::from_pointee(none),
            clients: ArcSwap::default(),
            reloading: tokio::sync::Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        })
    }

    /// Warns of clients and APIs that get no tokens any more: those of the store are not checked when the
    /// configuration is read.
    pub(super) fn warn_of_left_algorithms(&self) {
        let (clients, profile) = (self.clients.load(), self.profile());
        let clients = clients.by_id.values().map(AsRef::as_ref);
        for left in left_algorithms(&self.algorithms, clients, profile.resources.iter()) {
            tracing::warn!("{left}");
        }
    }

    /// Makes the configured accounts, each once in the life of the store: from then on the database
    /// owns it, and one that was deleted stays deleted.
    async fn sow_seeds(&self, users: &[SeedUser]) -> Result<(), StartError> {
        let sown = self.store.seeds().await?;
        let sown: HashSet<_> = sown
            .into_iter()
            .map(|name| name.precis().unwrap_or(name))
            .collect();
        for seed in users {
            let is_sown = sown.contains(&seed.username);
            match self.store.user(&TypedName::from(&seed.username)).await? {
                Some(user) => {
                    warn_of_differences(seed, &user);
                    if !is_sown {
                        self.note_seed(seed).await?;
                    }
                }
                // an administrator deleted it
                None if is_sown => {}
                None => self.sow(seed).await?,
            }
        }
        Ok(())
    }

    /// Notes that there is an account of this name already, which was not made from the configuration.
    async fn note_seed(&self, seed: &SeedUser) -> Result<(), StartError> {
        let pivot = Pivot::NoteSeed {
            username: seed.username.clone(),
            at: self.now(),
        };
        self.commit_once(Commit::new(pivot)).await
    }

    async fn sow(&self, seed: &SeedUser) -> Result<(), StartError> {
        let (now, draw) = (self.now(), self.draw());
        let password = self.hasher.hash(seed.password.clone(), &draw).await?;
        let user = User {
            id: UserId::new(now, &draw),
            username: seed.username.clone(),
            roles: seed.roles.clone(),
            administrator: seed.administrator,
            claims: seed.claims.clone(),
            epoch: 0,
            disabled: false,
            created_at: now,
            rights_reduced_at: None,
        };
        let mut event = self.start_event(EventKind::UserCreated);
        event.user = Some(user.id);
        let pivot = Pivot::InsertUser {
            user: Box::new(user),
            password: Some(password),
            among: Among::Sown,
        };
        self.commit_once(Commit::new(pivot).and(Effect::Event(event)))
            .await
    }

    /// Commits what only one of the nodes that start does.
    async fn commit_once(&self, commit: Commit) -> Result<(), StartError> {
        match self.store.commit(commit).await {
            // another node was first
            Ok(()) | Err(CommitError::Conflict) => Ok(()),
            Err(CommitError::Unavailable(cause)) => Err(cause.into()),
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

/// Says what of a configured account is not what the account has: the store owns it since it was made.
fn warn_of_differences(seed: &SeedUser, user: &User) {
    let differences = [
        ("roles", seed.roles != user.roles),
        ("administrator", seed.administrator != user.administrator),
        ("claims", seed.claims != user.claims),
    ];
    let keys: Vec<_> = (differences.iter())
        .filter_map(|(key, differs)| differs.then_some(*key))
        .collect();
    if !keys.is_empty() {
        tracing::warn!(
            username = seed.username.as_str(),
            keys = keys.join(", "),
            "the account exists, and the configuration says something else of it: `airside user edit` changes it"
        );
    }
}
