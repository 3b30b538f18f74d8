//! Routes, none of which is without a declaration.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fmt,
};

use airside_policy::{Policies, policies::API};
use axum::{
    Router as Axum,
    extract::FromRef,
    handler::Handler,
    middleware::map_response,
    routing::{MethodRouter, get},
};
use http::Method;

use crate::{
    ResourceServer,
    action::{Declared, Kind},
    declaration::Declares,
};

/// A router that takes only handlers whose first argument is a declaration.
///
/// ```
/// # use airside_resource::doc::{Account, ReadAccount, Health};
/// use airside_resource::{Authorized, Public, Router};
///
/// async fn account(account: Authorized<Account, ReadAccount>) -> String {
///     account.name.clone() // there is no way to another customer's account
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
    paths: BTreeMap<String, MethodRouter<S, Infallible>>,
    routes: Vec<Route>,
}

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: String,
    /// What its handler declares.
    pub declared: Declared,
}

/// Why routes do not make a router.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A path does not begin with a slash.
    #[error("the path `{0}` does not begin with `/`")]
    NoPath(String),
    /// Two handlers for the same requests.
    #[error("`{method} {path}` has two handlers")]
    Twice {
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Two paths that differ in the names of their parameters only.
    #[error("`{0}` and `{1}` are the same path: give their parameters the same names")]
    SamePath(String, String),
    /// A path does not say which record is meant.
    #[error("`{path}` is about one {record}, and has no parameter `{{{parameter}}}` to say which")]
    NoParameter {
        /// The path.
        path: String,
        /// The kind of record.
        record: &'static str,
        /// The parameter that is missing.
        parameter: &'static str,
    },
    /// Policies decide, and there are none.
    #[error(
        "policies decide about `{0}`, and there are none: give them to `ResourceServer::trusting(…).for_audience(…).policies(…)`"
    )]
    NoPolicies(&'static str),
    /// The schema of the policies has no such action.
    #[error("policies decide about `{action}`, and their schema has no such action on `{kind}`")]
    UnknownAction {
        /// The action.
        action: &'static str,
        /// The kind of record, or `Api`.
        kind: &'static str,
    },
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Begins without routes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            paths: BTreeMap::new(),
            routes: Vec::new(),
        }
    }

    /// Answers GET and HEAD.
    #[must_use]
    pub fn get<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        self.route(Method::GET, path, handler)
    }

    /// Answers POST.
    #[must_use]
    pub fn post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        self.route(Method::POST, path, handler)
    }

    /// Answers PUT.
    #[must_use]
    pub fn put<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        self.route(Method::PUT, path, handler)
    }

    /// Answers PATCH.
    #[must_use]
    pub fn patch<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        self.route(Method::PATCH, path, handler)
    }

    /// Answers DELETE.
    #[must_use]
    pub fn delete<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        self.route(Method::DELETE, path, handler)
    }

    fn route<H, T>(mut self, method: Method, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Declares + 'static,
    {
        let route = Route {
            method,
            path: path.to_owned(),
            declared: T::declare(),
        };
        // a second handler would panic here; `build` says so instead
        let twice = self.routes.iter().any(|other| other.serves(&route));
        if let Some(filter) = filter(&route.method).filter(|_| !twice) {
            let before = self.paths.remove(path).unwrap_or_default();
            self.paths
                .insert(path.to_owned(), before.on(filter, handler));
        }
        self.routes.push(route);
        self
    }

    /// Every route with its declaration.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The routes and what each needs, a line each, for people.
    #[must_use]
    pub fn table(&self) -> String {
        let width = |cell: fn(&Route) -> usize| self.routes.iter().map(cell).max().unwrap_or(0);
        let (methods, paths) = (
            width(|route| route.method.as_str().len()),
            width(|route| route.path.len()),
        );
        let (kinds, actions) = (
            width(|route| route.declared.kind.to_string().len()),
            width(|route| route.declared.action.len()),
        );
        let lines = self.routes.iter().map(|route| {
            let Declared {
                action, kind, rule, ..
            } = &route.declared;
            format!(
                "{:methods$}  {:paths$}  {kind:kinds$}  {action:actions$}  {rule}{}\n",
                route.method.as_str(),
                route.path,
                route.note(),
            )
        });
        lines.collect()
    }

    /// Checks the routes, logs their table and makes an axum router of them.
    ///
    /// It also answers the API's metadata (RFC 9728) where clients look for it, with the scopes of
    /// all rules, and names it in every challenge, if the API's identifier is an address.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names the first route that cannot be meant.
    pub fn build(self, state: S) -> Result<Axum, BuildError>
    where
        ResourceServer: FromRef<S>,
    {
        let airside = ResourceServer::from_ref(&state);
        self.check()?;
        self.check_policies(airside.policies())?;
        tracing::info!("routes:\n{}", self.table());
        let mut metadata = airside.metadata();
        let scopes = self.routes.iter().flat_map(|route| &route.declared.scopes);
        let scopes: BTreeSet<_> = scopes.cloned().collect();
        metadata.scopes_supported = scopes.into_iter().collect();
        let mut router = Axum::new();
        for (path, methods) in self.paths {
            router = router.route(&path, methods);
        }
        if let Some(url) = metadata.url() {
            let answer = metadata.clone();
            if !self.routes.iter().any(|route| route.path == url.path()) {
                router = router.route(url.path(), get(async move || answer));
            }
        }
        let challenged = map_response(move |response| {
            let challenged = metadata.challenge(response);
            async { challenged }
        });
        Ok(router.layer(challenged).with_state(state))
    }

    fn check(&self) -> Result<(), BuildError> {
        let mut shapes = BTreeMap::new();
        for (position, route) in self.routes.iter().enumerate() {
            let path = &route.path;
            if !path.starts_with('/') {
                return Err(BuildError::NoPath(path.clone()));
            }
            let mut earlier = self.routes.iter().take(position);
            if earlier.any(|other| other.serves(route)) {
                let (method, path) = (route.method.clone(), path.clone());
                return Err(BuildError::Twice { method, path });
            }
            let same = shapes.insert(shape(path), path);
            if let Some(other) = same.filter(|other| *other != path) {
                return Err(BuildError::SamePath(other.clone(), path.clone()));
            }
            if let (Some(parameter), Some(record)) =
                (route.declared.parameter, route.declared.record)
                && !parameters(path).contains(parameter)
            {
                return Err(BuildError::NoParameter {
                    path: path.clone(),
                    record,
                    parameter,
                });
            }
        }
        Ok(())
    }
}

