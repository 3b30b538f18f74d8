//! The TLS parameters of a database's address.

use std::path::PathBuf;

/// libpq's TLS parameters (PostgreSQL documentation, 34.1.2), which the driver does not know all.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TlsParameters {
    pub(super) check: Check,
    /// `sslrootcert`.
    pub(super) roots: Roots,
    /// `sslcert` and `sslkey`.
    pub(super) client: Option<(PathBuf, PathBuf)>,
}

/// The checks of the server's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing: the connection is encrypted against listeners, not against impostors.
    #[default]
    Nothing,
    /// A trusted authority signed it.
    Chain,
    /// A trusted authority signed it for the host's name.
    ChainAndName,
}

/// The authorities that may have signed the server's certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Roots {
    /// Nobody was named.
    #[default]
    None,
    /// The public authorities.
    System,
    /// Those in this file.
    File(PathBuf),
}
