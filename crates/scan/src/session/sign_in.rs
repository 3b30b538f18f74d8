//! Tokens of callers, renewed when they die; accounts to be thrown away.
//!
//! | module | holds |
//! |---|---|
//! | `failure` | the reason why a caller has no token |
//! | `fresh` | tokens beside those that callers use |
//! | `recipe` | requests of a recipe |
//! | `registration` | registrations, by a recipe or by an operation of the document |
//! | `throwaway` | accounts to be thrown away |
//! | `token` | tokens in answers, and the requests that yield them |

mod failure;
mod fresh;
mod recipe;
mod registration;
mod throwaway;
mod token;

use parking_lot::RwLock;

pub use fresh::FreshToken;

use crate::{
    exchange::{IdentityIndex, RequestSpec},
    identity::{Account, Secret, claims},
    probe::ProbeError,
    session::Session,
};

impl Session {
    /// Signs every caller with an account in, and makes accounts where a recipe says so.
    pub async fn sign_in_all(&self) {
        for (index, identity) in self.identities().into_iter().enumerate() {
            if !identity.is_renewable() {
                continue;
            }
            let account = identity.account.read().clone();
            if let (true, Some(account)) =
                (self.recipe.makes_accounts && self.allow_writes, account)
            {
                self.register_named(&identity.name, &account).await;
            }
            if let Err(error) = self.renew(index).await {
                *identity.lost.write() = Some(error.to_string());
            }
        }
    }

    /// Registers the account of a caller that is named.
    async fn register_named(&self, name: &str, account: &Account) {
        let Some(request) = &self.recipe.register else {
            return;
        };
        let spec = self.recipe_spec(request, account);
        if let Err(error) = self.send_with(None, spec).await {
            self.remark(format!("registering {name} failed: {error}"));
        }
    }

    /// Returns true if a caller's token works: a request that worked before still does. A caller without
    /// such a request counts as alive.
    pub(super) async fn is_alive(&self, index: IdentityIndex) -> Result<bool, ProbeError> {
        let pulse = {
            let pulses = self.pulses.lock();
            // what needs a token and no identifier works for everybody
            pulses
                .get(&index)
                .or_else(|| pulses.values().next())
                .cloned()
        };
        let Some(pulse) = pulse else {
            // it may be dead: where it can be renewed, it is
            return Ok(self.identity(index).is_none_or(|one| !one.is_renewable()));
        };
        let exchange = self.send_with(Some(index), pulse).await?;
        Ok(exchange.answer.is_accepted())
    }

    /// Takes a request that works with a caller's token and not without one.
    pub(super) fn set_pulse(&self, index: IdentityIndex, spec: RequestSpec) {
        self.pulses.lock().entry(index).or_insert(spec);
    }

    pub(super) async fn renew_before_expiry(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(());
        };
        let expiry = identity
            .token
            .read()
            .as_ref()
            .and_then(|token| claims::expiry(token.reveal()));
        let is_near = expiry.is_some_and(|expiry| expiry - (self.now)() <= 2);
        match is_near && identity.is_renewable() {
            true => self.renew(index).await,
            false => Ok(()),
        }
    }

    /// Gets another token for a caller.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NoCaller`] if there is neither an account nor a source, or it is refused.
    pub(super) async fn renew(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(());
        };
        let name = &identity.name;
        if let Some(source) = &identity.source {
            let token = source.token().await.map_err(ProbeError::NoCaller)?;
            identity.set_token(token);
            return Ok(());
        }
        let account = identity.account.read().clone();
        let Some(account) = account else {
            let why = format!(
                "the token of {name} stopped working during the scan, and there is no way to renew it: name an account (--sign-in)"
            );
            *identity.lost.write() = Some(why.clone());
            return Err(ProbeError::NoCaller(why));
        };
        let token = self.token_of(&account, &identity).await?;
        let token = token.ok_or_else(|| ProbeError::NoCaller(self.sign_in_failure(name)))?;
        identity.set_token(token);
        Ok(())
    }

    /// Gets another token for a caller.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NoCaller`] if there is no account, or it is refused.
    pub async fn renew_of(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        self.renew(index).await
    }

    /// Returns true if an account can sign in with a password.
    pub async fn accepts_password(
        &self,
        index: IdentityIndex,
        password: &str,
    ) -> Result<bool, ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(false);
        };
        let account = RwLock::read(&identity.account).clone();
        let Some(account) = account else {
            return Ok(false);
        };
        let account = Account {
            password: Secret::new(password),
            ..account
        };
        Ok(self.token_of(&account, &identity).await?.is_some())
    }
}