impl<S> Router<S> {
    /// The policies know every action that is left to them.
    fn check_policies(&self, policies: Option<&dyn Policies>) -> Result<(), BuildError> {
        let declared = self.routes.iter().map(|route| &route.declared);
        for one in declared.filter(|declared| declared.by_policies) {
            let action = one.action;
            let policies = policies.ok_or(BuildError::NoPolicies(action))?;
            let kind = one.record.unwrap_or(API);
            if !policies.knows(action, kind) {
                return Err(BuildError::UnknownAction { action, kind });
            }
        }
        Ok(())
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Router<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(&self.routes).finish()
    }
}

impl Route {
    fn serves(&self, other: &Self) -> bool {
        self.method == other.method && self.path == other.path
    }

    /// Parameters that no rule looks at: the handler must not take them for the caller's.
    fn note(&self) -> String {
        let mut unchecked = parameters(&self.path);
        if let Some(parameter) = self.declared.parameter {
            unchecked.remove(parameter);
        }
        if unchecked.is_empty() || self.declared.kind == Kind::Public {
            return String::new();
        }
        let names: Vec<_> = unchecked.into_iter().collect();
        format!("; not looked at: {}", names.join(", "))
    }
}

fn parameters(path: &str) -> BTreeSet<&str> {
    let segments = path.split('/');
    let names = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| name.strip_prefix('*').unwrap_or(name))
        .collect()
}

/// The path without the names of its parameters.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "" => "",
        segment if segment.starts_with("{*") => "{*}",
        segment if segment.starts_with('{') => "{}",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

fn filter(method: &Method) -> Option<axum::routing::MethodFilter> {
    method.clone().try_into().ok()
}
