//! The requirements on access tokens.

use std::{path::PathBuf, time::Duration};

use airside_jose::TokenProfile;
use airside_resource::{IssuerConnection, OnUnavailable};
use url::Url;

/// The requirements on access tokens.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The issuer.
    pub issuer: String,
    /// The API's identifier.
    pub audience: String,
    /// The address of the issuer's keys; `None` to discover it.
    pub jwks_uri: Option<Url>,
    /// The certificate authorities of the issuer, in PEM; none for the web's.
    pub ca: Option<PathBuf>,
    /// The file of keys, for a start while the issuer is down.
    pub keys_file: PathBuf,
    /// True if keys are written to that file; else it is only read.
    pub keeps_keys: bool,
    /// The profile of accepted access tokens.
    pub profile: TokenProfile,
    /// The claim of roles, if not the profile's own (RFC 6901).
    pub roles_claim: Option<String>,
    /// A claim that machines have (RFC 6901).
    pub machine_claim: Option<String>,
    /// The maximum lifetime of a token.
    pub token_lifetime: Duration,
    /// The maximum size of a token in bytes.
    pub token_bytes: usize,
    /// The guard's own address, for DPoP proofs.
    pub dpop: Option<Url>,
    /// The treatment of a missing status list, if the issuer's status lists are read.
    pub status_lists: Option<OnUnavailable>,
}

impl Trust {
    /// Returns how to connect to the issuer.
    #[must_use]
    pub fn reach(&self) -> IssuerConnection {
        IssuerConnection {
            loopback_http: is_loopback(&self.issuer),
            authorities: self.ca.clone(),
        }
    }
}

/// Tells whether an issuer is on this machine, as in development.
pub(crate) fn is_loopback(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| airside_net::address::is_loopback(&url))
}
