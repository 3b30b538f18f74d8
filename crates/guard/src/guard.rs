//! One request through the guard: read, find, verify, decide, forward, look at the answer.

use std::{
    fmt,
    net::IpAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airside_net::{Peer, RequestBody, TlsError, Workers};
use airside_resource::{
    Feed, ProtectedResource, ResourceServer, Revocations, SetUpError, UsedProofs, clock::Clock,
};
use http::{
    HeaderValue, Request, Response,
    header::{CONTENT_LENGTH, ORIGIN},
    request::Parts,
};

use crate::{
    access::Asker,
    body::Body,
    browser::{BrowserMode, Navigation, Sessions, error_page},
    configuration::Configuration,
    database::{Database, DatabaseError},
    error::RequestError,
    judge::AuthenticatedCaller,
    metrics::{Counters, Metrics},
    observed::ObservedDenials,
    operation::{Operation, Rule},
    owner::OwnerSources,
    public::PublicAddress,
    rate::{RateMemory, Rates, RemainingLimit},
    request::CanonicalRequest,
    upstream::Upstreams,
    via::Via,
};

mod answer;
mod caller;
mod forward;
mod judging;
mod metadata;
mod observe;
mod own_header;
mod preflight;
mod set_up;
mod upgrade;

pub(crate) use self::set_up::scopes;

/// A guard with one configuration.
pub struct Guard {
    configuration: Configuration,
    resource_server: ResourceServer,
    upstreams: Upstreams,
    database: Option<Database>,
    metadata: ProtectedResource,
    /// Where it is published.
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
pub struct SharedState {
    /// Who would have been refused.
    pub observed: Arc<ObservedDenials>,
    /// What is revoked stays so.
    pub revocations: Revocations,
    /// Where revocations are heard of.
    pub feed: Option<Feed>,
    /// Who is signed in; where people are, this is needed.
    pub sessions: Option<Sessions>,
    /// The threads that serve, if it is not the runtime's.
    pub workers: Option<Workers>,
    /// DPoP proofs are good once.
    pub used_proofs: UsedProofs,
    /// What was used of the rate limits.
    pub rates: RateMemory,
    /// The guard's name in `Via`.
    pub via: Via,
    /// How many headers with odd names were dropped.
    pub dropped_headers: Arc<AtomicU64>,
    /// What was counted.
    pub metrics: Arc<Metrics>,
}

/// Why a guard cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// Verifying.
    #[error(transparent)]
    Verifier(#[from] SetUpError),
    /// Whom to trust.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The file of sessions.
    #[error("sessions cannot be kept")]
    Sessions(#[from] rusqlite::Error),
    /// A part of the configuration that only a start can take.
    #[error("`{0}` is new: it needs a restart")]
    NeedsRestart(&'static str),
    /// Forwarding.
    #[error("requests cannot be forwarded")]
    Upstream(#[from] std::io::Error),
    /// Looking up owners.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A request that has been let through so far.
struct Admitted<'a> {
    operation: Option<&'a Operation>,
    caller: Option<AuthenticatedCaller>,
    /// What is still to be looked at.
    rule: Option<&'a Rule>,
    /// The length of the body, where it is held.
    held: Option<usize>,
    /// The type of the body, written anew.
    content_type: Option<HeaderValue>,
}

impl Guard {
    /// Its configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Forgets what no request needs any more.
    pub(crate) async fn sweep(&self) {
        if let Some(browser_mode) = &self.browser_mode {
            browser_mode.sweep((self.clock)()).await;
        }
    }

    /// What verifies tokens.
    #[must_use]
    pub fn resource_server(&self) -> &ResourceServer {
        &self.resource_server
    }

    /// Where requests go.
    #[must_use]
    pub fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// The API's database, if owners are looked up there.
    #[must_use]
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// The browsers that it signs in, if it does.
    pub(crate) fn browser_mode(&self) -> Option<&BrowserMode> {
        self.browser_mode.as_deref()
    }

    /// Where revocations are heard of.
    pub(crate) fn feed(&self) -> Option<&Feed> {
        self.feed.as_ref()
    }

    /// Whom it asks for owners.
    pub(crate) fn owner_sources(&self) -> OwnerSources<'_> {
        OwnerSources {
            upstreams: &self.upstreams,
            database: self.database.as_ref(),
        }
    }

    /// What is counted.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Answers a request.
    pub async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        // pinned here: what it is handed to would move it, some KiB at each step
        let answer = pin!(self.answer_with_cors(request));
        self.observe_request(Asker::Caller, answer).await
    }

    async fn answer_with_cors(&self, request: Request<RequestBody>) -> Response<Body> {
        let Some(cors) = &self.configuration.cors else {
            return self.answer(request).await;
        };
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = self.answer(request).await;
        cors.say(origin.as_ref(), response.headers_mut());
        response
    }

    async fn answer(&self, request: Request<RequestBody>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        self.note_head(&parts);
        let request = match self.read(parts) {
            Ok(request) => request,
            Err(error) => return self.challenged(error.respond()),
        };
        let browser_mode = self.browser_mode.as_ref();
        let opened =
            browser_mode.and_then(|browser_mode| Some((browser_mode, Navigation::of(&request)?)));
        match self.try_handle(request, body).await {
            Ok(response) => response,
            Err(error) => {
                let Some((browser_mode, page)) = opened else {
                    return self.challenged(error.respond());
                };
                let sign_in = browser_mode.sign_in_redirect(&page, &error);
                sign_in.unwrap_or_else(|| error_page(self.challenged(error.respond())))
            }
        }
    }

    /// Says in a challenge where to get a token (RFC 9728 §5.1).
    pub(crate) fn challenged(&self, response: Response<Body>) -> Response<Body> {
        self.metadata.challenge(response)
    }

    async fn try_handle(
        &self,
        request: CanonicalRequest,
        body: RequestBody,
    ) -> Result<Response<Body>, RequestError> {
        if let Some(answer) = self.own(&request) {
            return Ok(answer);
        }
        let mut remaining_limits = self.rates.address(self.address(&request.parts))?;
        self.require_short(&request)?;
        if let Some(browser_mode) = &self.browser_mode {
            // boxed, as all that few requests need: what waits for a request is moved around whole
            let answer =
                Box::pin(browser_mode.answer(&request, &self.resource_server, (self.clock)()));
            if let Some(answer) = answer.await {
                return answer;
            }
        }
        if let Some(answer) = self.preflight(&request).await {
            return answer;
        }
        let (mut admitted, body) = self.judge(&request, body).await?;
        if let Some(caller) = &mut admitted.caller {
            remaining_limits.append(&mut caller.remaining_limits);
        }
        let mut response = self.forward(request, admitted, body).await?;
        RemainingLimit::say(&remaining_limits, response.headers_mut());
        Ok(response)
    }

    pub(crate) fn read(&self, parts: Parts) -> Result<CanonicalRequest, RequestError> {
        let mut request = CanonicalRequest::of(parts, &self.configuration.identity, &self.via)?;
        if self.is_from_proxy(&request.parts) {
            request.public = PublicAddress::read(&request.parts.headers)?;
        }
        if request.dropped > 0 {
            let dropped = u64::try_from(request.dropped).unwrap_or(u64::MAX);
            self.dropped_headers.fetch_add(dropped, Ordering::Relaxed);
        }
        Ok(request)
    }

    /// The caller's address, as far as proxies are trusted and name it.
    fn address(&self, parts: &Parts) -> Option<IpAddr> {
        let peer = parts.extensions.get::<Peer>()?.ip()?;
        let proxies = &self.configuration.trusted_proxies;
        let named = proxies.client_address(peer, &parts.headers);
        if named.is_none() {
            proxies.warn_of_unnamed_client(peer);
        }
        named
    }

    /// A body that says that it is too long is not begun.
    fn require_short(&self, request: &CanonicalRequest) -> Result<(), RequestError> {
        let length = request.parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        match length.is_some_and(|length| length > self.configuration.limits.request_body) {
            true => Err(RequestError::TooLarge),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").finish_non_exhaustive()
    }
}
