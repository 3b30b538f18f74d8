//! What a browser sends along, and whether one of our own pages made it send it.

use airside_net::cookie;
use airside_oauth::{
    entropy::Draw,
    secret::{Digest, Secret},
};
use aws_lc_rs::digest;
use http::{HeaderMap, HeaderValue, header};

use crate::issuer::Issuer;

/// The cookies of one issuer: their names carry a digest of it, so that issuers on one host do not
/// disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Names the browser from the first page on; an interaction works only with it.
    Browser,
    /// Names the session.
    Session,
}

impl Cookie {
    fn name(self, issuer: &Issuer) -> String {
        let tag = issuer_tag(issuer);
        let word = match self {
            Self::Browser => "browser",
            Self::Session => "session",
        };
        // RFC6265bis-4.1.3.2: the prefix keeps siblings on the domain from setting it
        let prefix = if is_https(issuer) { "__Host-" } else { "" };
        format!("{prefix}airside-{word}-{tag}")
    }

    /// The digest of the value that the browser sent; none if it sent none, or two.
    pub fn read(self, issuer: &Issuer, headers: &HeaderMap) -> Option<Digest> {
        cookie::read(headers, &self.name(issuer)).map(Digest::of)
    }

    /// A new value, as it is set and as it is stored.
    pub fn make(self, issuer: &Issuer, draw: &Draw) -> (HeaderValue, Digest) {
        let label = match self {
            Self::Browser => "browser cookie",
            Self::Session => "session cookie",
        };
        let value = Secret::random("", draw, label);
        (self.header(issuer, value.expose()), value.digest())
    }

    /// The header that makes the browser forget it.
    pub fn clear(self, issuer: &Issuer) -> HeaderValue {
        let name = self.name(issuer);
        let secure = if is_https(issuer) { "; Secure" } else { "" };
        let text = format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    fn header(self, issuer: &Issuer, value: &str) -> HeaderValue {
        let name = self.name(issuer);
        let secure = if is_https(issuer) { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}

/// Whether a form was submitted by another site's page.
///
/// `Sec-Fetch-Site` and `Origin` are set by the browser; one that sends neither is held by the
/// interaction's seal and the browser cookie alone.
pub fn is_cross_site(issuer: &Issuer, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    // a page without referrer says `null`; then the other header has spoken
    text("origin").is_some_and(|origin| origin != "null" && origin != issuer_origin(issuer))
}

/// The host that the browser opened, if it is not the issuer's.
pub fn wrong_host(issuer: &Issuer, headers: &HeaderMap, uri: &http::Uri) -> Option<String> {
    let opened = uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| {
            headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
        })
        .unwrap_or_default();
    let origin = issuer_origin(issuer);
    let (scheme, host) = origin.split_once("://").unwrap_or_default();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = opened.strip_suffix(default_port).unwrap_or(opened);
    (!bare.eq_ignore_ascii_case(host)).then(|| opened.to_owned())
}

/// Scheme, host and port of the issuer.
pub fn issuer_origin(issuer: &Issuer) -> String {
    let name = &issuer.profile().issuer;
    url::Url::parse(name)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

/// Whether browsers reach the issuer over TLS, its own or a proxy's.
pub fn is_https(issuer: &Issuer) -> bool {
    issuer.profile().issuer.starts_with("https://")
}

fn issuer_tag(issuer: &Issuer) -> String {
    let hash = digest::digest(&digest::SHA256, issuer.profile().issuer.as_bytes());
    hash.as_ref()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
