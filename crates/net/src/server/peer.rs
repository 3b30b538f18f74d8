//! The other end of a connection.

use std::net::{IpAddr, SocketAddr};

/// The other end of a connection; every request carries it in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The peer of the connection.
    pub address: PeerAddress,
    /// True if the connection is encrypted here, not at a proxy.
    pub tls: bool,
}

impl Peer {
    /// Returns the IP address, or `None` over a Unix socket.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.address {
            PeerAddress::Tcp(address) => Some(address.ip().to_canonical()),
            PeerAddress::Unix { .. } => None,
        }
    }
}

/// The peer of a connection. A new kind of peer must break every access decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerAddress {
    /// A TCP connection.
    Tcp(SocketAddr),
    /// A Unix socket, with the user id the system reports for the other process.
    Unix {
        /// The user id; `None` if the system does not say.
        uid: Option<u32>,
    },
}
