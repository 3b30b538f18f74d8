//! The service that is built.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fmt,
    future::ready,
    sync::Arc,
    task::{Context, Poll},
};

use airside_net::{RequestBody, answer_when_read};
use axum::{
    Router as Axum,
    body::{Body, HttpBody},
    extract::{FromRef, FromRequestParts as _, RawPathParams, Request},
    middleware::map_response,
    response::Response,
    routing::{MethodFilter, MethodRouter, get},
    serve::{IncomingStream, Listener},
};
use tower::Service;

use super::{
    BuildError, MissingIndex, ReadinessError, Route, Router,
    handler::{ProbeFuture, RouteHandler},
};
use crate::{ProtectedResource, ResourceServer, declaration::OuterParameters};

/// An API as a tower service: it answers its declared routes only, and no route can be added.
///
/// `axum::serve` takes it, and so does everything that takes a service of `http` requests: an axum router
/// by `nest_service` or `fallback_service`.
#[derive(Clone)]
pub struct Api {
    router: Axum,
    metadata: Arc<ProtectedResource>,
    ready: Readiness,
}

impl Api {
    /// Asks the database whether it has every table and column that a rule, a key or
    /// [`Record::WRITABLE`](crate::Record::WRITABLE) names, and then the issuer for its keys: call it at the start, so that a wrong
    /// issuer or a misspelt column is not found by the first caller. Missing indexes
    /// are warnings in the log.
    ///
    /// # Errors
    ///
    /// [`ReadinessError`] says what is missing. An issuer that is down now may answer later.
    pub async fn ready(&self) -> Result<(), ReadinessError> {
        for missing in self.missing_indexes().await? {
            tracing::warn!("{missing}");
        }
        Ok(())
    }

    /// Makes the checks of [`Self::ready`], and returns the missing indexes instead of logging them.
    ///
    /// # Errors
    ///
    /// Those of [`Self::ready`].
    pub async fn missing_indexes(&self) -> Result<Vec<MissingIndex>, ReadinessError> {
        (self.ready)().await
    }

    /// Returns the metadata that the API publishes (RFC 9728), with the scopes of all rules: for a router
    /// around it, which must answer it where clients look for it.
    #[must_use]
    pub fn metadata(&self) -> &ProtectedResource {
        &self.metadata
    }
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Checks the routes, logs their table and makes a service of them, to which no route can be added.
    ///
    /// It also answers the API's metadata (RFC 9728) where clients look for it, with the scopes of
    /// all rules, and names it in every challenge, if the API's identifier is an address.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names the first route that is refused.
    pub fn build(self, state: S) -> Result<Api, BuildError>
    where
        ResourceServer: FromRef<S>,
    {
        let server = ResourceServer::from_ref(&state);
        self.check(server.policies())?;
        tracing::info!("routes:\n{}", self.table());
        let scopes = self.routes().flat_map(|route| &route.declared);
        let scopes = scopes.flat_map(|declared| declared.function_rule.scopes());
        let mut metadata = server.metadata();
        metadata.scopes_supported = scopes
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(str::to_owned)
            .collect();
        Ok(build(self, state, metadata, server))
    }
}

/// Builds the service from routes that were checked.
fn build<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    state: S,
    metadata: ProtectedResource,
    server: ResourceServer,
) -> Api {
    let probes: Vec<_> = routes
        .routes
        .iter()
        .map(|(_, served)| served.probe)
        .collect();
    let checks = readiness(probes, state.clone(), server);
    let mut router = serve_paths(routes.routes, &metadata);
    if let Some((_, served)) = routes.fallback {
        router = router.fallback(served);
    }
    let metadata = Arc::new(metadata);
    let named = Arc::clone(&metadata);
    let challenged = map_response(move |response| ready(named.challenge(response)));
    router = router.layer(challenged);
    for add_layer in routes.layers {
        router = add_layer(router);
    }
    Api {
        router: router.with_state(state),
        metadata,
        ready: checks,
    }
}

type Readiness = Arc<dyn Fn() -> ProbeFuture + Send + Sync>;

/// Returns the checks of the database, and then of the issuer's keys.
fn readiness<S: Clone + Send + Sync + 'static>(
    probes: Vec<fn(S) -> ProbeFuture>,
    state: S,
    server: ResourceServer,
) -> Readiness {
    Arc::new(move || {
        let (server, state, probes) = (server.clone(), state.clone(), probes.clone());
        Box::pin(async move {
            // first the problems that waiting does not solve
            let mut missing = Vec::new();
            for probe in probes {
                missing.extend(probe(state.clone()).await?);
            }
            missing.sort();
            missing.dedup();
            if !server.has_keys().await {
                let why = server.key_state().problem;
                return Err(ReadinessError::Issuer(
                    why.unwrap_or_else(|| "there are none".to_owned()),
                ));
            }
            Ok(missing)
        })
    })
}

/// Routes each path to its handlers, and that of the metadata to the metadata.
fn serve_paths<S: Clone + Send + Sync + 'static>(
    routes: Vec<(Route, RouteHandler<S>)>,
    metadata: &ProtectedResource,
) -> Axum<S> {
    let mut paths: BTreeMap<String, MethodRouter<S>> = BTreeMap::new();
    for (route, served) in routes {
        if let Ok(filter) = MethodFilter::try_from(route.method) {
            let before = paths.remove(&route.path).unwrap_or_default();
            paths.insert(route.path, before.on(filter, served));
        }
    }
    if let Some(url) = metadata.url() {
        let answer = metadata.clone();
        let served = paths.entry(url.path().to_owned());
        served.or_insert_with(|| get(async move || answer));
    }
    let paths = paths.into_iter();
    paths.fold(Axum::new(), |router, (path, methods)| {
        router.route(&path, methods)
    })
}

impl<B> Service<http::Request<B>> for Api
where
    B: HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ApiFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let mut router = self.router.clone();
        let respond = async move |request: http::Request<RequestBody<Body>>| {
            let (mut parts, body) = request.map(Body::new).into_parts();
            let outer = RawPathParams::from_request_parts(&mut parts, &()).await;
            let outer = outer.map_or(0, |outer| outer.iter().count());
            parts.extensions.insert(OuterParameters(outer));
            Service::<Request>::call(&mut router, Request::from_parts(parts, body)).await
        };
        Box::pin(answer_when_read(request.map(Body::new), respond))
    }
}

type ApiFuture = std::pin::Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// Makes the service of each connection, as `axum::serve` requires.
impl<L: Listener> Service<IncomingStream<'_, L>> for Api {
    type Response = Self;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: IncomingStream<'_, L>) -> Self::Future {
        ready(Ok(self.clone()))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").finish_non_exhaustive()
    }
}
