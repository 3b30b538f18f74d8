//! Bound listeners and the streams they accept.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc};

#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{
    PeerAddress,
    address_slot::{AddressSlot, Addresses},
    preface,
};
use crate::{Tls, TrustedProxies, Workers};

/// A bound listener and what is spoken on it.
#[derive(Debug)]
pub struct Listener {
    kind: Kind,
    /// The peers that must first send the PROXY protocol's header.
    balancers: Option<Arc<TrustedProxies>>,
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    Tls(TcpListener, Tls),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Listener {
    /// Serves plain HTTP on a TCP listener.
    #[must_use]
    pub fn tcp(listener: TcpListener) -> Self {
        Self::of(Kind::Tcp(listener))
    }

    /// Serves HTTPS on a TCP listener.
    #[must_use]
    pub fn tls(listener: TcpListener, tls: Tls) -> Self {
        Self::of(Kind::Tls(listener, tls))
    }

    /// Serves plain HTTP on a Unix socket; requests carry the peer's user id.
    #[cfg(unix)]
    #[must_use]
    pub fn unix(listener: UnixListener) -> Self {
        Self::of(Kind::Unix(listener))
    }

    /// Takes TCP connections only from these load balancers, each of which must begin with a header
    /// of the PROXY protocol (version 1 or 2) and then counts as the client's that it names.
    #[must_use]
    pub fn behind(mut self, balancers: TrustedProxies) -> Self {
        self.balancers = Some(Arc::new(balancers));
        self
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kind,
            balancers: None,
        }
    }

    /// Returns the TCP address as bound, or `None` for a Unix socket.
    #[must_use]
    pub fn local_address(&self) -> Option<SocketAddr> {
        match &self.kind {
            Kind::Tcp(listener) | Kind::Tls(listener, _) => listener.local_addr().ok(),
            #[cfg(unix)]
            Kind::Unix(_) => None,
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Stream> {
        let tcp = |accepted, tls| Stream::tcp(accepted, tls, self.balancers.clone());
        match &self.kind {
            Kind::Tcp(listener) => Ok(tcp(listener.accept().await?, None)),
            Kind::Tls(listener, tls) => {
                Ok(tcp(listener.accept().await?, Some(tls.config().into())))
            }
            #[cfg(unix)]
            Kind::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

/// An accepted connection, before any handshake.
pub(super) enum Stream {
    Tcp(
        TcpStream,
        SocketAddr,
        Option<TlsAcceptor>,
        Option<Arc<TrustedProxies>>,
    ),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    fn tcp(
        (stream, address): (TcpStream, SocketAddr),
        tls: Option<TlsAcceptor>,
        balancers: Option<Arc<TrustedProxies>>,
    ) -> Self {
        // Only latency is lost if the system refuses it.
        let _ = stream.set_nodelay(true);
        Self::Tcp(stream, address, tls, balancers)
    }

    pub(super) fn address(&self) -> PeerAddress {
        match self {
            Self::Tcp(_, address, ..) => PeerAddress::Tcp(*address),
            #[cfg(unix)]
            Self::Unix(stream) => PeerAddress::Unix {
                uid: stream.peer_cred().ok().map(|credentials| credentials.uid()),
            },
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self, Self::Tcp(_, _, Some(_), _))
    }

    /// Moves the connection to the current runtime, whichever accepted it.
    fn here(self) -> io::Result<Self> {
        if Workers::index().is_none() {
            return Ok(self);
        }
        Ok(match self {
            Self::Tcp(stream, address, tls, balancers) => {
                let stream = TcpStream::from_std(stream.into_std()?)?;
                Self::Tcp(stream, address, tls, balancers)
            }
            #[cfg(unix)]
            Self::Unix(stream) => Self::Unix(UnixStream::from_std(stream.into_std()?)?),
        })
    }

    /// Takes a connection slot of the peer's address; not of a load balancer's, which names its client later.
    pub(super) fn enter(&self, addresses: &Addresses) -> Option<AddressSlot> {
        match self {
            Self::Tcp(_, peer, _, Some(balancers)) if balancers.is_trusted(peer.ip()) => {
                Some(AddressSlot::default())
            }
            _ => addresses.enter(self.address()),
        }
    }

    /// Reads the load balancer's header and does the TLS handshake, if there are any.
    pub(super) async fn open(self, addresses: &Addresses) -> io::Result<Opened> {
        let mut address = self.address();
        let mut address_slot = AddressSlot::default();
        let mut protocol = Protocol::default();
        let io: Pin<Box<dyn Io>> = match self.here()? {
            Self::Tcp(mut stream, peer, tls, balancers) => {
                if let Some(balancers) = balancers {
                    if !balancers.is_trusted(peer.ip()) {
                        return Err(io::ErrorKind::PermissionDenied.into());
                    }
                    // none: a health check of the balancer itself
                    if let Some(client) = preface::read(&mut stream).await? {
                        address = PeerAddress::Tcp(client);
                        address_slot = addresses.enter(address).ok_or_else(too_many)?;
                    }
                }
                match tls {
                    None => Box::pin(stream),
                    Some(tls) => {
                        let stream = tls.accept(stream).await?;
                        protocol = Protocol::agreed(stream.get_ref().1.alpn_protocol());
                        Box::pin(stream)
                    }
                }
            }
            #[cfg(unix)]
            Self::Unix(stream) => Box::pin(stream),
        };
        Ok(Opened {
            io,
            address,
            address_slot,
            protocol,
        })
    }
}

/// A connection after its handshake.
pub(super) struct Opened {
    pub(super) io: Pin<Box<dyn Io>>,
    /// Whose it is.
    pub(super) address: PeerAddress,
    /// Of whom a load balancer has named.
    pub(super) address_slot: AddressSlot,
    pub(super) protocol: Protocol,
}

/// Which versions of HTTP may be spoken on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Protocol {
    /// In cleartext the client's first bytes say which.
    #[default]
    Any,
    Http1,
    Http2,
}

impl Protocol {
    /// Returns what was agreed by ALPN: HTTP/1.1 with a client that named no protocol.
    fn agreed(alpn: Option<&[u8]>) -> Self {
        match alpn {
            Some(b"h2") => Self::Http2,
            _ => Self::Http1,
        }
    }

    /// True if it may begin so: with the preface of HTTP/2, or with anything else.
    pub(super) const fn allows(self, is_http2: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Http1 => !is_http2,
            Self::Http2 => is_http2,
        }
    }
}

fn too_many() -> io::Error {
    io::Error::other("the address that the load balancer names has too many connections")
}

/// An open byte stream.
pub(super) trait Io: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Io for T {}
