//! Which peers may name the client's address.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

use crate::address::Network;

/// The proxies whose `Forwarded` and `X-Forwarded-For` headers are believed. Empty by default.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<Network>,
}

/// A configured proxy that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as `10.0.0.0/8`")]
pub struct ProxyError(String);

impl TrustedProxies {
    /// Parses addresses (`192.0.2.1`) and CIDR networks (`10.0.0.0/8`).
    ///
    /// # Errors
    ///
    /// [`ProxyError`] names the first entry that is neither.
    pub fn parse(entries: &[String]) -> Result<Self, ProxyError> {
        let networks = entries
            .iter()
            .map(|entry| Network::parse(entry).ok_or_else(|| ProxyError(entry.clone())))
            .collect::<Result<_, _>>()?;
        Ok(Self { networks })
    }

    /// Tells whether no proxy is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Tells whether an address is a trusted proxy.
    #[must_use]
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// Returns the client's address: the nearest one that is not a trusted proxy.
    ///
    /// Headers count only if `peer`, the other end of the connection, is trusted. They are read from
    /// the right, as each proxy appends the peer it saw. A malformed entry, or a `Forwarded` that
    /// disagrees with `X-Forwarded-For`, gives the peer itself: one of the two was written by the
    /// client, and nobody can tell which.
    ///
    /// Implements [RFC 7239 §5.2](https://www.rfc-editor.org/rfc/rfc7239#section-5.2).
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.is_trusted(peer) {
            return peer;
        }
        let forwarded = values(headers, &FORWARDED).map(|text| self.walk(&text, forwarded_for));
        let legacy = values(headers, &X_FORWARDED_FOR).map(|text| self.walk(&text, node));
        match (forwarded, legacy) {
            (Some(Some(a)), Some(Some(b))) if a == b => a,
            (Some(Some(one)), None) | (None, Some(Some(one))) => one,
            _ => peer,
        }
    }

    /// Walks a comma-separated chain from the right to the first address that is not trusted.
    fn walk(&self, text: &str, parse: fn(&str) -> Option<IpAddr>) -> Option<IpAddr> {
        let mut client = None;
        for element in text.rsplit(',') {
            let address = parse(element.trim())?;
            client = Some(address);
            if !self.is_trusted(address) {
                break;
            }
        }
        client
    }
}

/// Joins the lines of one header; `None` if it is absent, an unparsable text if it is not ASCII.
fn values(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// Parses the `for` parameter of one `Forwarded` element; a comma in a quoted string is malformed.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if !name.eq_ignore_ascii_case("for") {
            continue;
        }
        if found.is_some() {
            return None;
        }
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None => value,
        };
        found = Some(node(value)?);
    }
    found
}

/// Parses an address with or without a port: `192.0.2.1:80`, `[2001:db8::1]`, `2001:db8::1`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = bare
        .unwrap_or(text)
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()?;
    Some(address.to_canonical())
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8".into(), "fd00::/8".into()]).unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let address = proxies.client_address(peer.parse().unwrap(), &map);
        address.to_string()
    }

    #[test]
    fn headers_of_an_untrusted_peer_are_ignored() {
        assert_eq!(
            client("1.2.3.4", &[("x-forwarded-for", "9.9.9.9")]),
            "1.2.3.4"
        );
        assert_eq!(
            client("1.2.3.4", &[("forwarded", "for=9.9.9.9")]),
            "1.2.3.4"
        );
    }

    #[test]
    fn the_nearest_untrusted_address_is_the_client() {
        let spoofed = [("x-forwarded-for", "6.6.6.6, 9.9.9.9, 10.0.0.2")];
        assert_eq!(client("10.0.0.1", &spoofed), "9.9.9.9");
        let lines = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "9.9.9.9"),
        ];
        assert_eq!(client("10.0.0.1", &lines), "9.9.9.9");
        assert_eq!(client("::ffff:10.0.0.1", &lines), "9.9.9.9");
    }

    #[test]
    fn forwarded_understands_ports_quotes_and_case() {
        for value in [
            "for=9.9.9.9;proto=https;by=10.0.0.1",
            "proto=https; For=\"9.9.9.9:4711\"",
            "for=6.6.6.6, for=9.9.9.9, for=\"[fd00::1]:80\"",
        ] {
            assert_eq!(
                client("10.0.0.1", &[("forwarded", value)]),
                "9.9.9.9",
                "{value}"
            );
        }
        let v6 = [("forwarded", "for=\"[2606:4700::1]\"")];
        assert_eq!(client("10.0.0.1", &v6), "2606:4700::1");
    }

    #[test]
    fn a_malformed_header_gives_the_peer() {
        for value in [
            "",
            "unknown",
            "9.9.9.9,",
            "9.9.9",
            "[9.9.9.9",
            "9.9.9.9 6.6.6.6",
        ] {
            let headers = [("x-forwarded-for", value)];
            assert_eq!(client("10.0.0.1", &headers), "10.0.0.1", "{value}");
        }
        for value in [
            "for=unknown",
            "for=_hidden",
            "for=\"9.9.9.9",
            "proto=https",
            "for=1.1.1.1;for=2.2.2.2",
        ] {
            assert_eq!(
                client("10.0.0.1", &[("forwarded", value)]),
                "10.0.0.1",
                "{value}"
            );
        }
    }

    #[test]
    fn two_headers_that_disagree_give_the_peer() {
        let headers = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "9.9.9.9")];
        assert_eq!(client("10.0.0.1", &headers), "10.0.0.1");
        let headers = [("forwarded", "for=9.9.9.9"), ("x-forwarded-for", "9.9.9.9")];
        assert_eq!(client("10.0.0.1", &headers), "9.9.9.9");
    }

    #[test]
    fn a_malformed_entry_is_named() {
        let error = TrustedProxies::parse(&["10.0.0.1/8".into()]).unwrap_err();
        assert!(error.to_string().starts_with("`10.0.0.1/8` is neither"));
    }
}
