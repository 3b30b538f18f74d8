//! DPoP at an API: proofs are for this request, made just now, and used once (RFC 9449 §7).

mod used;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use airside_jose::{DpopError, DpopProof, DpopRequest, UnixSeconds};
use aws_lc_rs::{hmac, rand::SystemRandom};
use http::{Method, Uri};
use url::Url;

use self::used::UsedProofError;
use crate::{Rejection, SetUpError};

/// Verifies the DPoP proofs of requests to an API.
pub(crate) struct Dpop {
    /// The API's address as its clients know it, without a path.
    origin: Url,
    /// Makes nonces, if they are asked for.
    nonce_key: Option<hmac::Key>,
    used: UsedProofs,
}

/// The DPoP proofs that were used, until they expire. Clones share one memory, in which no proof is used
/// twice, also where one [`ResourceServer`](crate::ResourceServer) follows another.
#[derive(Clone)]
pub struct UsedProofs {
    shared: Arc<Mutex<used::UsedProofs>>,
}

impl Default for UsedProofs {
    fn default() -> Self {
        Self {
            shared: Arc::new(Mutex::new(used::UsedProofs::new(MAX_PROOFS))),
        }
    }
}

impl fmt::Debug for UsedProofs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UsedProofs").finish_non_exhaustive()
    }
}

impl Dpop {
    pub(crate) fn new(origin: Url, nonces: bool, used: UsedProofs) -> Result<Self, SetUpError> {
        let key = nonces.then(|| hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()));
        let key = key.transpose();
        Ok(Self {
            origin,
            nonce_key: key.map_err(|_| SetUpError::NoRandomness)?,
            used,
        })
    }

    /// Verifies a proof for a request with a token. Whether it was used before is checked by
    /// [`Self::first_use`].
    pub(crate) fn verify(
        &self,
        proof: &str,
        token: &str,
        method: &Method,
        uri: &Uri,
        now: UnixSeconds,
    ) -> Result<DpopProof, Rejection> {
        // from the configuration, not from `Host`: a proof is for one API
        let mut url = self.origin.clone();
        url.set_path(uri.path());
        let nonces = self.nonces(now);
        let request = DpopRequest {
            method: method.as_str(),
            url: &url,
            access_token: Some(token),
            nonces: &nonces,
            now,
        };
        match DpopProof::verify(proof, &request) {
            Ok(proof) => Ok(proof),
            Err(DpopError::WrongNonce) => Err(Rejection::NonceNeeded {
                nonce: nonces.into_iter().next().unwrap_or_default(),
            }),
            Err(refused) => {
                tracing::debug!(%refused, "the DPoP proof is refused");
                Err(Rejection::BadProof("it is not a proof of this request"))
            }
        }
    }

    /// Remembers the proof of a token that was verified: only holders of valid tokens can fill the memory.
    /// A full memory refuses proofs, because a forgotten one could be used twice.
    pub(crate) fn first_use(&self, proof: &DpopProof, now: UnixSeconds) -> Result<(), Rejection> {
        let mut used = self
            .used
            .shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let taken = used.take(proof.digest(), proof.expires_at(), now);
        taken.map_err(|why| match why {
            UsedProofError::Used => Rejection::BadProof("it was used before"),
            UsedProofError::Full => Rejection::Busy,
        })
    }

    /// Returns the nonces that are accepted now, the newest first: each is given out for five minutes and
    /// accepted for ten at most (RFC 9449 §8).
    fn nonces(&self, now: UnixSeconds) -> Vec<String> {
        let Some(key) = &self.nonce_key else {
            return Vec::new();
        };
        let period = now.as_i64().div_euclid(NONCE_SECONDS);
        let nonce = |period: i64| {
            airside_jose::base64url::encode(hmac::sign(key, &period.to_be_bytes()).as_ref())
        };
        vec![nonce(period), nonce(period.saturating_sub(1))]
    }
}

impl fmt::Debug for Dpop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Dpop").finish_non_exhaustive()
    }
}

/// A minute of two thousand proofs a second; 20 MB.
const MAX_PROOFS: usize = 120_000;
const NONCE_SECONDS: i64 = 5 * 60;
