//! Signing keys in use: parsed once, chosen by the schedule.

use std::{collections::HashMap, fmt, sync::Arc};

use airside_jose::{Algorithm, Jwk, JwkSet, KeySource, Signer, SigningKey, VerifyingKey};

use crate::{
    key::{
        self, KeyEncryptionKey, KeyState, NextKey, Purpose, StoredKey, UnwrapKeyError,
        entropy::Entropy,
    },
    state::lifetime::LongestLifetimes,
    time::Time,
};

/// Every signing key of one issuer, unwrapped and parsed.
pub struct Keyring {
    stored: Vec<StoredKey>,
    loaded: HashMap<String, LoadedKey>,
    longest: LongestLifetimes,
}

struct LoadedKey {
    signer: Signer,
    verifying: Arc<VerifyingKey>,
    jwk: Jwk,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.stored).finish()
    }
}

impl Keyring {
    /// Unwraps and parses the signing keys among `stored`; a retired one is accepted until what it
    /// signed has expired, by `longest`.
    ///
    /// # Errors
    ///
    /// [`UnwrapKeyError`] if one of them was not wrapped by `kek`.
    pub fn open(
        kek: &KeyEncryptionKey,
        stored: &[StoredKey],
        longest: LongestLifetimes,
    ) -> Result<Self, UnwrapKeyError> {
        let mut loaded = HashMap::new();
        for key in stored {
            if let Purpose::Signing(algorithm) = key.purpose {
                loaded.insert(key.kid.clone(), load(kek, key, algorithm)?);
            }
        }
        let signing = stored
            .iter()
            .filter(|key| matches!(key.purpose, Purpose::Signing(_)));
        Ok(Self {
            stored: signing.cloned().collect(),
            loaded,
            longest,
        })
    }

    /// The key of `algorithm` that signs at `now`.
    pub fn signer(&self, algorithm: Algorithm, now: Time) -> Option<&Signer> {
        let active = key::active(Purpose::Signing(algorithm), &self.stored, now)?;
        self.loaded.get(&active.kid).map(|loaded| &loaded.signer)
    }

    /// The public keys at `now` (RFC 7517 §5): published, signing and retired ones.
    pub fn jwks(&self, now: Time) -> JwkSet {
        let keys = self.states(now).filter(|(_, state)| is_accepted(*state));
        JwkSet {
            keys: keys
                .filter_map(|(key, _)| Some(self.loaded.get(&key.kid)?.jwk.clone()))
                .collect(),
        }
    }

    /// Every signing key with its state at `now`.
    pub fn states(&self, now: Time) -> impl Iterator<Item = (&StoredKey, KeyState)> {
        self.stored
            .iter()
            .map(move |key| (key, key::state(key, &self.stored, &self.longest, now)))
    }

    /// Returns the time until which a retired key is in the JWK Set.
    pub fn published_until(&self, key: &StoredKey) -> Option<Time> {
        key::published_until(key, &self.stored, &self.longest)
    }

    /// The keys whose tokens are accepted at `now`.
    pub fn accepted(&self, now: Time) -> AcceptedKeys<'_> {
        AcceptedKeys {
            ring: self,
            now,
            also_gone: false,
        }
    }

    /// The keys whose expired ID tokens are accepted as hints at `now`: never dropped ones.
    pub fn accepted_for_hints(&self, now: Time) -> AcceptedKeys<'_> {
        AcceptedKeys {
            ring: self,
            now,
            also_gone: true,
        }
    }
}

/// The keys of a ring that are accepted at some time.
#[derive(Debug)]
pub struct AcceptedKeys<'a> {
    ring: &'a Keyring,
    now: Time,
    also_gone: bool,
}

impl KeySource for AcceptedKeys<'_> {
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<Arc<VerifyingKey>> {
        let key = kid.and_then(|kid| self.find_one(kid, algorithm));
        key.into_iter().collect()
    }
}

impl AcceptedKeys<'_> {
    fn find_one(&self, kid: &str, algorithm: Algorithm) -> Option<Arc<VerifyingKey>> {
        let stored = self.ring.stored.iter().find(|key| key.kid == kid)?;
        let state = key::state(stored, &self.ring.stored, &self.ring.longest, self.now);
        let fits = stored.purpose == Purpose::Signing(algorithm);
        let accepted = is_accepted(state) || (self.also_gone && state == KeyState::Gone);
        let loaded = self.ring.loaded.get(kid).filter(|_| fits && accepted)?;
        Some(Arc::clone(&loaded.verifying))
    }
}

/// Makes a signing key, wrapped for the store. RSA takes about 100 ms of CPU.
///
/// # Errors
///
/// [`KeyGenerationError`] if the cryptographic library refuses.
pub fn generate_signing(
    algorithm: Algorithm,
    next: NextKey,
    kek: &KeyEncryptionKey,
    now: Time,
    draw: &Entropy,
) -> Result<StoredKey, KeyGenerationError> {
    let key = SigningKey::generate(algorithm).map_err(|_| KeyGenerationError)?;
    // RFC7638-1: the thumbprint names a key without a registry
    let kid = key.public_jwk("").thumbprint();
    let jwk = key.public_jwk(&kid);
    let public = serde_json::to_string(&jwk).map_err(|_| KeyGenerationError)?;
    Ok(wrapped(
        Purpose::Signing(algorithm),
        kid,
        public,
        &key.to_pkcs8(),
        next,
        kek,
        now,
        draw,
    ))
}

/// Makes a purpose key of 256 bits, wrapped for the store.
pub fn generate_purpose(
    purpose: Purpose,
    next: NextKey,
    kek: &KeyEncryptionKey,
    now: Time,
    draw: &Entropy,
) -> StoredKey {
    let secret = zeroize::Zeroizing::new(draw.bytes::<32>("purpose key"));
    let kid = format!("{}-{}", purpose.as_str(), next.version);
    wrapped(
        purpose,
        kid,
        String::new(),
        secret.as_ref(),
        next,
        kek,
        now,
        draw,
    )
}

/// No signing key could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key could not be made")]
pub struct KeyGenerationError;

#[expect(
    clippy::too_many_arguments,
    reason = "the fields of one row, put together in one place"
)]
fn wrapped(
    purpose: Purpose,
    kid: String,
    public: String,
    secret: &[u8],
    next: NextKey,
    kek: &KeyEncryptionKey,
    now: Time,
    draw: &Entropy,
) -> StoredKey {
    StoredKey {
        wrapped: kek.wrap(purpose, &kid, draw.bytes("key wrap salt"), secret),
        kid,
        purpose,
        version: next.version,
        public,
        created_at: now,
        active_from: next.active_from,
        dropped_at: None,
        retired_at: None,
    }
}

fn is_accepted(state: KeyState) -> bool {
    matches!(
        state,
        KeyState::Published | KeyState::Signing | KeyState::Retired
    )
}

fn load(
    kek: &KeyEncryptionKey,
    stored: &StoredKey,
    algorithm: Algorithm,
) -> Result<LoadedKey, UnwrapKeyError> {
    let key =
        SigningKey::from_pkcs8(algorithm, &kek.unwrap(stored)?).map_err(|_| UnwrapKeyError)?;
    let jwk = key.public_jwk(&stored.kid);
    let verifying = VerifyingKey::from_jwk(&jwk, Some(algorithm)).map_err(|_| UnwrapKeyError)?;
    Ok(LoadedKey {
        signer: Signer::new(key, &stored.kid),
        verifying: Arc::new(verifying),
        jwk,
    })
}
