//! Who may use the page: its own host, its own origin, and the token of this run.

use airside_oauth::key::secret::{Digest, Secret};
use http::{HeaderMap, header};

use crate::person::random_secret;

/// The address of the page, and the token that its forms carry.
pub struct PageOrigin {
    url: String,
    token: Secret,
}

impl PageOrigin {
    pub fn new(url: String) -> Self {
        Self {
            url,
            token: random_secret("run-"),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn token(&self) -> &str {
        self.token.expose()
    }

    /// Returns true if a request names the page's own host: another name that leads here is an attack by DNS.
    pub fn is_for_this_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().map(http::HeaderValue::as_bytes);
        let own = self.url.trim_start_matches("http://").as_bytes();
        host == Some(own) && hosts.next().is_none()
    }

    /// Returns true if an action comes from the page itself.
    pub fn is_from_this_page(&self, headers: &HeaderMap, token: &str) -> bool {
        let origin = headers.get(header::ORIGIN).map(http::HeaderValue::as_bytes);
        origin == Some(self.url.as_bytes())
            && Digest::of(token.as_bytes()).matches(&self.token.digest())
    }
}
