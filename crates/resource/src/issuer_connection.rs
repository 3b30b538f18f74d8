//! The connection to the issuer. Only the author or the operator of the API names the issuer, so it may
//! be in a private network, with a certificate authority of its own.

use std::{path::PathBuf, time::Duration};

use airside_net::{FetchPolicy, Fetcher, tls};

use crate::SetUpError;

/// The requirements of the connection to the issuer; by default https with a certificate of a public
/// authority.
#[derive(Clone, Debug, Default)]
pub struct IssuerConnection {
    /// Allows an issuer at `http://127.0.0.1`: for development.
    pub loopback_http: bool,
    /// A file of certificate authorities (PEM) to trust instead of the public ones.
    pub authorities: Option<PathBuf>,
}

impl IssuerConnection {
    /// Makes an HTTP client for the issuer alone.
    ///
    /// # Errors
    ///
    /// [`SetUpError::Authorities`] names the file that cannot be used.
    pub fn fetcher(&self, policy: FetchPolicy) -> Result<Fetcher, SetUpError> {
        let policy = FetchPolicy {
            allow_loopback_http: self.loopback_http,
            allow_private_network: true,
            ..policy
        };
        Ok(Fetcher::with_tls(
            policy,
            tls::trusting(self.authorities.as_deref())?,
        ))
    }

    pub(crate) fn patient(&self, timeout: Duration) -> Result<Fetcher, SetUpError> {
        self.fetcher(FetchPolicy {
            timeout,
            ..FetchPolicy::default()
        })
    }
}
