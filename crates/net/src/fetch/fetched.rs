//! A complete answer, and how long it may be reused.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{AGE, CACHE_CONTROL, ETAG},
    response::Parts,
};

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The status, never a redirect.
    pub status: StatusCode,
    /// The body, at most [`FetchPolicy::max_body`](super::FetchPolicy::max_body) bytes.
    pub body: Bytes,
    /// The time for which the answer may still be reused; `None` if the other side does not say.
    pub max_age: Option<Duration>,
    /// The entity tag, as sent.
    pub etag: Option<String>,
}

impl Fetched {
    pub(super) fn of(parts: &Parts, body: Bytes) -> Self {
        Self {
            status: parts.status,
            body,
            max_age: max_age(&parts.headers),
            etag: text(&parts.headers, &ETAG),
        }
    }
}

/// Reads how much longer an answer is fresh (RFC 9111 §4.2): `max-age` less `Age`.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut seconds = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().ok()?.split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            if directive == "no-store" || directive == "no-cache" {
                return Some(Duration::ZERO);
            }
            if let Some(given) = directive.strip_prefix("max-age=") {
                seconds = given.trim_matches('"').parse::<u64>().ok();
            }
        }
    }
    let age = number(headers, &AGE).unwrap_or(0);
    seconds.map(|seconds| Duration::from_secs(seconds.saturating_sub(age)))
}

pub(super) fn number(headers: &HeaderMap, name: &http::HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn text(headers: &HeaderMap, name: &http::HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
