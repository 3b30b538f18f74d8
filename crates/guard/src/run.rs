//! Serving a guard: its listeners, its reload, its health.

mod health;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::{
    BindUnixError, Drain, Limits, Listener, RequestBody, Server, SocketAccess, Tls, TlsError,
    Workers, bind_unix,
};
use airside_resource::{Feed, FeedOptions, Revocations, SetUpError, UsedProofs};
use arc_swap::ArcSwap;
use http::Request;
use tokio::net::{TcpListener, UnixListener};
use tower::service_fn;

use crate::{
    Configuration, Guard, GuardError, Lasting,
    browser::Sessions,
    forward_auth::{ForwardAuth, ForwardListen},
    metrics::Metrics,
    rate::RateMemory,
    via::Via,
};

/// A guard that serves, and whose configuration can be replaced meanwhile.
#[derive(Debug)]
pub struct Running {
    guard: ArcSwap<Guard>,
    lasting: Lasting,
    /// Whether every view was readable when it was last looked at.
    views_are_well: AtomicBool,
    drain: Drain,
}

/// The sockets of a guard.
#[derive(Debug)]
pub struct Listeners {
    requests: Listener,
    tls: Option<Tls>,
    forward_auth: Option<Listener>,
    operations: Option<Listener>,
}

/// Why a guard does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// An address or a socket cannot be listened on.
    #[error("cannot listen on `{0}`: {1}")]
    Listen(String, #[source] io::Error),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Something else.
    #[error(transparent)]
    Guard(#[from] GuardError),
}

impl Listeners {
    /// Listens where the configuration says.
    ///
    /// # Errors
    ///
    /// [`RunError`] names the address.
    pub async fn bind(configuration: &Configuration) -> Result<Self, RunError> {
        let listener = tcp(configuration.listen)?;
        let tls = tls(configuration)?;
        let requests = match &tls {
            Some(tls) => Listener::tls(listener, tls.clone()),
            None => Listener::tcp(listener),
        };
        let forward_auth = match &configuration.forward_auth {
            Some(ForwardAuth {
                listen: ForwardListen::Tcp(address),
                ..
            }) => Some(Listener::tcp(tcp(*address)?)),
            Some(ForwardAuth {
                listen: ForwardListen::Unix(path),
                ..
            }) => Some(Listener::unix(unix(path)?)),
            None => None,
        };
        let operations = match configuration.operations_listen {
            Some(address) => Some(Listener::tcp(tcp(address)?)),
            None => None,
        };
        Ok(Self {
            requests,
            tls,
            forward_auth,
            operations,
        })
    }

    /// What is spoken there.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Where requests are taken.
    #[must_use]
    pub fn address(&self) -> Option<std::net::SocketAddr> {
        self.requests.local_address()
    }

    /// Where proxies ask, if not at a Unix socket.
    #[must_use]
    pub fn forward_auth_address(&self) -> Option<std::net::SocketAddr> {
        self.forward_auth.as_ref()?.local_address()
    }

    /// Where operators ask.
    #[must_use]
    pub fn operations_address(&self) -> Option<std::net::SocketAddr> {
        self.operations.as_ref()?.local_address()
    }
}

impl Running {
    /// Sets up a guard.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub fn new(configuration: Configuration, drain: Drain) -> Result<Self, GuardError> {
        let mut lasting = lasting(&configuration)?;
        lasting.workers = Some(Workers::start()?);
        let guard = Guard::new(configuration, lasting.clone())?;
        Ok(Self {
            guard: ArcSwap::from_pointee(guard),
            lasting,
            views_are_well: AtomicBool::new(true),
            drain,
        })
    }

    /// Goes on with another configuration; requests under way keep theirs. Listeners, the feed and
    /// the file of sessions stay as they are.
    ///
    /// # Errors
    ///
    /// [`GuardError`]: then the old one stays.
    pub fn replace(&self, configuration: Configuration) -> Result<(), GuardError> {
        let lasting = self.lasting.clone();
        let before = self.guard();
        let proxies = &configuration.trusted_proxies;
        proxies.learn_from(&before.configuration().trusted_proxies);
        if configuration.browser.is_some() && lasting.sessions.is_none() {
            return Err(GuardError::NeedsRestart("browser"));
        }
        let guard = Guard::new(configuration, lasting)?;
        self.guard.store(Arc::new(guard));
        Ok(())
    }

    /// The guard as it is now.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        self.guard.load_full()
    }

    /// Shows in the metrics how many lines the log of this process has dropped.
    pub fn watch_log(&self, dropped: Arc<AtomicU64>) {
        self.lasting.metrics.watch_log(dropped);
    }

    /// Serves until the drain has finished.
    pub async fn serve(self: Arc<Self>, listeners: Listeners) {
        let requests = Arc::clone(&self);
        let requests = service_fn(move |request: Request<RequestBody>| {
            let guard = requests.guard();
            // boxed before it is handed on, which moves it
            Box::pin(async move { Ok::<_, Infallible>(guard.handle(request).await) })
        });
        let proxies = Arc::clone(&self);
        let proxies = service_fn(move |request: Request<RequestBody>| {
            let guard = proxies.guard();
            // a proxy sends the question without the body
            let (parts, _) = request.into_parts();
            async move { Ok::<_, Infallible>(guard.answer_proxy(parts).await) }
        });
        let operators = Arc::clone(&self);
        let operators = service_fn(move |request: Request<RequestBody>| {
            let response = operators.operations(request.uri().path());
            async move { Ok::<_, Infallible>(response) }
        });
        let main = self
            .server()
            .listen(listeners.requests)
            .serve(requests, self.drain.clone());
        let asked = async {
            if let Some(listener) = listeners.forward_auth {
                let server = self.server().listen(listener);
                server.serve(proxies, self.drain.clone()).await;
            }
        };
        let operating = async {
            if let Some(listener) = listeners.operations {
                let server = Server::new().listen(listener);
                server.serve(operators, self.drain.clone()).await;
            }
        };
        let following = async {
            if let Some(feed) = &self.lasting.feed {
                tokio::select! {
                    () = feed.follow() => {}
                    () = self.drain.started() => {}
                }
            }
        };
        let looking = async {
            tokio::select! {
                () = self.look_at_views() => {}
                () = self.fetch_keys() => {}
                () = self.drain.started() => {}
            }
        };
        tokio::join!(
            looking,
            main,
            asked,
            operating,
            following,
            self.look_after(listeners.tls)
        );
    }

    /// A server of requests, or of a proxy's questions.
    fn server(self: &Arc<Self>) -> Server {
        let proxies = self.guard().configuration().trusted_proxies.clone();
        let own = self.guard().configuration().limits;
        let limits = Limits {
            header_size_bytes: own.header_bytes,
            headers: own.header_lines,
            ..Limits::of_a_proxy()
        };
        let running = Arc::clone(self);
        let server = Server::new()
            .trusting(proxies)
            .limits(limits)
            .on_rejected(move |rejected| running.guard().observe_rejected(rejected));
        match &self.lasting.workers {
            Some(workers) => server.workers(workers.clone()),
            None => server,
        }
    }

    /// Asks upstreams whether they are well, and looks whether the certificate has changed.
    async fn look_after(&self, tls: Option<Tls>) {
        loop {
            if let Some(Err(error)) = tls.as_ref().map(Tls::reload_if_changed) {
                tracing::error!(%error, "the new certificate is not used");
            }
            let guard = self.guard();
            guard.sweep().await;
            if let Some(path) = &guard.configuration().upstream_health {
                guard.upstreams().probe(path).await;
            } else {
                guard.upstreams().reconnect().await;
            }
            tokio::select! {
                () = self.drain.started() => return,
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
            }
        }
    }

    /// Looks at the views of owners, and says what cannot be read and when it can again.
    async fn look_at_views(&self) {
        let mut before = Vec::new();
        loop {
            let guard = self.guard();
            let operations = &guard.configuration().operations;
            let problems = match guard.database() {
                Some(database) => database.problems(operations).await,
                None => Vec::new(),
            };
            let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (place, error) in problems.iter().filter(|one| !before.contains(*one)) {
                places.entry(error.to_string()).or_default().push(place);
            }
            for (error, places) in places {
                let places = places.join(", ");
                tracing::error!(error, places, "owners cannot be looked up: answers 503");
            }
            if problems.is_empty() && !before.is_empty() {
                tracing::info!("every owner can be looked up again");
            }
            self.views_are_well
                .store(problems.is_empty(), Ordering::Relaxed);
            before = problems;
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
    }
}

