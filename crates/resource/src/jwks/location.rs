//! The address of an issuer's JWKS.

use std::sync::{Mutex, PoisonError};

use airside_net::Fetcher;
use url::Url;

use crate::discovery::{DiscoveryError, discover};

/// The address of a JWKS.
pub(crate) enum JwksLocation {
    /// An address from the configuration.
    Configured(Url),
    /// The `jwks_uri` of the issuer's metadata. It is remembered until a fetch from it fails.
    Discovered {
        /// The issuer whose metadata says it.
        issuer: String,
        /// The remembered address.
        found: Mutex<Option<Url>>,
    },
}

impl JwksLocation {
    pub(crate) fn discovered(issuer: String) -> Self {
        Self::Discovered {
            issuer,
            found: Mutex::default(),
        }
    }

    pub(super) async fn find(&self, fetcher: &Fetcher) -> Result<Url, DiscoveryError> {
        let (issuer, found) = match self {
            Self::Configured(url) => return Ok(url.clone()),
            Self::Discovered { issuer, found } => (issuer, found),
        };
        let known = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(url) = known {
            return Ok(url);
        }
        let url = discover(issuer, fetcher, |metadata| {
            Url::parse(metadata.get("jwks_uri")?.as_str()?).ok()
        });
        let url = url.await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok(url)
    }

    pub(super) fn forget(&self) {
        if let Self::Discovered { found, .. } = self {
            *found.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}
