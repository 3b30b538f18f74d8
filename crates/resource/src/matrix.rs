//! Who may do what, as a table for a file under version control: a hole shows as a changed line.

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
    identities: Vec<(String, Option<String>)>,
    requests: Vec<(Method, String, Option<String>)>,
}

impl Matrix {
    /// Begins empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds somebody, with an access token or without.
    #[must_use]
    pub fn identity(mut self, name: &str, token: Option<String>) -> Self {
        self.identities.push((name.to_owned(), token));
        self
    }

    /// Adds a request without a body. A method that is none becomes GET.
    #[must_use]
    pub fn request(self, method: &str, path: &str) -> Self {
        self.add(method, path, None)
    }

    /// Adds a request with a JSON body.
    #[must_use]
    pub fn request_with(self, method: &str, path: &str, json: &str) -> Self {
        self.add(method, path, Some(json.to_owned()))
    }

    fn add(mut self, method: &str, path: &str, body: Option<String>) -> Self {
        let method = method.parse().unwrap_or_default();
        self.requests.push((method, path.to_owned(), body));
        self
    }

    /// Sends every request as everybody, each to an API of its own, and writes down the statuses.
    pub async fn table<F: Future<Output = Api>>(&self, api: impl Fn() -> F) -> String {
        let names = self.requests.iter();
        let names: Vec<_> = names
            .map(|(method, path, _)| format!("{method} {path}"))
            .collect();
        let width = names.iter().map(String::len).max().unwrap_or(0);
        let mut table = " ".repeat(width);
        for (name, _) in &self.identities {
            // writing to a String cannot fail
            let _ = write!(table, "  {name:>3}");
        }
        table.push('\n');
        for ((method, path, body), name) in self.requests.iter().zip(names) {
            let _ = write!(table, "{name:width$}");
            for (identity, token) in &self.identities {
                let request = request(method, path, body.as_deref(), token.as_deref());
                let status = match request {
                    Some(request) => status(api().await, request).await,
                    None => "bad".to_owned(),
                };
                let _ = write!(table, "  {status:>0$}", identity.len().max(3));
            }
            table.push('\n');
        }
        table
    }
}

fn request(
    method: &Method,
    path: &str,
    body: Option<&str>,
    token: Option<&str>,
) -> Option<Request<Body>> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
    request.body(body).ok()
}

async fn status(router: Api, request: Request<Body>) -> String {
    match router.oneshot(request).await {
        Ok(response) => response.status().as_u16().to_string(),
    }
}