/// Sets up all that a start sets up, but neither listens nor makes a file.
///
/// # Errors
///
/// [`RunError`]: what would end the start.
pub fn rehearse(mut configuration: Configuration) -> Result<Guard, RunError> {
    tls(&configuration)?;
    configuration.trust.keeps_keys = false;
    if let Some(mode) = &mut configuration.browser {
        let could_be_made = |path: &Path| {
            let directory = path.parent().filter(|path| !path.as_os_str().is_empty());
            !path.exists() && directory.unwrap_or(Path::new(".")).is_dir()
        };
        let file = mode.sessions_file.take();
        mode.sessions_file = file.filter(|path| !could_be_made(path));
    }
    let lasting = lasting(&configuration)?;
    Ok(Guard::new(configuration, lasting)?)
}

/// The certificate and the key of `[tls]`.
fn tls(configuration: &Configuration) -> Result<Option<Tls>, TlsError> {
    let files = configuration.tls.as_ref();
    let tls = files.map(|(certificate, private_key)| Tls::load(certificate, private_key));
    tls.transpose()
}

/// What a guard of this configuration begins with.
fn lasting(configuration: &Configuration) -> Result<Lasting, GuardError> {
    let revocations = Revocations::new();
    let feed = match &configuration.feed {
        Some(feed) => Some(Feed::new(
            options(configuration, feed)?,
            revocations.clone(),
        )?),
        None => None,
    };
    let sessions = match &configuration.browser {
        Some(mode) => Some(Sessions::open(mode.sessions_file.as_deref())?),
        None => None,
    };
    Ok(Lasting {
        observed: Arc::default(),
        revocations,
        feed,
        sessions,
        workers: None,
        used_proofs: UsedProofs::default(),
        rates: RateMemory::default(),
        via: Via::draw().map_err(|_| SetUpError::NoRandomness)?,
        dropped_headers: Arc::default(),
        metrics: Arc::new(Metrics::draw().map_err(|_| SetUpError::NoRandomness)?),
    })
}

fn options(
    configuration: &Configuration,
    feed: &crate::configuration::Feed,
) -> Result<FeedOptions, SetUpError> {
    let issuer = &configuration.trust.issuer;
    let endpoint = format!("{issuer}/revocations").parse();
    Ok(FeedOptions {
        endpoint: endpoint.map_err(|_| SetUpError::Credentials)?,
        client_id: feed.client_id.clone(),
        client_secret: feed.client_secret.clone(),
        reach: configuration.trust.reach(),
    })
}

fn tcp(address: std::net::SocketAddr) -> Result<TcpListener, RunError> {
    let bound = airside_net::bind(address);
    bound.map_err(|error| RunError::Listen(address.to_string(), error))
}

fn unix(path: &Path) -> Result<UnixListener, RunError> {
    let failed = |error| RunError::Listen(path.display().to_string(), error);
    // whoever may write to it is believed: owner and group
    bind_unix(path, SocketAccess::OwnerAndGroup).map_err(|error| match error {
        BindUnixError::Io(error) => failed(error),
        exposed => failed(io::Error::other(exposed)),
    })
}

const PROBE_INTERVAL: Duration = Duration::from_secs(5);
