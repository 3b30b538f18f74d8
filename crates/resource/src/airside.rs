//! One API's view of its issuer: what it accepts, and verifying.

use std::{fmt, path::PathBuf, sync::Arc};

use airside_jose::{
    Expiry, IdToken, KeySet, Presented, Profile, Refused, VerifiedToken, Verifier, base64url,
    verify_id_token,
};
use airside_net::{FetchError, FetchPolicy, Fetcher};
use airside_policy::Policies;
use aws_lc_rs::digest::{Context, SHA256};
use http::request::Parts;
use quick_cache::sync::Cache;
use url::Url;

use crate::{
    Caller, OnLoss, ProtectedResource, Rejection, RevocableToken, Revocations, bearer,
    clock::{self, Clock},
    dpop::Dpop,
    jwks::{Keys, KeysFile, Place, Source},
    status_list::StatusLists,
};

/// Verifies the access tokens of an issuer for one API, offline. Clones share everything.
#[derive(Clone)]
pub struct Airside {
    shared: Arc<Shared>,
    /// What is trusted beside it.
    others: Vec<Arc<Shared>>,
}

struct Shared {
    issuer: String,
    audience: String,
    verifier: Verifier,
    verifier_id: Digest,
    keys: Keys,
    seen: Cache<Digest, Seen>,
    revocations: Revocations,
    status_lists: Option<StatusLists>,
    dpop: Option<Dpop>,
    policies: Option<Arc<dyn Policies>>,
    clock: Clock,
}

/// The certificate, in DER, with which the client opened the connection. Whoever ends TLS puts it into
/// the request's extensions; a header of a request is never taken for one.
#[derive(Clone, Debug)]
pub struct ClientCertificate(pub Vec<u8>);

type Digest = [u8; 32];

/// A token that was verified with a set of keys.
#[derive(Clone)]
struct Seen {
    token: Arc<VerifiedToken>,
    keys: Arc<KeySet>,
}

/// Why an [`Airside`] cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// TLS to the issuer.
    #[error("TLS cannot be set up")]
    Tls(#[from] FetchError),
    /// The client's id and secret make no header.
    #[error("the client's id and secret cannot be sent")]
    Credentials,
    /// The system gives no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
}

/// How an [`Airside`] is set up.
pub struct Builder {
    issuer: String,
    audience: String,
    profile: Profile,
    jwks_uri: Option<Url>,
    keys: Option<Keys>,
    keys_file: Option<PathBuf>,
    allow_loopback_http: bool,
    revocations: Revocations,
    status_lists: Option<OnLoss>,
    cached_tokens: usize,
    dpop: Option<(Url, bool)>,
    policies: Option<Arc<dyn Policies>>,
    clock: Clock,
}

impl Airside {
    /// Starts setting up an API: its issuer's identifier and its own, which is the `aud` of its tokens.
    #[must_use]
    pub fn for_api(issuer: impl Into<String>, audience: impl Into<String>) -> Builder {
        Builder {
            issuer: issuer.into(),
            audience: audience.into(),
            profile: Profile::default(),
            jwks_uri: None,
            keys: None,
            keys_file: None,
            allow_loopback_http: false,
            revocations: Revocations::new(),
            status_lists: None,
            cached_tokens: CACHED_TOKENS,
            dpop: None,
            policies: None,
            clock: clock::system(),
        }
    }

    /// Verifies the access token of a request, and the DPoP proof or client certificate that it is
    /// bound to.
    ///
    /// Waits only when keys must be fetched: at the first token, and for an unknown key once in 30
    /// seconds; and with [`Builder::status_lists`], when a list must be fetched: at the first token that
    /// names it, and when no token did for longer than it is fresh.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: no token, malformed header, a token or a proof that is not good, or no keys.
    pub async fn verify(&self, request: &Parts) -> Result<Caller, Rejection> {
        let sent = bearer::sent(&request.headers)?;
        let Some(proof) = sent.proof else {
            let certificate = request.extensions.get::<ClientCertificate>();
            let presented =
                certificate.map_or(Presented::Nothing, |one| Presented::Certificate(&one.0));
            return self.verify_presented(sent.token, presented).await;
        };
        let Some(dpop) = &self.shared.dpop else {
            return Err(Rejection::NoToken);
        };
        let now = (self.shared.clock)();
        let proof = dpop.verify(proof, sent.token, &request.method, &request.uri, now)?;
        let caller = self.verify_presented(sent.token, Presented::Dpop(&proof));
        let caller = caller.await?;
        dpop.first_use(&proof, now)?;
        Ok(caller)
    }

