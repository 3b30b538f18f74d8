//! Setting up a [`ResourceServer`].

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use airside_jose::{KeySet, TokenProfile, Verifier};
use airside_net::{FetchPolicy, Fetcher};
use airside_policy::Policies;
use url::Url;

use super::{
    ResourceServer, SetUpError, digest::sha256, token_cache, token_counts::TokenCounts,
    verification::Shared,
};
use crate::{
    IssuerConnection, OnUnavailable, Revocations,
    clock::{self, Clock},
    dpop::{Dpop, UsedProofs},
    jwks::{JwksLocation, JwksSource, Keys, KeysFile},
    status_list::{StatusLists, TrustedKeys},
};

/// An issuer without an API: [`Self::for_audience`] goes on.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    issuer: String,
}

impl TrustedIssuer {
    /// Names the API: its identifier, which is the `aud` of its tokens.
    #[must_use]
    pub fn for_audience(self, audience: impl Into<String>) -> Builder {
        Builder::new(self.issuer, audience.into())
    }
}

impl ResourceServer {
    /// Starts setting up an API with the identifier of its issuer, an `https` address (RFC 8414 §2).
    #[must_use]
    pub fn trusting(issuer: impl Into<String>) -> TrustedIssuer {
        TrustedIssuer {
            issuer: issuer.into(),
        }
    }
}

/// Sets up a [`ResourceServer`].
pub struct Builder {
    issuer: String,
    audience: String,
    verifier: Verifier,
    max_token_bytes: usize,
    jwks_uri: Option<Url>,
    keys: Option<Keys>,
    keys_file: Option<KeysFileOption>,
    connection: IssuerConnection,
    revocations: Revocations,
    status_lists: Option<OnUnavailable>,
    token_cache_bytes: usize,
    dpop: Option<DpopOption>,
    used_proofs: UsedProofs,
    policies: Option<Arc<dyn Policies>>,
    clock: Clock,
}

/// A file that keeps keys.
struct KeysFileOption {
    path: PathBuf,
    /// False if another process writes it.
    is_own: bool,
}

/// The requirements of DPoP proofs.
struct DpopOption {
    origin: Url,
    has_nonces: bool,
}

impl Builder {
    pub(super) fn new(issuer: String, audience: String) -> Self {
        Self {
            verifier: Verifier::new(&issuer, &audience),
            issuer,
            audience,
            max_token_bytes: Verifier::MAX_BYTES,
            jwks_uri: None,
            keys: None,
            keys_file: None,
            connection: IssuerConnection::default(),
            revocations: Revocations::new(),
            status_lists: None,
            token_cache_bytes: TOKEN_CACHE_BYTES,
            dpop: None,
            used_proofs: UsedProofs::default(),
            policies: None,
            clock: clock::system(),
        }
    }

    /// Takes the keys from this address instead of asking the issuer's metadata for it.
    #[must_use]
    pub fn jwks_uri(mut self, jwks_uri: Url) -> Self {
        self.jwks_uri = Some(jwks_uri);
        self
    }

    /// Uses these keys and fetches none.
    #[must_use]
    pub fn keys(self, keys: KeySet) -> Self {
        let keys = Arc::new(keys);
        self.keys_from(move || Arc::clone(&keys))
    }

    /// Asks for the keys at each token and fetches none: for a process that is the issuer itself.
    /// Tokens are remembered as long as the set stays the same one.
    #[must_use]
    pub fn keys_from(mut self, keys: impl Fn() -> Arc<KeySet> + Send + Sync + 'static) -> Self {
        self.keys = Some(Keys::Given(Arc::new(keys)));
        self
    }

