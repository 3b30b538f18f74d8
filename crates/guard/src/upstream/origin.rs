//! The address of an upstream.

use std::io;

use http::{
    HeaderValue, Uri,
    uri::{Authority, Scheme},
};
use url::Url;

/// An upstream's address in parts, which each request's path is added to.
pub(super) struct Origin {
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
    pub(super) host: HeaderValue,
}

impl Origin {
    pub(super) fn of(url: &Url) -> io::Result<Self> {
        let host = url.host_str().unwrap_or_default();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            scheme: url.scheme().parse().map_err(io::Error::other)?,
            host: HeaderValue::from_str(&authority).map_err(io::Error::other)?,
            authority: authority.parse().map_err(io::Error::other)?,
        })
    }
}

/// Returns the target at an upstream's origin.
pub(super) fn address(origin: &Origin, target: &Uri) -> Option<Uri> {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(origin.scheme.clone());
    parts.authority = Some(origin.authority.clone());
    parts.path_and_query = target.path_and_query().cloned();
    Uri::from_parts(parts).ok()
}
