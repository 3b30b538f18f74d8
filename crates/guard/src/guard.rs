//! The pipeline of one request: read, find, verify, decide, forward, check the answer.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airside_net::{Peer, TlsError, Workers};
use airside_resource::{
    Feed, ProtectedResource, ResourceServer, Revocations, SetUpError, UsedProofs, clock::Clock,
};
use http::{HeaderValue, request::Parts};

use crate::{
    browser::{BrowserMode, Sessions, SessionsError},
    configuration::Configuration,
    database::{Database, DatabaseError},
    error::RequestError,
    judge::AuthenticatedCaller,
    large_body::LargeBodies,
    metrics::{Counters, Metrics},
    observed::ObservedDenials,
    operation::{Operation, Rule},
    owner::OwnerSources,
    public::PublicAddress,
    rate::{RateMemory, Rates},
    request::CanonicalRequest,
    upstream::Upstreams,
    via::Via,
};

mod answer;
mod caller;
mod forward;
mod handle;
mod judging;
mod metadata;
mod observe;
mod own_header;
mod preflight;
mod question;
mod set_up;
mod upgrade;

pub(crate) use self::set_up::scopes;

/// A guard with one configuration.
pub struct Guard {
    configuration: Configuration,
    resource_server: ResourceServer,
    upstreams: Upstreams,
    large_bodies: LargeBodies,
    database: Option<Database>,
    metadata: ProtectedResource,
    /// The path at which the metadata is published.
    metadata_path: Option<String>,
    observed: Arc<ObservedDenials>,
    feed: Option<Feed>,
    browser_mode: Option<Arc<BrowserMode>>,
    rates: Rates,
    via: Via,
    dropped_headers: Arc<AtomicU64>,
    counters: Counters,
    clock: Clock,
}

/// State that survives a configuration reload.
///
/// INVARIANT: it is all that a guard remembers of requests. There is no default, and a [`Guard`] makes no
/// memory of its own: the one that follows remembers what the one before did.
#[derive(Clone, Debug)]
pub(crate) struct SharedState {
    /// The denials that were observed.
    pub(crate) observed: Arc<ObservedDenials>,
    /// The revocations that are known.
    pub(crate) revocations: Revocations,
    /// The feed of revocations.
    pub(crate) feed: Option<Feed>,
    /// The sessions of browsers; required with `[browser]`.
    pub(crate) sessions: Option<Sessions>,
    /// The threads that serve, if it is not the runtime's.
    pub(crate) workers: Option<Workers>,
    /// The DPoP proofs that have been used.
    pub(crate) used_proofs: UsedProofs,
    /// The use of the rate limits.
    pub(crate) rates: RateMemory,
    /// The guard's name in `Via`.
    pub(crate) via: Via,
    /// The number of headers that were dropped because of their names.
    pub(crate) dropped_headers: Arc<AtomicU64>,
    /// The counters of the metrics.
    pub(crate) metrics: Arc<Metrics>,
}

/// A guard cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The verifier of tokens cannot be set up.
    #[error(transparent)]
    Verifier(#[from] SetUpError),
    /// The certificate authorities of the upstreams cannot be read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The file of sessions cannot be opened.
    #[error("sessions cannot be kept")]
    Sessions(#[from] SessionsError),
    /// A section of the configuration that only takes effect at a start.
    #[error("`{0}` is new: it needs a restart")]
    NeedsRestart(&'static str),
    /// The client for the upstreams cannot be set up.
    #[error("requests cannot be forwarded")]
    Upstream(#[from] std::io::Error),
    /// The database of owners cannot be set up.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A request that has been allowed, as far as its head and body decide.
struct Admitted<'a> {
    operation: Option<&'a Operation>,
    caller: Option<AuthenticatedCaller>,
    /// The rule that still applies to the answer.
    rule: Option<&'a Arc<Rule>>,
    /// The length of the body, if it is held.
    held: Option<usize>,
    /// The rewritten type of the body.
    content_type: Option<HeaderValue>,
}

impl Guard {
    /// Returns the configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Deletes expired state.
    pub(crate) async fn sweep(&self) {
        self.resource_server.forget_expired_tokens();
        if let Some(browser_mode) = &self.browser_mode {
            browser_mode.sweep((self.clock)()).await;
        }
    }

    /// Returns the verifier of tokens.
    #[must_use]
    pub fn resource_server(&self) -> &ResourceServer {
        &self.resource_server
    }

    /// Returns the upstreams.
    #[must_use]
    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// Returns the API's database, if owners are looked up there.
    #[must_use]
    pub(crate) fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Returns the browser mode, if it is configured.
    pub(crate) fn browser_mode(&self) -> Option<&BrowserMode> {
        self.browser_mode.as_deref()
    }

    /// Returns the feed of revocations.
    pub(crate) fn feed(&self) -> Option<&Feed> {
        self.feed.as_ref()
    }

    /// Returns the sources of owners.
    pub(crate) fn owner_sources(&self) -> OwnerSources<'_> {
        OwnerSources {
            upstreams: &self.upstreams,
            database: self.database.as_ref(),
        }
    }

    /// Returns the counters.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn read(&self, parts: Parts) -> Result<CanonicalRequest, RequestError> {
        let mut request = CanonicalRequest::of(parts, &self.configuration.identity, &self.via)?;
        if let Some(proxy) = self.proxy(&request.parts) {
            let headers = &request.parts.headers;
            let counts = self
                .configuration
                .trusted_proxies
                .wrote_forwarded(proxy, headers);
            request.public = PublicAddress::read(headers, counts)?;
        }
        if request.dropped > 0 {
            let dropped = u64::try_from(request.dropped).unwrap_or(u64::MAX);
            self.dropped_headers.fetch_add(dropped, Ordering::Relaxed);
        }
        Ok(request)
    }

    /// Returns the caller's address, as far as proxies are trusted and name it.
    fn address(&self, parts: &Parts) -> Option<IpAddr> {
        let peer = parts.extensions.get::<Peer>()?.ip()?;
        let proxies = &self.configuration.trusted_proxies;
        let named = proxies.client_address(peer, &parts.headers);
        if named.is_none() {
            proxies.warn_of_unnamed_client(peer);
        }
        named
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").finish_non_exhaustive()
    }
}
