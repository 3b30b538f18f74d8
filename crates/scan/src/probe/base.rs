//! The address of an API that may be scanned.

use airside_net::address::is_loopback;
use url::Url;

/// The address of an API that may be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(pub(super) Url);

/// The reason why an address is not scanned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is not an address.
    #[error("`{0}` is not an http or https address")]
    Malformed(String),
    /// Its host is neither this machine nor listed.
    #[error("`{0}` is not this machine: name it with --allow-host if you may scan it")]
    NotAllowed(String),
}

impl BaseUrl {
    /// Reads an address whose host is this machine or one of `allowed`.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`].
    pub fn parse(text: &str, allowed: &[String]) -> Result<Self, BaseUrlError> {
        let malformed = || BaseUrlError::Malformed(text.to_owned());
        let url = Url::parse(text).map_err(|_| malformed())?;
        let host = url.host_str().ok_or_else(malformed)?;
        let is_http = matches!(url.scheme(), "http" | "https");
        if !is_http || !url.username().is_empty() || url.password().is_some() {
            return Err(malformed());
        }
        if !is_loopback(&url) && !allowed.iter().any(|one| one.eq_ignore_ascii_case(host)) {
            return Err(BaseUrlError::NotAllowed(host.to_owned()));
        }
        Ok(Self(url))
    }

    /// Returns the address without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.0.as_str().split(['?', '#']).next().unwrap_or_default();
        text.trim_end_matches('/')
    }

    /// Returns the address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Returns true if it has no path.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.0.path().trim_matches('/').is_empty()
    }

    /// Returns the address with a path added.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        let mut url = self.0.clone();
        let path = format!("{}{prefix}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Self(url)
    }

    /// Returns true if an address is at the same scheme, host and port.
    pub(super) fn is_origin_of(&self, other: &Url) -> bool {
        self.0.origin() == other.origin()
    }
}
