//! The guard's cookies: host-only, out of the reach of scripts, not sent with other sites' requests.

use aws_lc_rs::digest;
use http::{HeaderMap, HeaderValue, header::COOKIE};

/// The names of one guard's cookies.
#[derive(Debug)]
pub(super) struct Cookies {
    session: String,
    flow: String,
    secure: bool,
}

impl Cookies {
    /// Names the cookies of a guard that browsers reach at `origin`. Ports of one host share cookies, so
    /// the names differ between guards.
    pub(super) fn new(origin: &str) -> Self {
        let secure = origin.starts_with("https://");
        let digest = digest::digest(&digest::SHA256, origin.as_bytes());
        let digest = digest.as_ref().iter().take(4);
        let tag: String = digest.map(|byte| format!("{byte:02x}")).collect();
        // RFC6265bis-4.1.3.2: the prefix keeps siblings on the domain from setting it
        let prefix = if secure { "__Host-" } else { "" };
        Self {
            session: format!("{prefix}airside-guard-{tag}"),
            flow: format!("{prefix}airside-flow-{tag}-"),
            secure,
        }
    }

    pub(super) fn session<'a>(&self, headers: &'a HeaderMap) -> Option<&'a [u8]> {
        airside_net::cookie::read(headers, &self.session)
    }

    /// Returns the cookie of the flow that `state` belongs to: each tab has its own.
    pub(super) fn flow<'a>(&self, headers: &'a HeaderMap, state: &str) -> Option<&'a [u8]> {
        airside_net::cookie::read(headers, &self.flow_name(state))
    }

    pub(super) fn set_session(&self, value: &str) -> HeaderValue {
        self.header(&self.session, value, "")
    }

    pub(super) fn set_flow(&self, state: &str, value: &str, seconds: i64) -> HeaderValue {
        self.header(
            &self.flow_name(state),
            value,
            &format!("; Max-Age={seconds}"),
        )
    }

    pub(super) fn clear_session(&self) -> HeaderValue {
        self.header(&self.session, "", "; Max-Age=0")
    }

    pub(super) fn clear_flow(&self, state: &str) -> HeaderValue {
        self.header(&self.flow_name(state), "", "; Max-Age=0")
    }

    /// Removes the guard's cookies from the headers for the API, because they are credentials.
    pub(super) fn strip(&self, headers: &mut HeaderMap) {
        let ours = |pair: &[u8]| {
            let pair = pair.trim_ascii();
            pair.starts_with(self.session.as_bytes()) || pair.starts_with(self.flow.as_bytes())
        };
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| {
            let pairs = line.as_bytes().split(|byte| *byte == b';');
            let kept: Vec<_> = pairs
                .filter(|pair| !ours(pair))
                .map(<[u8]>::trim_ascii)
                .collect();
            let kept = kept.join(&b"; "[..]);
            HeaderValue::from_bytes(&kept)
                .ok()
                .filter(|kept| !kept.is_empty())
        });
        let lines: Vec<_> = lines.collect();
        headers.remove(COOKIE);
        for line in lines {
            headers.append(COOKIE, line);
        }
    }

    /// Tells whether an API sets one of the guard's cookies, which it must not.
    pub(super) fn is_ours(&self, set_cookie: &HeaderValue) -> bool {
        let value = set_cookie.as_bytes().trim_ascii_start();
        value.starts_with(self.session.as_bytes()) || value.starts_with(self.flow.as_bytes())
    }

    fn flow_name(&self, state: &str) -> String {
        let short: String = state
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(8)
            .collect();
        format!("{}{short}", self.flow)
    }

    fn header(&self, name: &str, value: &str, more: &str) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_host_only_and_named_so() {
        let https = Cookies::new("https://app.example.com");
        let set = https.set_session("v");
        assert_eq!(
            set.to_str().unwrap(),
            format!(
                "{}=v; Path=/; HttpOnly; SameSite=Lax; Secure",
                https.session
            )
        );
        assert!(https.session.starts_with("__Host-"));
        let other = Cookies::new("http://127.0.0.1:8090");
        assert!(!other.session.starts_with("__Host-") && other.session != https.session);
    }

    #[test]
    fn the_api_gets_and_sets_none_of_them() {
        let cookies = Cookies::new("https://app.example.com");
        let mut headers = HeaderMap::new();
        let line = format!("a=1; {}=v; {}abc=w;b=2", cookies.session, cookies.flow);
        headers.append(COOKIE, HeaderValue::from_str(&line).unwrap());
        let alone = format!("{}=v", cookies.session);
        headers.append(COOKIE, HeaderValue::from_str(&alone).unwrap());
        cookies.strip(&mut headers);
        let left: Vec<_> = headers.get_all(COOKIE).iter().collect();
        assert_eq!(left, ["a=1; b=2"]);
        assert!(cookies.is_ours(&cookies.set_session("x")));
        assert!(!cookies.is_ours(&HeaderValue::from_static("a=1")));
    }
}
