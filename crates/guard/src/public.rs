//! The public address that a caller used, as a trusted proxy reports it: for the upstream alone. No rule
//! reads it.

use airside_net::host;
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri, Version,
    header::{FORWARDED, HOST, LOCATION},
};
use url::Url;

use crate::error::RequestError;

/// The public address that a trusted proxy reports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PublicAddress {
    pub(crate) proto: Option<HeaderValue>,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) port: Option<HeaderValue>,
    pub(crate) prefix: Option<HeaderValue>,
}

impl PublicAddress {
    /// Reads `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix`, and for the first two, where they are not
    /// there, the last element of `Forwarded` (RFC 7239 §4) if the proxy itself has written it.
    ///
    /// # Errors
    ///
    /// [`RequestError::Ambiguous`] for one that is there twice, is a list, or is not what it should be.
    pub(crate) fn read(headers: &HeaderMap, wrote_forwarded: bool) -> Result<Self, RequestError> {
        let forwarded = headers.get_all(FORWARDED).iter().next_back();
        let forwarded = forwarded.filter(|_| wrote_forwarded);
        let forwarded = forwarded.and_then(|value| value.to_str().ok());
        let element = forwarded.and_then(|text| text.rsplit(',').next());
        let said = |name: &HeaderName, parameter: &str| match one(headers, name)? {
            Some(value) => Ok(Some(value)),
            None => {
                let value = element.and_then(|element| parameter_of(element, parameter));
                value
                    .map(|value| HeaderValue::from_str(value).map_err(|_| MALFORMED))
                    .transpose()
            }
        };
        Ok(Self {
            proto: required(said(&PROTO, "proto")?, is_proto)?,
            host: required(said(&X_HOST, "host")?, is_host)?,
            port: required(one(headers, &PORT)?, is_port)?,
            prefix: required(one(headers, &PREFIX)?, is_prefix)?,
        })
    }

    /// Adds the address to the headers for the upstream.
    pub(crate) fn say(self, own: &mut HeaderMap) {
        let said = [
            (PROTO, self.proto),
            (X_HOST, self.host),
            (PORT, self.port),
            (PREFIX, self.prefix),
        ];
        for (name, value) in said {
            if let Some(value) = value {
                own.insert(name, value);
            }
        }
    }
}

/// Requires that a value that is there is as it should be.
fn required(
    value: Option<HeaderValue>,
    is_met: fn(&str) -> bool,
) -> Result<Option<HeaderValue>, RequestError> {
    match &value {
        Some(one) if !one.to_str().is_ok_and(is_met) => Err(MALFORMED),
        _ => Ok(value),
    }
}

/// Rewrites a redirect to an upstream's own address as a path of the address that the caller used.
pub(crate) fn keep_redirect_here(headers: &mut HeaderMap, upstreams: &[Url]) {
    let Some(location) = headers.get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return;
    };
    let Ok(url) = Url::parse(location) else {
        return;
    };
    if upstreams.iter().any(|upstream| upstream.origin() == url.origin())
        && let Some(path) = location.splitn(4, '/').nth(3)
        && let Ok(here) = HeaderValue::from_str(&format!("/{path}"))
        // `//other` would be another host
        && !path.starts_with(['/', '\\'])
    {
        headers.insert(LOCATION, here);
    }
}

fn one(headers: &HeaderMap, name: &HeaderName) -> Result<Option<HeaderValue>, RequestError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value.cloned()),
        _ => Err(MALFORMED),
    }
}

fn parameter_of<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let mut parameters = element.split(';').filter_map(|one| one.split_once('='));
    let found = parameters.find(|(own, _)| own.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().trim_matches('"'))
}

fn is_proto(text: &str) -> bool {
    matches!(text, "http" | "https" | "ws" | "wss")
}

fn is_host(text: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(text) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(HOST, value)]);
    host::named(Version::HTTP_11, &Uri::from_static("/"), &headers).is_ok()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0) && !text.starts_with('+')
}

/// Tells whether a prefix is a path that is read in one way.
fn is_prefix(text: &str) -> bool {
    text.starts_with('/') && airside_api::Target::parse(text).is_ok() && !text.contains(['?', '%'])
}

const MALFORMED: RequestError =
    RequestError::Ambiguous("the proxy says in two ways, or in none, which address was used");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[(&'static str, &str)]) -> Result<Vec<String>, RequestError> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let mut own = HeaderMap::new();
        PublicAddress::read(&headers, true)?.say(&mut own);
        let said = own.iter();
        Ok(said
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect())
    }

    /// G11
    #[test]
    fn a_proxy_says_each_thing_once_and_as_it_should_be() {
        let all = [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example.com:8443"),
            ("x-forwarded-port", "8443"),
            ("x-forwarded-prefix", "/v1"),
        ];
        assert_eq!(read(&all).unwrap().len(), 4);
        assert_eq!(read(&[]), Ok(Vec::new()));
        let element = (
            "forwarded",
            "for=1.2.3.4;proto=http, for=10.0.0.1;proto=https;host=\"a.example\"",
        );
        let said = ["x-forwarded-proto: https", "x-forwarded-host: a.example"];
        assert_eq!(read(&[element]).unwrap(), said);
        for (name, value) in MALFORMED_HEADERS {
            assert!(read(&[(name, value)]).is_err(), "{name}: {value}");
        }
        let twice = ("x-forwarded-proto", "https");
        assert!(read(&[twice, twice]).is_err());
    }

    #[test]
    fn a_redirect_to_the_upstream_stays_here() {
        let upstreams = [Url::parse("http://127.0.0.1:9000").unwrap()];
        for (sent, passed) in REDIRECTS {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_str(sent).unwrap());
            keep_redirect_here(&mut headers, &upstreams);
            assert_eq!(headers[LOCATION], passed, "{sent}");
        }
    }

    /// Headers of a proxy that are not as they should be.
    const MALFORMED_HEADERS: [(&str, &str); 15] = [
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-proto", "HTTPS"),
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-proto", ""),
        ("x-forwarded-host", "a, b"),
        ("x-forwarded-host", "a/b"),
        ("x-forwarded-host", "u@a"),
        ("x-forwarded-port", "0"),
        ("x-forwarded-port", "+80"),
        ("x-forwarded-port", "70000"),
        ("x-forwarded-prefix", "v1"),
        ("x-forwarded-prefix", "//evil.example"),
        ("x-forwarded-prefix", "/a/../b"),
        ("x-forwarded-prefix", "/a?b"),
        ("forwarded", "proto=gopher"),
    ];

    /// Redirects of the API, and what the caller gets.
    const REDIRECTS: [(&str, &str); 8] = [
        (
            "http://127.0.0.1:9000/login?next=http://x/",
            "/login?next=http://x/",
        ),
        ("http://127.0.0.1:9000/", "/"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        // of others, and what would lead to them
        ("http://127.0.0.1:9001/login", "http://127.0.0.1:9001/login"),
        (
            "https://127.0.0.1:9000/login",
            "https://127.0.0.1:9000/login",
        ),
        (
            "http://127.0.0.1:9000//evil.example",
            "http://127.0.0.1:9000//evil.example",
        ),
        ("/login", "/login"),
        ("//127.0.0.1:9000/login", "//127.0.0.1:9000/login"),
    ];
}
