//! Serving a guard: listeners, reload, health.

mod error;
mod health;
mod listener;
mod metrics;
mod shared;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::{Drain, Limits, Listener, RequestBody, Server, Tls, Workers};
use arc_swap::ArcSwap;
use http::Request;
use tower::service_fn;

pub use self::{error::RunError, listener::Listeners};
use self::{listener::tls, shared::shared};
use crate::{
    Configuration, GuardError,
    database::DatabaseError,
    guard::{Guard, SharedState},
};

/// A running guard, whose configuration can be replaced.
#[derive(Debug)]
pub struct Running {
    guard: ArcSwap<Guard>,
    shared: SharedState,
    /// True if every view was readable at the last check.
    views_healthy: AtomicBool,
    drain: Drain,
}

impl Running {
    /// Sets up a guard.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub fn new(configuration: Configuration, drain: Drain) -> Result<Self, GuardError> {
        let mut shared = shared(&configuration)?;
        shared.workers = Some(Workers::start()?);
        let guard = Guard::new(configuration, shared.clone())?;
        Ok(Self {
            guard: ArcSwap::from_pointee(guard),
            shared,
            views_healthy: AtomicBool::new(true),
            drain,
        })
    }

    /// Replaces the configuration; requests in progress keep theirs. Listeners, the feed and the file of
    /// sessions stay as they are.
    ///
    /// # Errors
    ///
    /// [`GuardError`]; the old configuration stays.
    pub fn replace(&self, configuration: Configuration) -> Result<(), GuardError> {
        let shared = self.shared.clone();
        let before = self.guard();
        let proxies = &configuration.trusted_proxies;
        proxies.learn_from(&before.configuration().trusted_proxies);
        if configuration.browser.is_some() && shared.sessions.is_none() {
            return Err(GuardError::NeedsRestart("browser"));
        }
        let guard = Guard::new(configuration, shared)?;
        self.guard.store(Arc::new(guard));
        Ok(())
    }

    /// Returns the current guard.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        self.guard.load_full()
    }

    /// Reports in the metrics how many lines the log of this process has dropped.
    pub fn watch_log(&self, dropped: Arc<AtomicU64>) {
        self.shared.metrics.watch_log(dropped);
    }

    /// Serves until the drain has finished.
    pub async fn serve(self: Arc<Self>, listeners: Listeners) {
        tokio::join!(
            self.watch_dependencies(),
            self.serve_requests(listeners.requests),
            self.serve_forward_auth(listeners.forward_auth),
            self.serve_operations(listeners.operations),
            self.follow_feed(),
            self.maintain(listeners.tls)
        );
    }

    async fn serve_requests(self: &Arc<Self>, listener: Listener) {
        let running = Arc::clone(self);
        let service = service_fn(move |request: Request<RequestBody>| {
            let guard = running.guard();
            // boxed before it is handed on, which moves it
            Box::pin(async move { Ok::<_, Infallible>(guard.handle(request).await) })
        });
        let server = self.server().listen(listener);
        server.serve(service, self.drain.clone()).await;
    }

    /// Answers proxies that ask before they forward a request.
    async fn serve_forward_auth(self: &Arc<Self>, listener: Option<Listener>) {
        let Some(listener) = listener else { return };
        let running = Arc::clone(self);
        let service = service_fn(move |request: Request<RequestBody>| {
            let guard = running.guard();
            // a proxy sends the question without the body
            let (parts, _) = request.into_parts();
            async move { Ok::<_, Infallible>(guard.answer_proxy(parts).await) }
        });
        let server = self.server().listen(listener);
        server.serve(service, self.drain.clone()).await;
    }

    /// Serves health, metrics and reports.
    async fn serve_operations(self: &Arc<Self>, listener: Option<Listener>) {
        let Some(listener) = listener else { return };
        let running = Arc::clone(self);
        let service = service_fn(move |request: Request<RequestBody>| {
            let response = running.operations(request.uri().path());
            async move { Ok::<_, Infallible>(response) }
        });
        let server = Server::new().listen(listener);
        server.serve(service, self.drain.clone()).await;
    }

    async fn follow_feed(&self) {
        if let Some(feed) = &self.shared.feed {
            tokio::select! {
                () = feed.follow() => {}
                () = self.drain.started() => {}
            }
        }
    }

    /// Watches the views and fetches the issuer's keys until the drain starts.
    async fn watch_dependencies(&self) {
        tokio::select! {
            () = self.watch_views() => {}
            () = self.fetch_keys() => {}
            () = self.drain.started() => {}
        }
    }

    /// Returns a server of requests, or of a proxy's questions.
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
        match &self.shared.workers {
            Some(workers) => server.workers(workers.clone()),
            None => server,
        }
    }

    /// Checks the health of upstreams, and reloads the certificate if it has changed.
    async fn maintain(&self, tls: Option<Tls>) {
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

    /// Checks the views of owners, and logs which cannot be read and when they can again.
    async fn watch_views(&self) {
        let mut before = Vec::new();
        loop {
            let guard = self.guard();
            let operations = &guard.configuration().operations;
            let problems = match guard.database() {
                Some(database) => database.problems(operations).await,
                None => Vec::new(),
            };
            report_new(&problems, &before);
            if problems.is_empty() && !before.is_empty() {
                tracing::info!("every owner can be looked up again");
            }
            self.views_healthy
                .store(problems.is_empty(), Ordering::Relaxed);
            before = problems;
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
    }
}

/// Reports each new reason why owners cannot be looked up, with its places.
fn report_new(problems: &[(String, DatabaseError)], before: &[(String, DatabaseError)]) {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (place, error) in problems.iter().filter(|one| !before.contains(*one)) {
        places.entry(error.to_string()).or_default().push(place);
    }
    for (error, places) in places {
        let places = places.join(", ");
        tracing::error!(error, places, "owners cannot be looked up: answers 503");
    }
}

/// Sets up everything that a start does, without listening and without creating a file.
///
/// # Errors
///
/// [`RunError`], as at a start.
pub fn rehearse(mut configuration: Configuration) -> Result<Guard, RunError> {
    tls(&configuration)?;
    configuration.trust.keeps_keys = false;
    if let Some(settings) = &mut configuration.browser {
        let could_be_made = |path: &Path| {
            let directory = path.parent().filter(|path| !path.as_os_str().is_empty());
            !path.exists() && directory.unwrap_or(Path::new(".")).is_dir()
        };
        let file = settings.sessions_file.take();
        settings.sessions_file = file.filter(|path| !could_be_made(path));
    }
    let shared = shared(&configuration)?;
    Ok(Guard::new(configuration, shared)?)
}

const PROBE_INTERVAL: Duration = Duration::from_secs(5);
