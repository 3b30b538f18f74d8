//! The metadata that an API publishes (RFC 9728), so that a client that knows its address finds the
//! issuer of its tokens.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use serde::Serialize;
use url::Url;

/// The metadata of an API (RFC 9728 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProtectedResource {
    /// The API's identifier: the audience of its tokens.
    pub resource: String,
    /// The issuers whose tokens it takes.
    pub authorization_servers: Vec<String>,
    /// The scopes that its functions need.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The ways to send a token: in the header only.
    pub bearer_methods_supported: [&'static str; 1],
}

impl ProtectedResource {
    /// Returns the address of the metadata: the well-known part goes between the host and the path of the API's
    /// identifier (RFC 9728 §3). `None` if the identifier is not a URL.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        let mut url = Url::parse(&self.resource).ok()?;
        if !matches!(url.scheme(), "https" | "http") {
            return None;
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("/.well-known/oauth-protected-resource{path}"));
        Some(url)
    }

    /// Adds the address of the metadata to the challenge of an answer, if it has one (RFC 9728 §5.1).
    #[must_use]
    pub fn challenge<B>(&self, mut response: http::Response<B>) -> http::Response<B> {
        let challenge = response.headers().get(WWW_AUTHENTICATE);
        let ours = |text: &&str| text.starts_with("Bearer") || text.starts_with("DPoP");
        let challenge = challenge.and_then(|value| value.to_str().ok()).filter(ours);
        let (Some(challenge), Some(url)) = (challenge, self.url()) else {
            return response;
        };
        let separator = if challenge.contains('=') { "," } else { "" };
        let extended = format!("{challenge}{separator} resource_metadata=\"{url}\"");
        if let Ok(extended) = HeaderValue::from_str(&extended) {
            response.headers_mut().insert(WWW_AUTHENTICATE, extended);
        }
        response
    }
}

impl IntoResponse for ProtectedResource {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
        response
    }
}
