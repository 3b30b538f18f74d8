//! One request through the guard: read, find, verify, decide, forward, look at the answer.

use std::{
    fmt,
    net::IpAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::{Peer, RequestBody, TlsError, Workers, host::HostError, tls};
use airside_resource::{
    Caller, Feed, ProtectedResource, Rejection, ResourceServer, Revocations, SetUpError,
    UsedProofs,
    clock::{self, Clock},
};
use http::{
    HeaderValue, Request, Response,
    header::{AUTHORIZATION, CONTENT_LENGTH, ORIGIN},
    request::Parts,
};

use crate::{
    Refusal,
    access::{self, Asker},
    body::Body,
    browser::{Browsers, Navigation, Sessions, refusal_page},
    configuration::Configuration,
    cors::Cors,
    database::{Database, DatabaseError},
    header,
    judge::Who,
    metrics::{Counters, Metrics},
    observed::Observed,
    operation::{Operation, Permission, Rule},
    owner::Outside,
    public::PublicAddress,
    rate::{Limited, RateMemory, Rates},
    request::Read,
    upstream::Upstreams,
    via::Via,
};

mod forward;
mod judging;
mod metadata;
mod preflight;

/// A guard with one configuration.
pub struct Guard {
    configuration: Configuration,
    airside: ResourceServer,
    upstreams: Upstreams,
    database: Option<Database>,
    metadata: ProtectedResource,
    /// Where it is published.
    metadata_path: Option<String>,
    observed: Arc<Observed>,
    feed: Option<Feed>,
    browsers: Option<Arc<Browsers>>,
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
pub struct Lasting {
    /// Who would have been refused.
    pub observed: Arc<Observed>,
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
struct Passed<'a> {
    operation: Option<&'a Operation>,
    who: Option<Who>,
    /// What is still to be looked at.
    rule: Option<&'a Rule>,
    /// The length of the body, where it is held.
    held: Option<usize>,
    /// The type of the body, written anew.
    content_type: Option<HeaderValue>,
}

impl Guard {
    /// Sets up a guard; nothing is fetched before the first token.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub fn new(configuration: Configuration, lasting: Lasting) -> Result<Self, GuardError> {
        // each by its name: what is not handed on is an unused variable
        let Lasting {
            observed,
            revocations,
            feed,
            sessions,
            workers,
            used_proofs,
            rates,
            via,
            dropped_headers,
            metrics,
        } = lasting;
        let trust = &configuration.trust;
        let airside = ResourceServer::trusting(&trust.issuer).for_audience(&trust.audience);
        let mut airside = airside.revocations(revocations).used_proofs(used_proofs);
        let reach = trust.reach();
        if reach.loopback_http {
            airside = airside.allow_loopback_http();
        }
        if let Some(path) = reach.authorities {
            airside = airside.authorities(path);
        }
        if let Some(uri) = &trust.jwks_uri {
            airside = airside.jwks_uri(uri.clone());
        }
        airside = match trust.keeps_keys {
            true => airside.keys_file(&trust.keys_file),
            false => airside.keys_file_of_another(&trust.keys_file),
        };
        airside = airside
            .profile(trust.profile)
            .longest_life(trust.token_lifetime)
            .max_token_bytes(trust.token_bytes);
        if let Some(pointer) = &trust.roles_claim {
            airside = airside.roles_claim(pointer);
        }
        if let Some(pointer) = &trust.machine_claim {
            airside = airside.machine_claim(pointer);
        }
        if let Some(origin) = &trust.dpop {
            airside = airside.dpop(origin.clone());
        }
        if let Some(on_loss) = trust.status_lists {
            airside = airside.status_lists(on_loss);
        }
        let tls = tls::trusting(configuration.upstream_ca.as_deref())?;
        let workers = workers.as_ref().map_or(0, Workers::count);
        let patience = Duration::from_secs(configuration.limits.upstream_seconds);
        let airside = airside.build()?;
        if let Some(feed) = &feed {
            feed.report_keys(&airside);
        }
        let browsers = match (&configuration.browser, sessions) {
            (Some(mode), Some(sessions)) => {
                let allies = configuration.cors.as_ref().map_or(&[][..], Cors::allies);
                let browsers = Browsers::new(mode.clone(), trust, sessions, allies)?;
                Some(Arc::new(browsers))
            }
            _ => None,
        };
        let mut metadata = airside.metadata();
        metadata.scopes_supported = scopes(&configuration);
        let database = configuration.database.as_ref();
        Ok(Self {
            upstreams: Upstreams::new(&configuration.upstreams, tls, patience, workers)?,
            database: database.map(Database::new).transpose()?,
            airside,
            metadata_path: metadata.url().map(|url| url.path().to_owned()),
            metadata,
            rates: Rates::new(&configuration.rate_limits, &rates),
            via,
            dropped_headers,
            counters: Counters::new(metrics, &configuration.operations),
            configuration,
            observed,
            feed,
            browsers,
            clock: clock::system(),
        })
    }

    /// Its configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Forgets what no request needs any more.
    pub(crate) async fn sweep(&self) {
        if let Some(browsers) = &self.browsers {
            browsers.sweep((self.clock)()).await;
        }
    }

    /// What verifies tokens.
    #[must_use]
    pub fn airside(&self) -> &ResourceServer {
        &self.airside
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
    pub(crate) fn browsers(&self) -> Option<&Browsers> {
        self.browsers.as_deref()
    }

    /// Where revocations are heard of.
    pub(crate) fn feed(&self) -> Option<&Feed> {
        self.feed.as_ref()
    }

    /// Whom it asks for owners.
    pub(crate) fn outside(&self) -> Outside<'_> {
        Outside {
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
        access::begins(self, &parts);
        let read = match self.read(parts) {
            Ok(read) => read,
            Err(refusal) => return self.challenged(refusal.respond()),
        };
        let browsers = self.browsers.as_ref();
        let opened = browsers.and_then(|browsers| Some((browsers, Navigation::of(&read)?)));
        match self.try_handle(read, body).await {
            Ok(response) => response,
            Err(refusal) => {
                let Some((browsers, page)) = opened else {
                    return self.challenged(refusal.respond());
                };
                let sign_in = browsers.instead(&page, &refusal);
                sign_in.unwrap_or_else(|| refusal_page(self.challenged(refusal.respond())))
            }
        }
    }

    /// Says in a challenge where to get a token (RFC 9728 §5.1).
    pub(crate) fn challenged(&self, response: Response<Body>) -> Response<Body> {
        self.metadata.challenge(response)
    }

    async fn try_handle(&self, read: Read, body: RequestBody) -> Result<Response<Body>, Refusal> {
        if let Some(answer) = self.own(&read) {
            return Ok(answer);
        }
        let mut limited = self.rates.address(self.address(&read.parts))?;
        self.require_short(&read)?;
        if let Some(browsers) = &self.browsers {
            // boxed, as all that few requests need: what waits for a request is moved around whole
            let answer = Box::pin(browsers.answer(&read, &self.airside, (self.clock)()));
            if let Some(answer) = answer.await {
                return answer;
            }
        }
        if let Some(answer) = self.preflight(&read).await {
            return answer;
        }
        let (mut passed, body) = self.judge(&read, body).await?;
        if let Some(who) = &mut passed.who {
            limited.append(&mut who.limited);
        }
        let mut response = self.forward(read, passed, body).await?;
        Limited::say(&limited, response.headers_mut());
        Ok(response)
    }

    pub(crate) fn read(&self, parts: Parts) -> Result<Read, Refusal> {
        let mut read = Read::of(parts, &self.configuration.identity, &self.via)?;
        if self.is_from_proxy(&read.parts) {
            read.public = PublicAddress::read(&read.parts.headers)?;
        }
        if read.dropped > 0 {
            let dropped = u64::try_from(read.dropped).unwrap_or(u64::MAX);
            self.dropped_headers.fetch_add(dropped, Ordering::Relaxed);
        }
        Ok(read)
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
    fn require_short(&self, read: &Read) -> Result<(), Refusal> {
        let length = read.parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        match length.is_some_and(|length| length > self.configuration.limits.request_body) {
            true => Err(Refusal::TooLarge),
            false => Ok(()),
        }
    }

    /// Verifies the token of a request. Where it is wanted so, no token is good while nobody says
    /// which ones are revoked.
    pub(crate) async fn caller(&self, parts: &Parts) -> Result<Who, Refusal> {
        // probes of HTTP/1.0 name none, and are let in where everybody is
        if !header::has_host(parts) {
            return Err(Refusal::Ambiguous(HostError::Missing.reason()));
        }
        if self.is_deaf() {
            return Err(Rejection::RevocationsUnknown.into());
        }
        let (caller, session_token) = match self.session_token(parts).await? {
            None => (self.airside.verify(parts).await?, None),
            Some(token) => {
                let (caller, token) = self.verify_session(token, parts).await?;
                (caller, Some(token))
            }
        };
        let principal = caller.principal();
        access::called_by(&principal);
        Ok(Who {
            session_token,
            // before anything is decided: whoever guesses is limited too
            limited: self.rates.caller(caller.token())?,
            principal,
            caller,
        })
    }

    /// The token of a browser's session. A token that was sent counts before a cookie.
    async fn session_token(&self, parts: &Parts) -> Result<Option<String>, Refusal> {
        match &self.browsers {
            Some(browsers) if !parts.headers.contains_key(AUTHORIZATION) => {
                browsers.token(parts, (self.clock)()).await
            }
            _ => Ok(None),
        }
    }

    /// Verifies the token of a browser's session, and says which one is good: one that was revoked is
    /// replaced, and the session ends only if that fails too.
    async fn verify_session(
        &self,
        token: String,
        parts: &Parts,
    ) -> Result<(Caller, String), Refusal> {
        let refused = match (self.airside.verify_token(&token).await, &self.browsers) {
            (Ok(caller), _) => return Ok((caller, token)),
            (Err(Rejection::InvalidToken(why)), Some(browsers)) => (why, browsers),
            (Err(rejection), _) => return Err(rejection.into()),
        };
        let (why, browsers) = refused;
        let Some(next) = browsers.renewed(parts, token, (self.clock)()).await? else {
            return Err(Rejection::InvalidToken(why).into());
        };
        match self.airside.verify_token(&next).await {
            Ok(caller) => Ok((caller, next)),
            Err(rejection) => {
                if matches!(rejection, Rejection::InvalidToken(_)) {
                    browsers.end(parts).await;
                }
                Err(rejection.into())
            }
        }
    }

    /// Whether requests are refused because revocations are not heard of.
    #[must_use]
    pub fn is_deaf(&self) -> bool {
        let refuses = self.configuration.feed.as_ref();
        let refuses = refuses.is_some_and(|feed| feed.refuse_on_loss);
        refuses && !self.feed.as_ref().is_some_and(Feed::is_connected)
    }
}

/// Returns the scopes that rules require, sorted.
pub(crate) fn scopes(configuration: &Configuration) -> Vec<String> {
    let rules = configuration.operations.iter();
    let rules = rules.filter_map(|one| match &one.permission {
        Permission::Rule(rule) => Some(rule),
        _ => None,
    });
    let scopes: std::collections::BTreeSet<_> = rules
        .flat_map(|rule| rule.need.scopes().map(str::to_owned))
        .collect();
    scopes.into_iter().collect()
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").finish_non_exhaustive()
    }
}
