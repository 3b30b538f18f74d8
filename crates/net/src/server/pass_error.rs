//! The reason why bytes of a connection are not passed on to hyper.

use std::io;

use super::framing::MalformedAt;

/// The reason why bytes are not passed on.
pub(super) enum PassError {
    Malformed(MalformedAt),
    OtherProtocol,
    /// Frames cost more than they are worth; HTTP/2 only.
    Flood,
    /// The connection is over.
    Cut,
}

impl From<PassError> for io::Error {
    fn from(refused: PassError) -> Self {
        Self::other(match refused {
            PassError::Malformed(_) => "malformed bytes",
            PassError::OtherProtocol => "another protocol than ALPN agreed on",
            PassError::Flood => "a flood of frames",
            PassError::Cut => "the connection was cut",
        })
    }
}