    /// Verifies a token that was found elsewhere, such as in a forwarded header, and came alone.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`] or [`Rejection::Unavailable`].
    pub async fn verify_token(&self, token: &str) -> Result<Caller, Rejection> {
        self.verify_presented(token, Presented::Nothing).await
    }

    /// Verifies an ID token that the issuer gave to `client_id` (OpenID Connect Core §3.1.3.7), with
    /// the same keys. Whether its `nonce` is the one that was sent is for the client to see.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`] or [`Rejection::Unavailable`].
    pub async fn verify_id_token(
        &self,
        token: &str,
        client_id: &str,
    ) -> Result<IdToken, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(refused(Refused::TooLarge));
        }
        let shared = &self.shared;
        let now = (shared.clock)();
        let verify = |keys: Arc<KeySet>| {
            let issuer = &shared.issuer;
            let keys = keys.as_ref();
            verify_id_token(token, keys, issuer, Some(client_id), now, Expiry::Enforced)
        };
        let verified = verify(shared.keys().await?);
        match (verified, &shared.keys) {
            (Err(Refused::UnknownKey), Keys::Fetched(source))
                if source.fetch_for_unknown_kid().await =>
            {
                verify(shared.keys().await?).map_err(refused)
            }
            (verified, _) => verified.map_err(refused),
        }
    }

    async fn verify_presented(
        &self,
        token: &str,
        presented: Presented<'_>,
    ) -> Result<Caller, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(refused(Refused::TooLarge));
        }
        match self.other(token) {
            Some(other) => Ok(other.verify(token, presented).await?.of_another_issuer()),
            None => self.shared.verify(token, presented).await,
        }
    }

    /// Trusts the tokens of another issuer too. Each issuer's tokens are verified with its own keys,
    /// its own audience and its own profile: nothing is shared. The other's people are not this one's,
    /// whatever they are called: see [`Caller::principal`].
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.others.push(other.shared);
        self.others.extend(other.others);
        self
    }

    /// Another issuer whose token it claims to be: that issuer's keys show whether it is.
    fn other(&self, token: &str) -> Option<&Shared> {
        if self.others.is_empty() {
            return None;
        }
        let claimed = claimed_issuer(token)?;
        let mut others = self.others.iter();
        others
            .find(|other| other.issuer == claimed)
            .map(Arc::as_ref)
    }

    /// What is published about the API, so that clients find its issuers (RFC 9728); without scopes.
    #[must_use]
    pub fn metadata(&self) -> ProtectedResource {
        let issuers = [&self.shared].into_iter().chain(&self.others);
        ProtectedResource {
            resource: self.shared.audience.clone(),
            authorization_servers: issuers.map(|one| one.issuer.clone()).collect(),
            scopes_supported: Vec::new(),
            bearer_methods_supported: ["header"],
        }
    }

    /// Refuses a key for ever, even if the issuer lists it again and after a restart with
    /// [`Builder::keys_file`].
    pub fn remove_key(&self, kid: impl Into<String>) {
        self.shared.revocations.remove_key(kid);
        if let Keys::Fetched(source) = &self.shared.keys {
            source.keep();
        }
    }

    /// The names of the issuer's keys that tokens are verified with now; none without keys.
    pub async fn key_ids(&self) -> Vec<String> {
        let Ok(keys) = self.shared.keys().await else {
            return Vec::new();
        };
        let names = keys.iter().filter_map(|key| key.kid());
        names.map(str::to_owned).collect()
    }

    /// Tells whether the last status list that was fetched was good; none if they are not read.
    #[must_use]
    pub fn reads_status_lists(&self) -> Option<bool> {
        let all = [&self.shared].into_iter().chain(&self.others);
        let lists = all.filter_map(|one| one.status_lists.as_ref());
        lists
            .map(StatusLists::is_well)
            .reduce(|all, one| all && one)
    }

    #[cfg(test)]
    pub(crate) fn lists(&self) -> Option<&StatusLists> {
        self.shared.status_lists.as_ref()
    }

    #[cfg(test)]
    pub(crate) fn key_source(&self) -> Option<&Source> {
        match &self.shared.keys {
            Keys::Fetched(source) => Some(source),
            Keys::Given(_) => None,
        }
    }

    pub(crate) fn policies(&self) -> Option<&dyn Policies> {
        self.shared.policies.as_deref()
    }

    /// Returns what is revoked; entries added to it count at once.
    #[must_use]
    pub fn revocations(&self) -> &Revocations {
        &self.shared.revocations
    }
}

