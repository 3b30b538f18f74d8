//! One API's view of its issuer, and the verification of tokens.

mod builder;
mod digest;
mod error;
mod state;
mod token_cache;
mod token_counts;
mod verification;

pub use builder::{Builder, TrustedIssuer};
pub use error::SetUpError;
pub use state::{KeyState, TokenCacheState};

use std::{fmt, future::Future, sync::Arc, time::Duration};

use airside_jose::{Expiry, IdToken, KeySet, SenderProof, VerifyError, verify_id_token};
use airside_policy::Policies;
use http::request::Parts;

use self::verification::{Shared, claimed_issuer, refused};
use crate::{
    Caller, ProtectedResource, Rejection, Revocations, bearer, jwks::Keys, status_list::StatusLists,
};

/// Verifies the access tokens of an issuer for one API, offline. Clones share everything.
#[derive(Clone)]
pub struct ResourceServer {
    shared: Arc<Shared>,
    /// The other issuers that it trusts.
    others: Vec<Arc<Shared>>,
}

/// The certificate, in DER, with which the client opened the connection. The server that terminates TLS puts
/// it into the request's extensions; a header of a request is never taken for one.
#[derive(Clone, Debug)]
pub struct ClientCertificate(pub Vec<u8>);

impl ResourceServer {
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
        let sent = bearer::sent_token(&request.headers)?;
        let Some(proof) = sent.proof else {
            let certificate = request.extensions.get::<ClientCertificate>();
            let proof =
                certificate.map_or(SenderProof::Nothing, |one| SenderProof::Certificate(&one.0));
            return self.verify_with_proof(sent.token, proof).await;
        };
        let shared = self.other(sent.token).unwrap_or(&self.shared);
        let Some(dpop) = &shared.dpop else {
            return Err(Rejection::NoToken);
        };
        let now = (shared.clock)();
        let proof = dpop.verify(proof, sent.token, &request.method, &request.uri, now)?;
        let caller = self.verify_with_proof(sent.token, SenderProof::Dpop(&proof));
        let caller = caller.await?;
        dpop.first_use(&proof, now)?;
        Ok(caller)
    }

    /// Verifies a request of a framework that has types of its own for requests: its method, its address,
    /// and its headers as pairs of name and value, of which all must be given. A token that is bound to a
    /// client certificate needs [`verify`](Self::verify), which finds the certificate in the extensions.
    ///
    /// ```
    /// # use airside_resource::{Rejection, ResourceServer};
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let airside = ResourceServer::trusting("https://id.example.com").for_audience("https://api.example.com").build()?;
    /// let headers = [("host", b"api.example.com".as_slice())];
    /// let verified = airside.verify_headers("GET", "/accounts/7", headers).await;
    /// assert_eq!(verified.err(), Some(Rejection::NoToken));
    /// # Ok::<(), airside_resource::SetUpError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify); [`Rejection::Malformed`] for a method, an address or a value that
    /// HTTP does not know.
    pub fn verify_headers<'a>(
        &self,
        method: &str,
        uri: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> impl Future<Output = Result<Caller, Rejection>> + Send {
        let head = bearer::head(method, uri, headers);
        async move { self.verify(&head?).await }
    }

    /// Verifies a token that was found elsewhere, such as in a forwarded header, and was sent without a proof.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`], [`Rejection::Unavailable`] or [`Rejection::RevocationsUnknown`].
    pub async fn verify_token(&self, token: &str) -> Result<Caller, Rejection> {
        self.verify_with_proof(token, SenderProof::Nothing).await
    }

    /// Waits until the token of a caller is revoked: for connections that outlive the request in which it
    /// was verified. It costs nothing while nothing is revoked; with [`Builder::status_lists`] the
    /// token's list is read once a minute too.
    ///
    /// It does not end when the token expires.
    pub async fn revoked(&self, caller: &Caller) {
        let token = caller.token();
        let mut others = self.others.iter();
        let other = others.find(|other| other.issuer == token.issuer());
        let shared = match (caller.is_of_another_issuer(), other) {
            (true, Some(other)) => other,
            _ => &self.shared,
        };
        let mut changes = shared.revocations.changes();
        loop {
            changes.borrow_and_update();
            if shared.is_revoked(token) {
                return;
            }
            let Some(lists) = &shared.status_lists else {
                drop(changes.changed().await);
                continue;
            };
            if lists.check(token).await.is_err() {
                return;
            }
            tokio::select! {
                changed = changes.changed() => drop(changed),
                () = tokio::time::sleep(STATUS_INTERVAL) => {}
            }
        }
    }

    /// Verifies an ID token that the issuer gave to `client_id` (OpenID Connect Core §3.1.3.7), with
    /// the same keys. The client itself compares the `nonce` with the one that it sent.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`] or [`Rejection::Unavailable`].
    pub async fn verify_id_token(
        &self,
        token: &str,
        client_id: &str,
    ) -> Result<IdToken, Rejection> {
        if token.len() > self.shared.max_token_bytes {
            return Err(refused(VerifyError::TooLarge));
        }
        let shared = &self.shared;
        let now = (shared.clock)();
        let verify = |keys: Arc<KeySet>| {
            let issuer = &shared.issuer;
            let keys = keys.as_ref();
            verify_id_token(token, keys, issuer, Some(client_id), now, Expiry::Enforced)
        };
        let verified = verify(shared.keys().await?);
        let verified = match (verified, &shared.keys) {
            (Err(VerifyError::UnknownKey), Keys::Fetched(source))
                if source.fetch_for_unknown_kid().await =>
            {
                verify(shared.keys().await?).map_err(refused)?
            }
            (verified, _) => verified.map_err(refused)?,
        };
        match shared.revocations.is_removed(verified.kid()) {
            true => Err(refused(VerifyError::UnknownKey)),
            false => Ok(verified),
        }
    }

    async fn verify_with_proof(
        &self,
        token: &str,
        proof: SenderProof<'_>,
    ) -> Result<Caller, Rejection> {
        if token.len() > self.shared.max_token_bytes {
            return Err(refused(VerifyError::TooLarge));
        }
        match self.other(token) {
            Some(other) => Ok(other.verify(token, proof).await?.of_another_issuer()),
            None => self.shared.verify(token, proof).await,
        }
    }

    /// Trusts the tokens of another issuer too. Each issuer's tokens are verified with its own keys,
    /// its own audience and its own profile: nothing is shared. Subjects of
    /// different issuers are different people: see [`Caller::principal`].
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.others.push(other.shared);
        self.others.extend(other.others);
        self
    }

    /// Tells whether both accept the same tokens, because they share everything.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let shared = |server: &Self| {
            let all = std::iter::once(&server.shared).chain(&server.others);
            all.map(Arc::as_ptr).collect::<Vec<_>>()
        };
        Arc::ptr_eq(&self.shared, &other.shared)
            && (self.others.is_empty() && other.others.is_empty() || shared(self) == shared(other))
    }

    /// Returns the other issuer that the token claims, with nothing verified.
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

    /// Returns the metadata of the API, by which clients find its issuers (RFC 9728); without scopes.
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
            source.write_file();
        }
    }

    /// Returns the names of the issuer's keys that tokens are verified with now; none without keys.
    pub async fn key_ids(&self) -> Vec<String> {
        let Ok(keys) = self.shared.keys().await else {
            return Vec::new();
        };
        let names = keys.iter().filter_map(|key| key.kid());
        names.map(str::to_owned).collect()
    }

    /// Fetches the issuer's keys again, because it announced another key set; tells whether they arrived.
    pub(crate) async fn fetch_keys(&self) -> bool {
        self.shared.keys.fetch_changed().await
    }

    /// Tells whether there are keys of the issuer to verify with; they are fetched if there are none yet.
    pub async fn has_keys(&self) -> bool {
        self.shared.keys().await.is_ok()
    }

    /// Tells whether the last status list that was fetched was good; none if they are not read.
    #[must_use]
    pub fn reads_status_lists(&self) -> Option<bool> {
        let all = [&self.shared].into_iter().chain(&self.others);
        let lists = all.filter_map(|one| one.status_lists.as_ref());
        lists
            .map(StatusLists::is_healthy)
            .reduce(|all, one| all && one)
    }

    #[cfg(test)]
    pub(crate) fn lists(&self) -> Option<&StatusLists> {
        self.shared.status_lists.as_ref()
    }

    #[cfg(test)]
    pub(crate) fn key_source(&self) -> Option<&crate::jwks::JwksSource> {
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

impl fmt::Debug for ResourceServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResourceServer")
            .finish_non_exhaustive()
    }
}

/// The interval at which the status list of a waiting caller's token is read.
const STATUS_INTERVAL: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
