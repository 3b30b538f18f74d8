//! Tokens beside those that callers use: a test uses them up.

use std::time::Duration;

use crate::{
    document::Kind,
    exchange::{Answer, IdentityIndex, Recorded, RequestSpec},
    identity::{Account, Secret, claims},
    probe::ProbeError,
    request::Assignment,
    session::Session,
    tree::leaves,
    word::folded,
};

/// A token that nothing but one test uses.
#[derive(Debug)]
pub struct FreshToken {
    /// The token.
    pub token: Secret,
    /// The exchange that yielded it, if the API itself did.
    pub sign_in: Option<u64>,
    /// The time for which it works, if that is known.
    pub life: Option<Duration>,
}

impl Session {
    /// Gets another token for a caller; the one that it uses stays.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub async fn fresh_token(&self, index: IdentityIndex) -> Result<FreshToken, String> {
        let identity = self.identity(index).ok_or("there is no such caller")?;
        if let Some(source) = &identity.source {
            let token = source.token().await?;
            self.keep_secret(&token);
            return Ok(FreshToken {
                life: self.life_by_claim(&token),
                sign_in: None,
                token,
            });
        }
        let account = identity.account.read().clone();
        let account = account.ok_or("another token cannot be had without an account: give one (--account, or --sign-in FILE)")?;
        let token = self.token_of(&account, &identity).await;
        let token = token.map_err(|error| error.to_string())?;
        let token = token.ok_or_else(|| self.sign_in_failure(&identity.name))?;
        let number = self.probe.last_number();
        let exchange = self.probe.exchange(number);
        let told = exchange.and_then(|one| life_in(&one.answer));
        Ok(FreshToken {
            life: told.or_else(|| self.life_by_claim(&token)),
            sign_in: Some(number),
            token,
        })
    }

    fn life_by_claim(&self, token: &Secret) -> Option<Duration> {
        let left = claims::expiry(token.reveal())? - (self.now)();
        u64::try_from(left).ok().map(Duration::from_secs)
    }

    /// Sends a request with a token that is not the caller's present one, and takes the answer as it is.
    ///
    /// # Errors
    ///
    /// [`ProbeError`].
    pub async fn send_by(
        &self,
        (caller, token): (IdentityIndex, &Secret),
        spec: RequestSpec,
    ) -> Result<Recorded, ProbeError> {
        self.count(&spec);
        self.probe.send(Some(caller), Some(token), spec).await
    }

    /// Returns a read that works with a caller's token and not without one.
    #[must_use]
    pub fn pulse(&self, index: IdentityIndex) -> Option<RequestSpec> {
        self.pulses.lock().get(&index).cloned()
    }

    /// Returns the request that signs a caller out: that of the recipe, else one of the document.
    #[must_use]
    pub fn sign_out_spec(&self, account: &Account) -> Option<RequestSpec> {
        if let Some(request) = &self.recipe.sign_out {
            return Some(self.recipe_spec(request, account));
        }
        let mut operations = self.api.of_kind(Kind::SignOut);
        let own = operations.find(|one| one.administrative.is_none() && one.slots.is_empty())?;
        self.request(own, &Assignment::new())
    }
}

/// Returns the time for which a token works, as the answer with it says.
fn life_in(answer: &Answer) -> Option<Duration> {
    let json = answer.json.as_ref()?;
    let leaves = leaves(json);
    let mut leaves = leaves.values();
    let own = leaves.find(|leaf| folded(leaf.name) == "expiresin")?;
    own.value.as_u64().map(Duration::from_secs)
}
