//! Starting: the key-encryption key is the right one, keys exist, and configured accounts are in the
//! store.

use std::{collections::HashSet, sync::Arc};

use airside_oauth::{
    id::{EventId, UserId},
    key::{UnwrapKeyError, keyring::KeyGenerationError},
    profile::ResourceSigning,
    state::{
        decide::{Among, Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
        lifetime::LongestLifetimes,
        user::{TypedName, User},
    },
};
use airside_store::{CommitError, Unavailable};
use arc_swap::ArcSwap;

use crate::{
    admission::Admission,
    api_list::ApiList,
    audit_buffer::AuditBuffer,
    client_keys::ClientKeys,
    feed::FeedHead,
    feed_subscribers::FeedSubscribers,
    issuer::{Issuer, Parts},
    keys_in_use::KeysInUse,
    lifetime::LifetimeRecord,
    metrics::Metrics,
    password::{Hasher, HasherBusyError},
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

impl Issuer {
    /// Starts an issuer on its store: ready when it can sign with every configured algorithm.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the key-encryption key is wrong or the store fails.
    pub async fn start(settings: Settings, parts: Parts) -> Result<Arc<Self>, StartError> {
        let epoch = check_key_encryption_key(&parts).await?;
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
        issuer.configure_apis(profile.resources.clone()).await?;
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
            clock: parts.clock,
            random: parts.random,
            hasher,
            audit_buffer: AuditBuffer::default(),
            metrics: Metrics::new(),
            admission: Admission::for_cores(threads),
            trace_ids: TraceIds::default(),
            view: View::new().map_err(|error| StartError::Pages(Box::new(error)))?,
            client_keys: ClientKeys::new(parts.fetcher),
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

    /// Says which clients and APIs get no tokens any more: those of the store are not checked when the
    /// configuration is read.
    fn warn_of_left_algorithms(&self) {
        let apis = self.apis();
        let left = apis.iter().filter_map(|api| match api.resource.signing {
            ResourceSigning::Asymmetric(algorithm) if !self.algorithms.contains(&algorithm) => {
                Some((&api.resource.identifier, algorithm))
            }
            _ => None,
        });
        for (resource, algorithm) in left {
            tracing::warn!(
                resource,
                algorithm = algorithm.as_str(),
                "`keys.algorithms` lacks the algorithm of the API's access tokens: there are none until one of the two is changed"
            );
        }
        let clients = self.clients.load();
        for client in clients.by_id.values() {
            let algorithm = client.id_token_signed_response_alg;
            if !self.algorithms.contains(&algorithm) {
                tracing::warn!(
                    client = client.client_id.as_str(),
                    algorithm = algorithm.as_str(),
                    "`keys.algorithms` lacks the algorithm of the client's ID tokens: it gets none until one of the two is changed"
                );
            }
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

/// Checks that the key-encryption key is the one that the store was made with, and returns the store's
/// epoch.
async fn check_key_encryption_key(parts: &Parts) -> Result<u32, StartError> {
    let identity = parts.store.identity().await?;
    let check = parts.kek.check_value();
    match identity.key_check {
        Some(known) if known != check => return Err(StartError::WrongKeyEncryptionKey),
        Some(_) => {}
        None => {
            parts.store.set_key_check(check).await?;
            // another node may have been first, with another key
            if parts.store.identity().await?.key_check != Some(check) {
                return Err(StartError::WrongKeyEncryptionKey);
            }
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
