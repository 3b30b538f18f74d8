//! What access tokens must be.

use std::{path::PathBuf, time::Duration};

use airside_jose::TokenProfile;
use airside_resource::{IssuerConnection, OnUnavailable};
use url::Url;

/// What access tokens must be.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The issuer.
    pub issuer: String,
    /// The API's identifier.
    pub audience: String,
    /// Where the issuer's keys are; none to discover it.
    pub jwks_uri: Option<Url>,
    /// The certificate authorities of the issuer, in PEM; none for the web's.
    pub ca: Option<PathBuf>,
    /// Where keys are kept for a start while the issuer is down.
    pub keys_file: PathBuf,
    /// Whether they are kept there; else they are only looked for.
    pub keeps_keys: bool,
    /// Which access tokens are taken.
    pub profile: TokenProfile,
    /// Where they say their roles, if not where the profile has them (RFC 6901).
    pub roles_claim: Option<String>,
    /// A claim that machines have (RFC 6901).
    pub machine_claim: Option<String>,
    /// How long they may live.
    pub token_lifetime: Duration,
    /// How many bytes they may have.
    pub token_bytes: usize,
    /// The guard's own address, for DPoP proofs.
    pub dpop: Option<Url>,
    /// Whether the issuer's status lists are read, and what happens while there is none.
    pub status_lists: Option<OnUnavailable>,
}

impl Trust {
    /// What is allowed on the way to the issuer.
    #[must_use]
    pub fn reach(&self) -> IssuerConnection {
        IssuerConnection {
            loopback_http: is_loopback(&self.issuer),
            authorities: self.ca.clone(),
        }
    }
}

/// Whether an issuer is on this machine, which is then a developer's.
pub(crate) fn is_loopback(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| airside_net::address::is_loopback(&url))
}
