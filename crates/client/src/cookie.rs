//! The cookies of one browser.

use std::{collections::BTreeMap, fmt};

use http::header;
use url::Url;

use crate::{answer::Answer, request::Request};

/// Cookies by name and host.
///
/// A cookie goes back to the host that set it, on any port and path (RFC 6265 §8.5); `Domain`,
/// `Path`, `Secure` and every expiry but `Max-Age=0` are ignored.
#[derive(Clone, Default)]
pub struct CookieJar(BTreeMap<(String, Host), Cookie>);

/// The hosts that a cookie is sent to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    Any,
    Named(String),
}

#[derive(Clone)]
struct Cookie {
    value: String,
    /// `SameSite=Lax` or `Strict`: a form of another site is sent without it.
    is_same_site: bool,
}

impl CookieJar {
    /// Plants a cookie for every host, as another page on the domain could.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.0.retain(|(own, _), _| own != name);
        let cookie = Cookie {
            value: value.to_owned(),
            is_same_site: false,
        };
        self.0.insert((name.to_owned(), Host::Any), cookie);
    }

    /// Adds to a request the cookies of the host that it goes to.
    #[must_use]
    pub fn add_to(&self, request: Request) -> Request {
        match self.header(&request.url) {
            Some(cookies) => request.header(header::COOKIE.as_str(), cookies),
            None => request,
        }
    }

    /// Returns the `Cookie` header for `url`.
    #[must_use]
    pub fn header(&self, url: &str) -> Option<String> {
        let host = host(url)?;
        let own = self.0.iter();
        let own = own.filter(|((_, of), _)| *of == host || *of == Host::Any);
        let pairs: Vec<_> = own
            .map(|((name, _), cookie)| format!("{name}={}", cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps the cookies that the answer from `url` sets, and removes those that it ends.
    pub fn keep(&mut self, url: &str, answer: &Answer) {
        let Some(host) = host(url) else { return };
        let lines = answer.headers.get_all(header::SET_COOKIE);
        for line in lines.iter().filter_map(|line| line.to_str().ok()) {
            self.set(&host, line);
        }
    }

    fn set(&mut self, host: &Host, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        let attributes = attributes.to_ascii_lowercase();
        let has = |wanted: &str| attributes.split(';').any(|one| one.trim() == wanted);
        let name = name.trim().to_owned();
        self.0.remove(&(name.clone(), Host::Any));
        let key = (name, host.clone());
        if has("max-age=0") || value.is_empty() {
            self.0.remove(&key);
            return;
        }
        let cookie = Cookie {
            value: value.to_owned(),
            is_same_site: has("samesite=lax") || has("samesite=strict"),
        };
        self.0.insert(key, cookie);
    }

    /// Returns the cookies that a form of another site is sent with.
    #[must_use]
    pub fn across_sites(&self) -> Self {
        let mut jar = self.clone();
        jar.0.retain(|_, cookie| !cookie.is_same_site);
        jar
    }

    /// Returns the values by name.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, String> {
        let cookies = self.0.iter();
        cookies
            .map(|((name, _), cookie)| (name.clone(), cookie.value.clone()))
            .collect()
    }
}

/// Prints the names only.
impl fmt::Debug for CookieJar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

fn host(url: &str) -> Option<Host> {
    let url = Url::parse(url).ok()?;
    Some(Host::Named(url.host_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "http://127.0.0.1:8080/sign-in";

    fn jar(lines: &[&str]) -> CookieJar {
        let mut jar = CookieJar::default();
        let host = host(ISSUER).unwrap();
        lines.iter().for_each(|line| jar.set(&host, line));
        jar
    }

    fn sent(jar: &CookieJar, url: &str) -> String {
        jar.header(url).unwrap_or_default()
    }

    #[test]
    fn a_cookie_goes_to_the_host_that_set_it_on_any_port() {
        // RFC6265-8.5
        let jar = jar(&["b=2; Path=/; HttpOnly", "a=1"]);
        assert_eq!(sent(&jar, ISSUER), "a=1; b=2");
        assert_eq!(sent(&jar, "http://127.0.0.1:9/"), "a=1; b=2");
        assert_eq!(sent(&jar, "http://localhost:8080/"), "");
    }

    #[test]
    fn a_cookie_is_replaced_and_ended() {
        // RFC6265-5.2.2
        let mut jar = jar(&["a=1", "a=2", "b=3", "b=3; max-age=0", "c=4; Max-Age=01"]);
        assert_eq!(sent(&jar, ISSUER), "a=2; c=4");
        jar.plant("a", "planted");
        assert_eq!(sent(&jar, "http://localhost/"), "a=planted");
        assert_eq!(sent(&jar, ISSUER), "a=planted; c=4");
        jar.set(&host(ISSUER).unwrap(), "a=5");
        assert_eq!(sent(&jar, ISSUER), "a=5; c=4");
    }

    #[test]
    fn a_form_of_another_site_is_sent_without_the_cookies_for_the_same_site() {
        let jar = jar(&[
            "lax=1; Path=/; SameSite=Lax",
            "strict=2; samesite=strict",
            "none=3; Secure; SameSite=None",
        ]);
        assert_eq!(sent(&jar, ISSUER), "lax=1; none=3; strict=2");
        assert_eq!(sent(&jar.across_sites(), ISSUER), "none=3");
    }
}
