//! Routes, none of which is without a declaration.
//!
//! | module | holds |
//! |---|---|
//! | `handler` | handlers: the router proves what they declare, then calls them |
//! | `check` | the checks that routes must pass to make an API |
//! | `table` | the routes as people read them |
//! | `openapi` | the rules in an OpenAPI document |
//! | `api` | the service that is built |
//! | `readiness` | the state of an API that cannot serve yet |
//! | `route` | one method of one path |

mod api;
mod check;
mod handler;
mod openapi;
mod readiness;
mod route;
mod table;

pub use api::Api;
pub use check::BuildError;
pub use handler::Handler;
pub use openapi::OpenApiError;
pub use readiness::{MissingIndex, ReadinessError};
pub use route::Route;

use std::{collections::BTreeMap, convert::Infallible, fmt};

use axum::{Router as Axum, extract::Request, response::IntoResponse, routing::Route as AxumRoute};
use http::Method;
use tower::{Layer, Service};

use self::handler::RouteHandler;

/// A router that takes only handlers whose first argument is a declaration.
///
/// ```
/// # use airside_resource::doc::{Account, ReadAccount, Health};
/// use airside_resource::{Authorized, Public, Router};
///
/// async fn account(account: Authorized<Account, ReadAccount>) -> String {
///     account.name.clone() // another customer's account cannot be reached
/// }
///
/// async fn health(_: Public<Health>) {}
///
/// # type State = airside_resource::doc::State;
/// let routes = Router::<State>::new().get("/accounts/{id}", account).get("/health", health);
/// assert_eq!(
///     routes.table(),
///     "GET  /accounts/{id}  object  ReadAccount  scope `accounts:read` and owner = sub\n\
///      GET  /health         public  Health       load balancer probe\n"
/// );
/// ```
///
/// A handler without one does not compile:
///
/// ```compile_fail
/// # use airside_resource::{Router, doc::State};
/// async fn account() -> &'static str { "somebody's" }
/// let routes = Router::<State>::new().get("/accounts/{id}", account);
/// ```
pub struct Router<S> {
    routes: Vec<(Route, RouteHandler<S>)>,
    fallback: Option<(Route, RouteHandler<S>)>,
    layers: Vec<AddLayer<S>>,
    /// The path parameters that no rule checks, each with the reason.
    unchecked: BTreeMap<String, String>,
    /// True if a router was merged whose layers or fallback would be lost.
    has_lost_layers: bool,
}

type AddLayer<S> = Box<dyn FnOnce(Axum<S>) -> Axum<S> + Send>;

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Begins without routes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            routes: Vec::new(),
            fallback: None,
            layers: Vec::new(),
            unchecked: BTreeMap::new(),
            has_lost_layers: false,
        }
    }

    /// Answers GET and HEAD.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.route(Method::GET, path, handler)
    }

    /// Answers POST.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.route(Method::POST, path, handler)
    }

    /// Answers PUT.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.route(Method::PUT, path, handler)
    }

    /// Answers PATCH.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.route(Method::PATCH, path, handler)
    }

    /// Answers DELETE.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.route(Method::DELETE, path, handler)
    }

    fn route<H: Handler<T, S>, T: 'static>(
        mut self,
        method: Method,
        path: &str,
        handler: H,
    ) -> Self {
        let route = Route {
            method,
            path: path.to_owned(),
            declared: H::declare(),
            waived: BTreeMap::new(),
        };
        let served = RouteHandler::new(handler, &route);
        self.routes.push((route, served));
        self
    }

    /// Answers requests that match no route, with any method; they are answered 404 without it.
    #[must_use]
    pub fn fallback<H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        let route = Route {
            method: Method::GET,
            path: "*".to_owned(),
            declared: H::declare(),
            waived: BTreeMap::new(),
        };
        let served = RouteHandler::new(handler, &route);
        self.fallback = Some((route, served));
        self
    }

    /// Adds the routes of another router, for which the parameters that it leaves unchecked stay so. It has
    /// no layers and no fallback of its own, since they would be around routes of this one: `build` refuses it
    /// otherwise. A check of a layer belongs into the rules.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.has_lost_layers |=
            other.has_lost_layers || !other.layers.is_empty() || other.fallback.is_some();
        for (route, _) in &mut other.routes {
            route.waived.extend(other.unchecked.clone());
        }
        self.routes.extend(other.routes);
        self
    }

    /// Adds the routes of another router below a path, as [`merge`](Self::merge) does. Parameters of the
    /// path are parameters of each route, and no two may have one name.
    #[must_use]
    pub fn nest(self, path: &str, mut other: Self) -> Self {
        let prefix = path.trim_end_matches('/');
        for (route, _) in &mut other.routes {
            let rest = match route.path.as_str() {
                "/" => "",
                rest => rest,
            };
            route.path = format!("{prefix}{rest}");
        }
        self.merge(other)
    }

    /// Puts a tower layer around all routes, the fallback and the metadata; the last one is outermost. It
    /// sees each request before the caller is known, and each answer.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.layers
            .push(Box::new(move |router| router.layer(layer)));
        self
    }

    /// Declares that no rule checks a path parameter, and why that is right: `build` refuses such a
    /// parameter otherwise, because a handler could take its value for the caller's.
    #[must_use]
    pub fn unchecked_parameter(mut self, name: &str, reason: &str) -> Self {
        self.unchecked.insert(name.to_owned(), reason.to_owned());
        self
    }

    /// Lists every route with its declarations; the fallback is the last.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        let fallback = self.fallback.iter();
        self.routes.iter().chain(fallback).map(|(route, _)| route)
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Router<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> fmt::Debug for Router<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.routes()).finish()
    }
}