impl Shared {
    async fn verify(&self, token: &str, presented: Presented<'_>) -> Result<Caller, Rejection> {
        let keys = self.keys().await?;
        let digest = self.digest(token);
        let now = (self.clock)();
        if let Some(seen) = self.seen.get(&digest)
            && Arc::ptr_eq(&seen.keys, &keys)
        {
            let caller = self.stands(seen.token, presented, now)?;
            return self.unless_its_list_refuses(caller).await;
        }
        let (verified, keys) = self.prove(token, presented, keys, now).await?;
        let token = Arc::new(verified);
        let caller = self.stands(Arc::clone(&token), presented, now)?;
        self.seen.insert(digest, Seen { token, keys });
        self.unless_its_list_refuses(caller).await
    }

    /// The last check, on every use: it is the one that may have to wait.
    async fn unless_its_list_refuses(&self, caller: Caller) -> Result<Caller, Rejection> {
        // draft-ietf-oauth-status-list-21-8.3: only a token that is good otherwise is looked for
        if let Some(lists) = &self.status_lists {
            lists.check(caller.token()).await?;
        }
        Ok(caller)
    }

    async fn keys(&self) -> Result<Arc<KeySet>, Rejection> {
        self.keys.current().await.ok_or(Rejection::Unavailable)
    }

    async fn prove(
        &self,
        token: &str,
        presented: Presented<'_>,
        keys: Arc<KeySet>,
        now: i64,
    ) -> Result<(VerifiedToken, Arc<KeySet>), Rejection> {
        let verify = |keys: &KeySet| {
            let verifier = &self.verifier;
            verifier.verify_presented(token, presented, keys, now)
        };
        match verify(&keys) {
            Ok(verified) => return Ok((verified, keys)),
            Err(error) if is_unknown_key(&error) && self.keys.look_again().await => {}
            Err(error) => return Err(refused(error)),
        }
        let keys = self.keys().await?;
        let verified = verify(&keys).map_err(refused)?;
        Ok((verified, keys))
    }

    /// Checks what can change while a token lives; made on every use, cached or not.
    fn stands(
        &self,
        token: Arc<VerifiedToken>,
        presented: Presented<'_>,
        now: i64,
    ) -> Result<Caller, Rejection> {
        if now >= token.expires_at().saturating_add(LEEWAY_SECONDS) {
            return Err(refused(Refused::Expired));
        }
        token.require(presented).map_err(refused)?;
        let revoked = self.revocations.is_revoked(&RevocableToken {
            grant_id: token.grant_id(),
            jti: token.jti(),
            client_id: token.client_id(),
            subject: token.subject(),
            issued_at: token.issued_at(),
            kid: token.kid(),
        });
        if revoked {
            return Err(refused("the token is revoked"));
        }
        Ok(Caller::new(token, now))
    }

    /// Names a token in the cache: all of it, and the verifier that accepted it.
    fn digest(&self, token: &str) -> Digest {
        sha256(&[&self.verifier_id, token.as_bytes()])
    }
}

