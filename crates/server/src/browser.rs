//! Cookies and headers of a browser, and the check that one of our own pages submitted a form.

use std::fmt;

use airside_net::cookie;
use airside_oauth::key::{
    entropy::Entropy,
    secret::{Digest, Secret},
};
use aws_lc_rs::digest;
use axum::extract::OriginalUri;
use http::{HeaderMap, HeaderValue, Method, header, request::Parts, uri::PathAndQuery};

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
    pub fn make(self, issuer: &Issuer, draw: &Entropy) -> (HeaderValue, Digest) {
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

/// Returns true if a form was submitted by another site's page.
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

/// Returns true if the caller asks for HTML, as browsers do, and does not prefer JSON. `*/*` alone, or no
/// `Accept` at all, asks for nothing in particular.
pub fn asks_for_html(headers: &HeaderMap) -> bool {
    let html = weight(headers, &["text/html", "application/xhtml+xml", "text/*"]);
    html > 0.0 && html >= weight(headers, &["application/json"])
}

/// The largest weight that `Accept` gives one of the media ranges (RFC 9110 §12.5.1).
fn weight(headers: &HeaderMap, ranges: &[&str]) -> f32 {
    let lines = headers.get_all(header::ACCEPT).iter();
    let listed = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let weights = listed.filter_map(|listed| {
        let mut parts = listed.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let named = ranges.iter().any(|range| range.eq_ignore_ascii_case(name));
        let given = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        // RFC9110-12.4.2: without a weight it is 1
        named.then(|| given.map_or(1.0, |given| given.parse().unwrap_or(0.0)))
    });
    weights.fold(0.0, f32::max)
}

/// A request to a host that is not the issuer's.
#[derive(Clone)]
pub struct WrongHost {
    /// The host that was opened, with its port.
    pub host: String,
    /// The same path and query at the issuer, if the request was a GET.
    pub at_issuer: Option<String>,
}

impl fmt::Debug for WrongHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a query can carry the token of a set-up link
        f.debug_struct("WrongHost")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl WrongHost {
    /// Returns the origin that was opened, as far as the issuer's scheme tells.
    pub fn origin(&self, issuer: &Issuer) -> String {
        let scheme = if is_https(issuer) { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    /// Returns true if the host names the machine that the browser runs on.
    pub fn is_loopback(&self, issuer: &Issuer) -> bool {
        let opened = url::Url::parse(&self.origin(issuer));
        opened.is_ok_and(|url| airside_net::address::is_loopback(&url))
    }
}

/// Returns the host that the browser opened, if it is not the issuer's.
pub fn wrong_host(issuer: &Issuer, parts: &Parts) -> Option<WrongHost> {
    let opened = opened_host(parts);
    let origin = issuer_origin(issuer);
    let (scheme, host) = origin.split_once("://").unwrap_or_default();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = opened.strip_suffix(default_port).unwrap_or(opened);
    if bare.eq_ignore_ascii_case(host) {
        return None;
    }
    // the router has cut the issuer's path off the other one
    let original = parts.extensions.get::<OriginalUri>();
    let uri = original.map_or(&parts.uri, |original| &original.0);
    let asked = uri.path_and_query().map(PathAndQuery::as_str);
    let asked = asked.filter(|path| parts.method == Method::GET && path.starts_with('/'));
    Some(WrongHost {
        host: opened.to_owned(),
        at_issuer: asked.map(|path| format!("{origin}{path}")),
    })
}

fn opened_host(parts: &Parts) -> &str {
    let named = parts.headers.get(header::HOST);
    parts
        .uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| named.and_then(|host| host.to_str().ok()))
        .unwrap_or_default()
}

/// Scheme, host and port of the issuer.
pub fn issuer_origin(issuer: &Issuer) -> String {
    let profile = issuer.profile();
    url::Url::parse(&profile.issuer)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

/// Returns true if browsers reach the issuer over TLS, its own or a proxy's.
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
