//! The sockets of a guard.

use std::{io, path::Path};

use airside_net::{BindUnixError, Listener, SocketAccess, Tls, TlsError, bind_unix};
use tokio::net::{TcpListener, UnixListener};

use super::error::RunError;
use crate::{
    configuration::Configuration,
    forward_auth::{ForwardAuth, ForwardListen},
};

/// The sockets of a guard.
#[derive(Debug)]
pub struct Listeners {
    pub(super) requests: Listener,
    pub(super) tls: Option<Tls>,
    pub(super) forward_auth: Option<Listener>,
    pub(super) operations: Option<Listener>,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    ///
    /// # Errors
    ///
    /// [`RunError`] names the address.
    pub async fn bind(configuration: &Configuration) -> Result<Self, RunError> {
        let listener = tcp(configuration.listen)?;
        let tls = tls(configuration)?;
        let requests = match &tls {
            Some(tls) => Listener::tls(listener, tls.clone()),
            None => Listener::tcp(listener),
        };
        let forward_auth = self::forward_auth(configuration)?;
        let operations = match configuration.operations_listen {
            Some(address) => Some(Listener::tcp(tcp(address)?)),
            None => None,
        };
        Ok(Self {
            requests,
            tls,
            forward_auth,
            operations,
        })
    }

    /// Returns the scheme of the listener.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Returns the address for requests.
    #[must_use]
    pub fn address(&self) -> Option<std::net::SocketAddr> {
        self.requests.local_address()
    }

    /// Returns the address for proxies, unless it is a Unix socket.
    #[must_use]
    pub fn forward_auth_address(&self) -> Option<std::net::SocketAddr> {
        self.forward_auth.as_ref()?.local_address()
    }

    /// Returns the address for operators.
    #[must_use]
    pub fn operations_address(&self) -> Option<std::net::SocketAddr> {
        self.operations.as_ref()?.local_address()
    }
}

fn forward_auth(configuration: &Configuration) -> Result<Option<Listener>, RunError> {
    Ok(match &configuration.forward_auth {
        Some(ForwardAuth {
            listen: ForwardListen::Tcp(address),
            ..
        }) => Some(Listener::tcp(tcp(*address)?)),
        Some(ForwardAuth {
            listen: ForwardListen::Unix(path),
            ..
        }) => Some(Listener::unix(unix(path)?)),
        None => None,
    })
}

/// Loads the certificate and the key of `[tls]`.
pub(super) fn tls(configuration: &Configuration) -> Result<Option<Tls>, TlsError> {
    let files = configuration.tls.as_ref();
    let tls = files.map(|(certificate, private_key)| Tls::load(certificate, private_key));
    tls.transpose()
}

fn tcp(address: std::net::SocketAddr) -> Result<TcpListener, RunError> {
    let bound = airside_net::bind(address);
    bound.map_err(|error| RunError::Listen(address.to_string(), error))
}

fn unix(path: &Path) -> Result<UnixListener, RunError> {
    let failed = |error| RunError::Listen(path.display().to_string(), error);
    // every account that may write to it is trusted: owner and group
    bind_unix(path, SocketAccess::OwnerAndGroup).map_err(|error| match error {
        BindUnixError::Io(error) => failed(error),
        exposed => failed(io::Error::other(exposed)),
    })
}