impl Builder {
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
        self.keys_file = Some(path.into());
        self
    }

    /// Allows an issuer at `http://127.0.0.1`: for development.
    #[must_use]
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    /// Accepts the tokens of another profile than RFC 9068: for issuers that do not know it.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
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
    /// token comes, and again in the background before it is old; then no use waits. `on_loss` says what
    /// happens while there is none: a list that was good serves on until it expires.
    ///
    /// It needs no credentials at the issuer, and a revoked token lives on for as long as the list is
    /// fresh (`ttl`; 60 seconds with Airside): [`Feed`](crate::Feed) is faster.
    #[must_use]
    pub fn status_lists(mut self, on_loss: OnLoss) -> Self {
        self.status_lists = Some(on_loss);
        self
    }

    /// Remembers this many verified tokens; 10 000 by default.
    #[must_use]
    pub fn cached_tokens(mut self, tokens: usize) -> Self {
        self.cached_tokens = tokens;
        self
    }

    /// Takes tokens that are bound to a key, with a proof for each request (DPoP, RFC 9449). `origin`
    /// is the API's address as its clients know it: proofs are for it.
    #[must_use]
    pub fn dpop(mut self, origin: Url) -> Self {
        self.dpop = Some((origin, false));
        self
    }

    /// The same, and every proof needs a nonce of this process, so that none was made ahead (RFC 9449
    /// §9).
    #[must_use]
    pub fn dpop_with_nonces(mut self, origin: Url) -> Self {
        self.dpop = Some((origin, true));
        self
    }

    /// Asks these policies about actions whose rule leaves it to them (`Need::policies`).
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

    /// Finishes the set-up. Nothing is fetched before the first token.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if TLS cannot be set up or there is no randomness.
    pub fn build(self) -> Result<Airside, SetUpError> {
        let place = match self.jwks_uri {
            Some(url) => Place::Known(url),
            None => Place::discovered(self.issuer.clone()),
        };
        let fetcher = || {
            Fetcher::new(FetchPolicy {
                allow_loopback_http: self.allow_loopback_http,
                ..FetchPolicy::default()
            })
        };
        let keys = match self.keys {
            Some(keys) => keys,
            None => {
                let file = self
                    .keys_file
                    .map(|path| KeysFile::new(path, self.issuer.clone()));
                Keys::Fetched(Source::new(
                    place,
                    fetcher()?,
                    file,
                    self.revocations.clone(),
                    Arc::clone(&self.clock),
                ))
            }
        };
        let status_lists = match self.status_lists {
            Some(on_loss) => Some(StatusLists::new(
                &self.issuer,
                (keys.clone(), self.revocations.clone()),
                fetcher()?,
                on_loss,
                Arc::clone(&self.clock),
            )),
            None => None,
        };
        let issuer_digest = sha256(&[self.issuer.as_bytes()]);
        let shared = Shared {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            verifier_id: sha256(&[&issuer_digest, self.audience.as_bytes()]),
            verifier: Verifier::new(&self.issuer, &self.audience).profile(self.profile),
            keys,
            seen: Cache::new(self.cached_tokens),
            revocations: self.revocations,
            status_lists,
            dpop: match self.dpop {
                Some((origin, nonces)) => Some(Dpop::new(origin, nonces)?),
                None => None,
            },
            policies: self.policies,
            clock: self.clock,
        };
        Ok(Airside {
            shared: Arc::new(shared),
            others: Vec::new(),
        })
    }
}

/// The `iss` that a token claims, with nothing proved.
fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Claims {
        iss: String,
    }
    let payload = base64url::decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    Some(claims.iss)
}

fn is_unknown_key(error: &Refused) -> bool {
    matches!(error, Refused::UnknownKey)
}

fn refused(cause: impl fmt::Display) -> Rejection {
    Rejection::InvalidToken(cause.to_string())
}

fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = Digest::default();
    // SHA-256 has exactly the length of `Digest`.
    for (to, from) in digest.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    digest
}

impl fmt::Debug for Airside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Airside").finish_non_exhaustive()
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

const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// The same as the verifier's.
const LEEWAY_SECONDS: i64 = 30;
const CACHED_TOKENS: usize = 10_000;

#[cfg(test)]
mod tests;
