//! Bound listeners and the streams they accept.

use std::{io, net::SocketAddr, pin::Pin};

#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::PeerAddress;
use crate::Tls;

/// A bound listener and what is spoken on it.
#[derive(Debug)]
pub struct Listener(Kind);

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
        Self(Kind::Tcp(listener))
    }

    /// Serves HTTPS on a TCP listener.
    #[must_use]
    pub fn tls(listener: TcpListener, tls: Tls) -> Self {
        Self(Kind::Tls(listener, tls))
    }

    /// Serves plain HTTP on a Unix socket; requests carry the peer's user id.
    #[cfg(unix)]
    #[must_use]
    pub fn unix(listener: UnixListener) -> Self {
        Self(Kind::Unix(listener))
    }

    /// Returns the TCP address as bound, or `None` for a Unix socket.
    #[must_use]
    pub fn local_address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Kind::Tcp(listener) | Kind::Tls(listener, _) => listener.local_addr().ok(),
            #[cfg(unix)]
            Kind::Unix(_) => None,
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match &self.0 {
            Kind::Tcp(listener) => Ok(Stream::tcp(listener.accept().await?, None)),
            Kind::Tls(listener, tls) => Ok(Stream::tcp(
                listener.accept().await?,
                Some(tls.config().into()),
            )),
            #[cfg(unix)]
            Kind::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

/// An accepted connection, before any handshake.
pub(super) enum Stream {
    Tcp(TcpStream, SocketAddr, Option<TlsAcceptor>),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    fn tcp((stream, address): (TcpStream, SocketAddr), tls: Option<TlsAcceptor>) -> Self {
        // Only latency is lost if the system refuses it.
        let _ = stream.set_nodelay(true);
        Self::Tcp(stream, address, tls)
    }

    pub(super) fn address(&self) -> PeerAddress {
        match self {
            Self::Tcp(_, address, _) => PeerAddress::Tcp(*address),
            #[cfg(unix)]
            Self::Unix(stream) => PeerAddress::Unix {
                uid: stream.peer_cred().ok().map(|credentials| credentials.uid()),
            },
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self, Self::Tcp(_, _, Some(_)))
    }

    /// Does the TLS handshake, if there is one.
    pub(super) async fn open(self) -> io::Result<Pin<Box<dyn Io>>> {
        match self {
            Self::Tcp(stream, _, None) => Ok(Box::pin(stream)),
            Self::Tcp(stream, _, Some(tls)) => Ok(Box::pin(tls.accept(stream).await?)),
            #[cfg(unix)]
            Self::Unix(stream) => Ok(Box::pin(stream)),
        }
    }
}

/// An open byte stream.
pub(super) trait Io: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Io for T {}
