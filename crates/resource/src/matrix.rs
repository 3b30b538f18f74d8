//! A table of callers and requests for a file under version control: a hole shows as a changed line.

use std::{fmt::Write, future::Future};

use axum::body::Body;
use http::{
    Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use tower::ServiceExt;

use crate::Api;

/// Identities and requests, every one of which is tried with every other.
///
/// ```
/// # use airside_resource::{doc::{State, Health}, Public};
/// use airside_resource::{Router, matrix::Matrix};
///
/// # async fn health(_: Public<Health>) {}
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let airside = airside_resource::ResourceServer::trusting("https://id.example").for_audience("https://api.example").build().unwrap();
/// let api = async || {
///     // a fresh one for every request: what one changes does not show in the next
///     let routes = Router::new().get("/health", health);
///     routes.build(State { airside: airside.clone() }).unwrap()
/// };
/// let matrix = Matrix::new().identity("nobody", None).request("GET", "/health");
/// assert_eq!(matrix.table(api).await, "             nobody\nGET /health     200\n");
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    identities: Vec<Identity>,
    requests: Vec<MatrixRequest>,
}

#[derive(Clone, Debug)]
struct Identity {
    name: String,
    token: Option<String>,
}

#[derive(Clone, Debug)]
struct MatrixRequest {
    method: Method,
    path: String,
    json: Option<String>,
}

impl Matrix {
    /// Begins empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an identity, with an access token or without.
    #[must_use]
    pub fn identity(mut self, name: &str, token: Option<String>) -> Self {
        self.identities.push(Identity {
            name: name.to_owned(),
            token,
        });
        self
    }

    /// Adds a request without a body. A method that HTTP does not know becomes GET.
    #[must_use]
    pub fn request(self, method: &str, path: &str) -> Self {
        self.add(method, path, None)
    }

    /// Adds a request with a JSON body.
    #[must_use]
    pub fn request_with(self, method: &str, path: &str, json: &str) -> Self {
        self.add(method, path, Some(json.to_owned()))
    }

    fn add(mut self, method: &str, path: &str, json: Option<String>) -> Self {
        self.requests.push(MatrixRequest {
            method: method.parse().unwrap_or_default(),
            path: path.to_owned(),
            json,
        });
        self
    }

    /// Sends every request as every identity, each to a new API, and renders the statuses.
    pub async fn table<F: Future<Output = Api>>(&self, api: impl Fn() -> F) -> String {
        let names = self.requests.iter();
        let names: Vec<_> = names
            .map(|one| format!("{} {}", one.method, one.path))
            .collect();
        let width = names.iter().map(String::len).max().unwrap_or(0);
        let mut table = " ".repeat(width);
        for identity in &self.identities {
            // writing to a String cannot fail
            let _ = write!(table, "  {:>3}", identity.name);
        }
        table.push('\n');
        for (request, name) in self.requests.iter().zip(names) {
            let _ = write!(table, "{name:width$}");
            for identity in &self.identities {
                let status = match request.as_sent_by(identity) {
                    Some(request) => status(api().await, request).await,
                    None => "bad".to_owned(),
                };
                let _ = write!(table, "  {status:>0$}", identity.name.len().max(3));
            }
            table.push('\n');
        }
        table
    }
}

impl MatrixRequest {
    /// Returns the request with an identity's token; `None` if HTTP does not know such a request.
    fn as_sent_by(&self, identity: &Identity) -> Option<Request<Body>> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        if let Some(token) = &identity.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if self.json.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request
            .body(self.json.clone().map_or_else(Body::empty, Body::from))
            .ok()
    }
}

async fn status(router: Api, request: Request<Body>) -> String {
    match router.oneshot(request).await {
        Ok(response) => response.status().as_u16().to_string(),
    }
}
