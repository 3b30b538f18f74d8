//! Signs claims with the key that an algorithm names.

use airside_jose::{Algorithm, Signer, Typ};
use serde::Serialize;

use crate::{key::keyring::Keyring, time::Time};

/// The issuer keeps no key of an algorithm that is needed: a configuration error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no signing key for {0}")]
pub struct MissingKeyError(pub String);

/// Returns the key that signs with an algorithm now.
pub(crate) fn signer(
    keyring: &Keyring,
    algorithm: Algorithm,
    now: Time,
) -> Result<&Signer, MissingKeyError> {
    keyring
        .signer(algorithm, now)
        .ok_or_else(|| MissingKeyError(algorithm.as_str().to_owned()))
}

/// Signs claims as a compact JWS.
pub(crate) fn sign<T: Serialize>(
    signer: &Signer,
    typ: Typ,
    claims: &T,
) -> Result<String, MissingKeyError> {
    let failed = || MissingKeyError(signer.algorithm().as_str().to_owned());
    let payload = serde_json::to_vec(claims).map_err(|_| failed())?;
    signer.sign_compact(typ, &payload).map_err(|_| failed())
}
