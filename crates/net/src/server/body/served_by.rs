//! The server that reads the bytes of a body.

use http::Version;

/// Which server reads the bytes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum ServedBy {
    /// A connection of [`Server`](crate::Server) with HTTP/1: its socket drains what is left.
    Http1,
    /// A connection of [`Server`](crate::Server) with HTTP/2.
    Http2,
    /// An upstream server, which has limits of its own.
    Another,
}

impl ServedBy {
    /// Returns that of a connection of this server.
    pub(in crate::server) fn version(version: Version) -> Self {
        match version < Version::HTTP_2 {
            true => Self::Http1,
            false => Self::Http2,
        }
    }
}