    /// Keeps the issuer's keys in this file too, and starts with them while the issuer is down. Only
    /// the API may be able to write it.
    #[must_use]
    pub fn keys_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.keys_file = Some(KeysFileOption {
            path: path.into(),
            is_own: true,
        });
        self
    }

    /// Starts with the keys in such a file of another process, and does not write it.
    #[must_use]
    pub fn keys_file_of_another(mut self, path: impl Into<PathBuf>) -> Self {
        self.keys_file = Some(KeysFileOption {
            path: path.into(),
            is_own: false,
        });
        self
    }

    /// Allows an issuer at `http://127.0.0.1`: for development.
    #[must_use]
    pub fn allow_loopback_http(mut self) -> Self {
        self.connection.loopback_http = true;
        self
    }

    /// Trusts the certificate authorities of a file (PEM) for the issuer, instead of the public ones.
    #[must_use]
    pub fn authorities(mut self, path: impl Into<PathBuf>) -> Self {
        self.connection.authorities = Some(path.into());
        self
    }

    /// Accepts the tokens of another profile than RFC 9068: for issuers that do not know it.
    #[must_use]
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.verifier = self.verifier.profile(profile);
        self
    }

    /// Takes the roles from another claim than the profile's ([`Verifier::roles_claim`]).
    #[must_use]
    pub fn roles_claim(mut self, pointer: &str) -> Self {
        self.verifier = self.verifier.roles_claim(pointer);
        self
    }

    /// Treats a token as a machine's if it has this claim ([`Verifier::machine_claim`]).
    #[must_use]
    pub fn machine_claim(mut self, pointer: &str) -> Self {
        self.verifier = self.verifier.machine_claim(pointer);
        self
    }

    /// Accepts tokens that live so long, in whole seconds; 24 hours by default. A revoked token is
    /// remembered for that time.
    #[must_use]
    pub fn longest_life(mut self, life: Duration) -> Self {
        self.verifier = self.verifier.longest_life(life);
        self
    }

    /// Accepts tokens of so many bytes; 8 KiB by default.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.verifier = self.verifier.max_bytes(bytes);
        self.max_token_bytes = bytes;
        self
    }

    /// Shares a set of revocations, and the status lists that are held.
    #[must_use]
    pub fn revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = revocations;
        self
    }

    /// Reads in the issuer's status lists whether a token is revoked, at every use of a token that names
    /// one (Token Status List, draft-ietf-oauth-status-list-21). A list is fetched when the first such
    /// token comes, and again in the background before it is old; then no use waits. `on_unavailable` decides what
    /// happens while there is none: a list that was good is used until it expires.
    ///
    /// It needs no credentials at the issuer, and a revoked token is accepted for as long as the list is
    /// fresh (`ttl`; 60 seconds with Airside): [`Feed`](crate::Feed) is faster.
    #[must_use]
    pub fn status_lists(mut self, on_unavailable: OnUnavailable) -> Self {
        self.status_lists = Some(on_unavailable);
        self
    }

    /// Remembers as many verified tokens as fit into about this many bytes; 16 MiB by default, which is
    /// some 4 000 tokens of Airside.
    #[must_use]
    pub fn token_cache_bytes(mut self, size_bytes: usize) -> Self {
        self.token_cache_bytes = size_bytes;
        self
    }

    /// Takes tokens that are bound to a key, with a proof for each request (DPoP, RFC 9449). `origin`
    /// is the API's address as its clients know it: proofs are for it.
    #[must_use]
    pub fn dpop(mut self, origin: Url) -> Self {
        self.dpop = Some(DpopOption {
            origin,
            has_nonces: false,
        });
        self
    }

    /// Does the same, and requires a nonce of this process in every proof, so that none is made in advance
    /// (RFC 9449 §9).
    #[must_use]
    pub fn dpop_with_nonces(mut self, origin: Url) -> Self {
        self.dpop = Some(DpopOption {
            origin,
            has_nonces: true,
        });
        self
    }

    /// Shares the memory of DPoP proofs that were used: where one [`ResourceServer`] takes the place of another,
    /// a proof that the first one accepted is refused.
    #[must_use]
    pub fn used_proofs(mut self, used: UsedProofs) -> Self {
        self.used_proofs = used;
        self
    }

    /// Lets these policies decide about actions whose rule names policies (`FunctionRule::policies`).
    ///
    /// With the feature `cedar` there is `airside_policy::cedar::Cedar`.
    #[must_use]
    pub fn policies(mut self, policies: impl Policies) -> Self {
        self.policies = Some(Arc::new(policies));
        self
    }

    /// Replaces the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    fn fetcher(&self) -> Result<Fetcher, SetUpError> {
        self.connection.fetcher(FetchPolicy::default())
    }

    /// Returns the keys that were given, or those that are fetched from the issuer.
    fn source_of_keys(&mut self) -> Result<Keys, SetUpError> {
        if let Some(keys) = self.keys.take() {
            return Ok(keys);
        }
        let location = match self.jwks_uri.take() {
            Some(url) => JwksLocation::Configured(url),
            None => JwksLocation::discovered(self.issuer.clone()),
        };
        let file = self.keys_file.take();
        let file = file.map(|file| KeysFile::new(file.path, self.issuer.clone(), file.is_own));
        Ok(Keys::Fetched(JwksSource::new(
            location,
            self.fetcher()?,
            file,
            self.revocations.clone(),
            Arc::clone(&self.clock),
        )))
    }

    /// Finishes the set-up. Nothing is fetched before the first token.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if TLS cannot be set up or the system has no randomness.
    pub fn build(mut self) -> Result<ResourceServer, SetUpError> {
        let keys = self.source_of_keys()?;
        let status_lists = match self.status_lists {
            Some(on_unavailable) => Some(StatusLists::new(
                &self.issuer,
                TrustedKeys {
                    keys: keys.clone(),
                    revocations: self.revocations.clone(),
                },
                self.fetcher()?,
                on_unavailable,
                Arc::clone(&self.clock),
            )),
            None => None,
        };
        let issuer_digest = sha256(&[self.issuer.as_bytes()]);
        let shared = Shared {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            verifier_id: sha256(&[&issuer_digest, self.audience.as_bytes()]),
            verifier: self.verifier,
            max_token_bytes: self.max_token_bytes,
            keys,
            tokens: token_cache::of_bytes(self.token_cache_bytes),
            counts: TokenCounts::default(),
            revocations: self.revocations,
            status_lists,
            dpop: match self.dpop {
                Some(dpop) => Some(Dpop::new(dpop.origin, dpop.has_nonces, self.used_proofs)?),
                None => None,
            },
            policies: self.policies,
            clock: self.clock,
        };
        Ok(ResourceServer {
            shared: Arc::new(shared),
            others: Vec::new(),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Builder");
        debug
            .field("issuer", &self.issuer)
            .field("audience", &self.audience);
        debug.finish_non_exhaustive()
    }
}

const TOKEN_CACHE_BYTES: usize = 16 * 1024 * 1024;
