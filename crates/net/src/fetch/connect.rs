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
        let scheme = Scheme::of(url, policy)?;
        let (host, port) = authority(url, scheme)?;
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
            loopback: if policy.allow_loopback_http {
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
        let stream = self.connect_any(&addresses).await;
        let stream = stream.map_err(|error| self.unreachable(error))?;
        if self.scheme == Scheme::Http {
            return Ok(Box::pin(stream));
        }
        let name = match self.literal {
            Some(address) => ServerName::from(address),
            None => ServerName::try_from(self.host.clone())
                .map_err(|error| self.unreachable(io::Error::other(error)))?,
        };
        let connecting = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
        let stream = connecting.await.map_err(|error| self.unreachable(error))?;
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

impl Scheme {
    fn of(url: &Url, policy: &FetchPolicy) -> Result<Self, FetchError> {
        match url.scheme() {
            "https" => Ok(Self::Https),
            "http" if policy.allow_loopback_http => Ok(Self::Http),
            _ => Err(forbidden(url, "only https is")),
        }
    }
}

/// Returns the host and the port of a URL without credentials.
fn authority(url: &Url, scheme: Scheme) -> Result<(Host<&str>, u16), FetchError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(forbidden(url, "it carries credentials"));
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(forbidden(url, "it names no host"));
    };
    // Mail, shells and the like listen on the ports that belong to the system.
    if port < 1024 && port != 443 && !(port == 80 && scheme == Scheme::Http) {
        return Err(forbidden(url, "its port belongs to another service"));
    }
    Ok((host, port))
}

fn forbidden(url: &Url, reason: &'static str) -> FetchError {
    FetchError::Forbidden {
        url: shown(url),
        reason,
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
mod tests;
