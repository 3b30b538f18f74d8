//! Tokens of callers, renewed when they die; accounts to be thrown away.
//!
//! | module | holds |
//! |---|---|
//! | `recipe` | requests of a recipe |
//! | `registration` | registrations, by a recipe or by an operation of the document |
//! | `throwaway` | accounts to be thrown away |
//! | `token` | tokens in answers, and the requests that yield them |

mod recipe;
mod registration;
mod throwaway;
mod token;

use parking_lot::RwLock;

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
            let account = identity.account.read().clone();
            let Some(account) = account else { continue };
            if let (true, Some(request), true) = (
                self.recipe.makes_accounts,
                &self.recipe.register,
                self.allow_writes,
            ) {
                let spec = self.recipe_spec(request, &account);
                if let Err(error) = self.send_with(None, spec).await {
                    self.remark(format!("registering {} failed: {error}", identity.name));
                }
            }
            if let Err(error) = self.renew(index).await {
                *identity.lost.write() = Some(error.to_string());
            }
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
            return Ok(self
                .identity(index)
                .is_none_or(|one| one.account.read().is_none()));
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
        let has_account = identity.account.read().is_some();
        match is_near && has_account {
            true => self.renew(index).await,
            false => Ok(()),
        }
    }

    /// Gets another token for a caller.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NoCaller`] if there is no account, or it is refused.
    pub(super) async fn renew(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(());
        };
        let account = identity.account.read().clone();
        let Some(account) = account else {
            let why = format!(
                "the token of {} stopped working during the scan, and there is no way to renew it: name an account (--sign-in)",
                identity.name
            );
            *identity.lost.write() = Some(why.clone());
            return Err(ProbeError::NoCaller(why));
        };
        let token = self.token_of(&account, &identity).await?;
        match token {
            Some(token) => {
                identity.set_token(token);
                Ok(())
            }
            None => Err(ProbeError::NoCaller(format!(
                "{} cannot sign in",
                identity.name
            ))),
        }
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
