//! Which peers may name the client's address.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, header::FORWARDED, header::VIA};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::address::Network;

/// The proxies whose `Forwarded` or `X-Forwarded-For` header is believed. Empty by default.
///
/// Clones share what was learnt about the proxies.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    entries: Arc<[Entry]>,
    warned: Arc<Mutex<Option<Instant>>>,
}

/// One configured proxy or network of proxies, and which header they write.
///
/// A proxy writes the same header into every request, so one that comes alone is its own. The other
/// one, beside it, was written by the client.
#[derive(Debug)]
struct Entry {
    network: Network,
    writes_forwarded: AtomicBool,
    writes_x_forwarded_for: AtomicBool,
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
        let parsed = entries.iter().map(|text| {
            let network = Network::parse(text).ok_or_else(|| ProxyError(text.clone()))?;
            Ok(Entry {
                network,
                writes_forwarded: AtomicBool::new(false),
                writes_x_forwarded_for: AtomicBool::new(false),
            })
        });
        Ok(Self {
            entries: parsed.collect::<Result<_, _>>()?,
            warned: Arc::default(),
        })
    }

    /// Takes over what was learnt about the proxies that were trusted before.
    pub fn learn_from(&self, before: &Self) {
        for entry in self.entries.iter() {
            let mut known = before.entries.iter();
            if let Some(known) = known.find(|known| known.network == entry.network) {
                let pairs = [
                    (&entry.writes_forwarded, &known.writes_forwarded),
                    (&entry.writes_x_forwarded_for, &known.writes_x_forwarded_for),
                ];
                for (learns, knows) in pairs {
                    learns.fetch_or(knows.load(Ordering::Relaxed), Ordering::Relaxed);
                }
            }
        }
    }

    /// Returns true if no proxy is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns true if an address is a trusted proxy.
    #[must_use]
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        self.entry(address).is_some()
    }

    /// Returns the client's address: the nearest one that is not a trusted proxy.
    ///
    /// A header counts only if `peer`, the other end of the connection, is trusted. It is read from
    /// the right, as each proxy appends the peer it saw. Of `Forwarded` and `X-Forwarded-For`, only
    /// the one that this proxy writes counts: the one that came alone in a request of this proxy. If
    /// neither or both ever did, that is `X-Forwarded-For`.
    ///
    /// Returns `None` if a trusted proxy names no address: without its header, or if the header is
    /// malformed. The proxy's own address would stand for all its clients.
    ///
    /// Implements [RFC 7239 §5.2](https://www.rfc-editor.org/rfc/rfc7239#section-5.2).
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let Some(proxy) = self.entry(peer) else {
            return Some(peer);
        };
        let forwarded = values(headers, &FORWARDED);
        let x_forwarded_for = values(headers, &X_FORWARDED_FOR);
        match (forwarded, x_forwarded_for) {
            (None, None) => None,
            (Some(text), None) => {
                proxy.writes_forwarded.store(true, Ordering::Relaxed);
                self.walk(&text, forwarded_for)
            }
            (None, Some(text)) => {
                proxy.writes_x_forwarded_for.store(true, Ordering::Relaxed);
                self.walk(&text, node)
            }
            (Some(text), Some(_)) if proxy.writes_forwarded_alone() => {
                self.walk(&text, forwarded_for)
            }
            (Some(_), Some(text)) => self.walk(&text, node),
        }
    }

    /// Tells whether `Forwarded` is what the proxy at `peer` wrote, by the same rule: a client's own counts
    /// for nothing.
    #[must_use]
    pub fn wrote_forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let Some(proxy) = self.entry(peer.to_canonical()) else {
            return false;
        };
        let is_alone = !headers.contains_key(X_FORWARDED_FOR) && !proxy.writes_x_forwarded_for();
        headers.contains_key(FORWARDED) && (is_alone || proxy.writes_forwarded_alone())
    }

    /// Logs that a trusted proxy named no address, at most once a minute.
    pub fn warn_of_unnamed_client(&self, proxy: IpAddr) {
        let mut warned = self.warned.lock();
        if warned.is_some_and(|warned| warned.elapsed() < WARNED_EVERY) {
            return;
        }
        *warned = Some(Instant::now());
        tracing::warn!(
            %proxy,
            "a trusted proxy forwards no client address: limits by address do not apply; let it set X-Forwarded-For"
        );
    }

    fn entry(&self, address: IpAddr) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.network.contains(address))
    }

    /// Walks a comma-separated chain from the right to the first address that is not trusted, or to the
    /// last one before an element that cannot be read: a client may have written it.
    fn walk(&self, chain: &[u8], parse: fn(&str) -> Option<IpAddr>) -> Option<IpAddr> {
        let mut client = None;
        for element in chain.rsplit(|byte| *byte == b',') {
            let address = str::from_utf8(element).ok().map(str::trim).and_then(parse);
            client = address.or(client);
            if !address.is_some_and(|address| self.is_trusted(address)) {
                break;
            }
        }
        client
    }
}

impl Entry {
    fn writes_x_forwarded_for(&self) -> bool {
        self.writes_x_forwarded_for.load(Ordering::Relaxed)
    }

    fn writes_forwarded_alone(&self) -> bool {
        self.writes_forwarded.load(Ordering::Relaxed) && !self.writes_x_forwarded_for()
    }
}

/// Returns true if a proxy passed the request on, as far as headers show it.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let text = name.as_str();
        [FORWARDED, VIA, X_REAL_IP].contains(name) || text.starts_with("x-forwarded-")
    })
}

/// Joins the lines of one header; `None` if it is absent.
fn values(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines.map(HeaderValue::as_bytes).collect();
    (!lines.is_empty()).then(|| lines.join(b",".as_slice()))
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
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const WARNED_EVERY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
