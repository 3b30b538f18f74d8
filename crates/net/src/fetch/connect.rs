//! From a URL to a connection to a checked address.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{FetchError, FetchPolicy};
use crate::address::{is_global, is_private};

/// A URL that passed every check that needs no network.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) host: String,
    /// The `Host` header.
    pub(super) authority: String,
    /// The path and query, as sent.
    pub(super) path: String,
    literal: Option<std::net::IpAddr>,
    port: u16,
    scheme: Scheme,
    loopback: Loopback,
    private: Private,
}

/// The treatment of addresses of private networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Private {
    Allowed,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// The treatment of loopback addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loopback {
    Allowed,
    Refused,
}

/// A connected byte stream, encrypted or not.
pub(super) trait Io: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Io for T {}

impl Target {
    pub(super) fn parse(url: &Url, policy: &FetchPolicy) -> Result<Self, FetchError> {
        let allow_loopback_http = policy.allow_loopback_http;
        let forbidden = |reason| FetchError::Forbidden {
            url: shown(url),
            reason,
        };
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" if allow_loopback_http => Scheme::Http,
            _ => return Err(forbidden("only https is")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(forbidden("it carries credentials"));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(forbidden("it names no host"));
        };
        // Mail, shells and the like listen on the ports that belong to the system.
        if port < 1024 && port != 443 && !(port == 80 && scheme == Scheme::Http) {
            return Err(forbidden("its port belongs to another service"));
        }
        let literal = match &host {
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
            Host::Domain(_) => None,
        };
        let host_text = host.to_string();
        let target = Self {
            authority: match url.port() {
                Some(port) => format!("{host_text}:{port}"),
                None => host_text.clone(),
            },
            host: host_text,
            path: match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
            literal,
            port,
            scheme,
            loopback: if allow_loopback_http {
                Loopback::Allowed
            } else {
                Loopback::Refused
            },
            private: if policy.allow_private_network {
                Private::Allowed
            } else {
                Private::Refused
            },
        };
        if let Some(address) = target.literal {
            target.check(&[SocketAddr::new(address, port)])?;
        }
        Ok(target)
    }

    /// Resolves once, checks every address, connects to a checked one.
    pub(super) async fn connect(
        &self,
        tls: &Arc<ClientConfig>,
    ) -> Result<Pin<Box<dyn Io>>, FetchError> {
        let addresses = self.resolve().await?;
        self.check(&addresses)?;
        let stream = self
            .connect_any(&addresses)
            .await
            .map_err(|error| self.unreachable(error))?;
        if self.scheme == Scheme::Http {
            return Ok(Box::pin(stream));
        }
        let name = match self.literal {
            Some(address) => ServerName::from(address),
            None => ServerName::try_from(self.host.clone())
                .map_err(|error| self.unreachable(io::Error::other(error)))?,
        };
        let stream = TlsConnector::from(Arc::clone(tls))
            .connect(name, stream)
            .await
            .map_err(|error| self.unreachable(error))?;
        Ok(Box::pin(stream))
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, FetchError> {
        if let Some(address) = self.literal {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let answer = lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<_> = answer.map(Iterator::collect).unwrap_or_default();
        if addresses.is_empty() {
            return Err(FetchError::Unresolved(self.host.clone()));
        }
        Ok(addresses)
    }

    /// Refuses the whole answer if one address is not allowed: a mixed answer is an attack.
    fn check(&self, addresses: &[SocketAddr]) -> Result<(), FetchError> {
        let allowed = |address: &SocketAddr| {
            let ip = address.ip().to_canonical();
            let loopback = ip.is_loopback() && self.loopback == Loopback::Allowed;
            match self.scheme {
                Scheme::Http => loopback,
                Scheme::Https => {
                    let private = is_private(ip) && self.private == Private::Allowed;
                    loopback || private || is_global(address.ip())
                }
            }
        };
        if addresses.iter().all(allowed) {
            return Ok(());
        }
        Err(FetchError::Forbidden {
            url: format!("{}:{}", self.host, self.port),
            reason: match self.scheme {
                Scheme::Http => "http is for loopback addresses only",
                Scheme::Https => "its address is not public",
            },
        })
    }

    async fn connect_any(&self, addresses: &[SocketAddr]) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn unreachable(&self, error: io::Error) -> FetchError {
        FetchError::broken(&self.host, error.into())
    }
}

/// Returns the URL without what may be secret.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Both fail only for a URL that cannot have credentials.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> Option<String> {
        let url = Url::parse(url).unwrap();
        Target::parse(&url, &FetchPolicy::default())
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn only_https_without_credentials_is_fetched() {
        for url in [
            "http://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "dict://example.com:2628/",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "ftp://example.com/",
            "https://example.com:22/",
            "https://example.com:25/",
            "data:text/plain,x",
        ] {
            assert!(refusal(url).is_some(), "{url}");
        }
        assert_eq!(refusal("https://example.com/jwks"), None);
        assert_eq!(refusal("https://example.com:8443/jwks"), None);
    }

    #[test]
    fn a_literal_address_in_any_spelling_must_be_public() {
        for host in [
            "169.254.169.254",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0",
            "10.0.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "[::1]",
            "[::]",
            "[::ffff:169.254.169.254]",
            "[fd00::1]",
            "[fe80::1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
        ] {
            assert!(refusal(&format!("https://{host}/")).is_some(), "{host}");
        }
        assert_eq!(refusal("https://1.1.1.1/"), None);
        assert_eq!(refusal("https://[2606:4700::1111]/"), None);
    }

    #[test]
    fn a_dns_answer_with_one_internal_address_is_refused_whole() {
        let url = Url::parse("https://rebound.example/").unwrap();
        let target = Target::parse(&url, &FetchPolicy::default()).unwrap();
        let public = "1.1.1.1:443".parse().unwrap();
        let internal = "10.0.0.1:443".parse().unwrap();
        assert!(target.check(&[public]).is_ok());
        assert!(target.check(&[public, internal]).is_err());
    }

    #[test]
    fn development_http_reaches_loopback_only() {
        let policy = FetchPolicy {
            allow_loopback_http: true,
            ..FetchPolicy::default()
        };
        let target = |url: &str| Target::parse(&Url::parse(url).unwrap(), &policy);
        assert!(target("http://127.0.0.1:8080/").is_ok());
        assert!(target("http://[::1]:8080/").is_ok());
        assert!(target("http://1.1.1.1/").is_err());
        assert!(target("http://10.0.0.1:8080/").is_err());
        let named = target("http://rebound.example/").unwrap();
        assert!(named.check(&["1.1.1.1:80".parse().unwrap()]).is_err());
    }

    #[test]
    fn a_private_network_is_reached_only_where_it_is_meant() {
        let policy = FetchPolicy {
            allow_private_network: true,
            ..FetchPolicy::default()
        };
        let reached = |host: &str| {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            Target::parse(&url, &policy).is_ok()
        };
        for host in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "[fd00::1]",
            "1.1.1.1",
        ] {
            assert!(reached(host), "{host}");
        }
        for host in [
            "169.254.169.254",
            "127.0.0.1",
            "0.0.0.0",
            "[fe80::1]",
            "[::1]",
            "224.0.0.1",
        ] {
            assert!(!reached(host), "{host}");
        }
    }

    #[test]
    fn a_refusal_shows_no_secret_of_the_url() {
        let shown = refusal("https://alice:hunter2@example.com/a?token=s3cret#frag").unwrap();
        assert_eq!(
            shown,
            "`https://example.com/a` is not fetched: it carries credentials"
        );
    }
}
