//! The host that a request names (RFC 9112 §3.2, RFC 9113 §8.3.1).

use std::{net::Ipv6Addr, num::NonZeroU16};

use http::{HeaderMap, HeaderValue, Uri, Version, header::HOST, uri::Authority};

/// An error in how a request names its host; the answer is 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
#[non_exhaustive]
pub enum HostError {
    /// The request names no host, and is not HTTP/1.0.
    Missing,
    /// `Host` is there more than once.
    Repeated,
    /// It is not one host name or address with at most a port.
    Invalid,
    /// The target and `Host` name different hosts.
    Mismatch,
}

impl HostError {
    /// Returns the text of the error.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "the request has no host",
            Self::Repeated => "the request has several hosts",
            Self::Invalid => "the host is not valid",
            Self::Mismatch => "the target and `Host` name different hosts",
        }
    }
}

/// Returns the one host that a request names, with its port if it has one; `None` for an HTTP/1.0
/// request without a host.
///
/// A host is a DNS name (an underscore is allowed), an IPv4 address, or an IPv6 address in brackets;
/// a port is a number from 1 to 65535. Percent signs, commas, user names and empty labels are
/// refused, although the grammar of a URI allows some of them: no server has such a name, and
/// parsers disagree about them.
///
/// # Errors
///
/// [`HostError`] if there is no host, more than one, or one that is not valid. The client is to be
/// answered 400.
///
/// # Example
///
/// ```
/// use airside_net::host::{self, HostError};
/// use http::{HeaderMap, Uri, Version, header::HOST};
///
/// let target = Uri::from_static("/");
/// let mut headers = HeaderMap::new();
/// headers.insert(HOST, "api.example.com:8443".parse()?);
/// let host = host::named(Version::HTTP_11, &target, &headers);
/// assert_eq!(host, Ok(Some("api.example.com:8443")));
/// headers.append(HOST, "api.example.com:8443".parse()?);
/// let host = host::named(Version::HTTP_11, &target, &headers);
/// assert_eq!(host, Err(HostError::Repeated));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn named<'a>(
    version: Version,
    target: &'a Uri,
    headers: &'a HeaderMap,
) -> Result<Option<&'a str>, HostError> {
    let header = header(headers)?;
    let authority = target.authority().map(Authority::as_str);
    let host = match (authority, header) {
        // RFC9113-8.3.1: `:authority` and `Host` do not differ
        (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other) => {
            return Err(HostError::Mismatch);
        }
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) if version < Version::HTTP_11 => return Ok(None),
        // RFC9112-3.2: a request without `Host` is answered 400
        (None, None) => return Err(HostError::Missing),
    };
    match is_valid(host) {
        true => Ok(Some(host)),
        false => Err(HostError::Invalid),
    }
}

fn header(headers: &HeaderMap) -> Result<Option<&str>, HostError> {
    let mut lines = headers.get_all(HOST).iter();
    let first = lines.next();
    // RFC9112-3.2: a request with more than one `Host` is answered 400
    if lines.next().is_some() {
        return Err(HostError::Repeated);
    }
    let text = first.map(HeaderValue::to_str).transpose();
    text.map_err(|_| HostError::Invalid)
}

fn is_valid(text: &str) -> bool {
    let (is_host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => (address.parse::<Ipv6Addr>().is_ok(), None),
            Some((address, rest)) => {
                let Some(port) = rest.strip_prefix(':') else {
                    return false;
                };
                (address.parse::<Ipv6Addr>().is_ok(), Some(port))
            }
            None => return false,
        },
        None => match text.split_once(':') {
            Some((name, port)) => (is_name(name), Some(port)),
            None => (is_name(text), None),
        },
    };
    is_host && port.is_none_or(is_port)
}

/// A DNS name, absolute or not, or an IPv4 address.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
    let is_of_label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &[u8]| !label.is_empty() && label.iter().all(is_of_label);
    name.len() <= MAX_NAME_BYTES && name.split(|byte| *byte == b'.').all(is_label)
}

fn is_port(port: &str) -> bool {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits && port.parse::<NonZeroU16>().is_ok()
}

/// RFC 1035 §2.3.4
const MAX_NAME_BYTES: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: &str, hosts: &[&str]) -> Result<Option<String>, HostError> {
        of_version(Version::HTTP_11, target, hosts)
    }

    fn of_version(
        version: Version,
        target: &str,
        hosts: &[&str],
    ) -> Result<Option<String>, HostError> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap());
        }
        let target = target.parse().unwrap();
        named(version, &target, &headers).map(|host| host.map(str::to_owned))
    }

    #[test]
    fn one_valid_host_is_returned() {
        for host in [
            "a",
            "api.example.com",
            "API.example.com:443",
            "api.example.com.",
            "my_service:8080",
            "xn--bcher-kva.example",
            "127.0.0.1",
            "127.0.0.1:65535",
            "[::1]",
            "[2001:db8::1]:1",
        ] {
            assert_eq!(of("/", &[host]), Ok(Some(host.to_owned())));
            assert_eq!(of(&format!("http://{host}/"), &[host]), of("/", &[host]));
        }
    }

    /// G11
    #[test]
    fn a_host_that_is_not_valid_is_refused() {
        // RFC9112-3.2
        for host in [
            "",
            ".",
            ":443",
            "a:",
            "a:0",
            "a:99999",
            "a:65536",
            "a:+1",
            "a:80:80",
            "a:b",
            "a,b",
            "a, b",
            "a b",
            "a/b",
            "a\\b",
            "a?b",
            "a#b",
            "u@a",
            "u:p@a",
            "a..b",
            ".a",
            "%61",
            "a\u{e9}",
            "*",
            "http://a",
            "::1",
            "[::1",
            "[::1]x",
            "[::1]:",
            "[a]",
            "[fe80::1%25eth0]",
            "[]",
            &"a".repeat(254),
        ] {
            assert_eq!(of("/", &[host]), Err(HostError::Invalid), "{host}");
        }
    }

    /// G11
    #[test]
    fn a_request_has_exactly_one_host() {
        assert_eq!(of("/", &[]), Err(HostError::Missing));
        assert_eq!(of("/", &["a", "a"]), Err(HostError::Repeated));
        assert_eq!(of("/", &["a", ""]), Err(HostError::Repeated));
        assert_eq!(of("http://a/", &["b"]), Err(HostError::Mismatch));
        assert_eq!(of("http://a/", &["a:80"]), Err(HostError::Mismatch));
        assert_eq!(of("http://u@a/", &["u@a"]), Err(HostError::Invalid));
        assert_eq!(of("http://A/", &["a"]), Ok(Some("A".to_owned())));
        let of_http2 = |target, hosts| of_version(Version::HTTP_2, target, hosts);
        assert_eq!(of_http2("http://a/", &[]), Ok(Some("a".to_owned())));
        assert_eq!(of_http2("/", &["a"]), Ok(Some("a".to_owned())));
        assert_eq!(of_http2("/", &[]), Err(HostError::Missing));
    }

    #[test]
    fn http_1_0_needs_no_host_but_no_other_than_a_valid_one() {
        let of = |hosts| of_version(Version::HTTP_10, "/", hosts);
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["a"]), Ok(Some("a".to_owned())));
        assert_eq!(of(&["a,b"]), Err(HostError::Invalid));
        assert_eq!(of(&["a", "b"]), Err(HostError::Repeated));
    }
}
