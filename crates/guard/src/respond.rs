//! The answer to a request that is not forwarded.

use airside_net::X_REQUEST_ID;
use airside_resource::Rejection;
use axum::response::IntoResponse;
use http::{
    HeaderMap, HeaderValue, Response,
    header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::json;

use crate::{
    access,
    body::{self, Body},
    error::RequestError,
};

impl RequestError {
    /// Returns the answer.
    #[must_use]
    pub(crate) fn respond(&self) -> Response<Body> {
        tracing::debug!(cause = %self, "a request is refused");
        let request_id = access::note_error(self);
        let text = self.text();
        let json = text.is_some();
        let mut response = Response::new(body::full(text.unwrap_or_default()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(request_id) = request_id {
            headers.insert(X_REQUEST_ID, request_id);
        }
        if json {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.add_headers(headers);
        response
    }

    /// Returns the body, if the error has a code.
    fn text(&self) -> Option<String> {
        self.code().map(|code| match self {
            // the caller can send it again without
            Self::Field(_) | Self::MediaType(_) | Self::Ambiguous(_) => {
                json!({ "error": code, "error_description": self.to_string() }).to_string()
            }
            _ => format!(r#"{{"error":"{code}"}}"#),
        })
    }

    /// Adds the headers of the kind of error.
    fn add_headers(&self, headers: &mut HeaderMap) {
        match self {
            // what follows on the connection may be part of the trick
            Self::Ambiguous(_) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::Rejected(rejection) => replace(headers, rejection),
            Self::NotOwned(_) => replace(headers, &Rejection::NotFound),
            Self::Method { allowed } => {
                if let Ok(allowed) = HeaderValue::from_str(allowed) {
                    headers.insert(ALLOW, allowed);
                }
            }
            Self::TooMany { retry_after } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Self::NoUpstream | Self::Overloaded | Self::NoOwner(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
    }
}

/// Sets the headers of a rejection: challenge, nonce, `Retry-After`.
fn replace(headers: &mut HeaderMap, rejection: &Rejection) {
    let (head, _) = rejection.clone().into_response().into_parts();
    for (name, value) in head.headers {
        if let Some(name) = name.filter(|name| *name != CONTENT_LENGTH) {
            headers.insert(name, value);
        }
    }
}
