//! An interaction: a request on its way through the browser, sealed into the page.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    entropy::Draw, form::Params, id::SessionId, key::Purpose, secret::Digest, time::Time,
    vault::Vault,
};

/// What a page gives back: nobody can make, read or alter it, and it works in one browser only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interaction {
    /// Which page.
    #[serde(rename = "p")]
    pub page: Page,
    /// When the page was made.
    #[serde(rename = "t")]
    pub created_at: Time,
    /// The digest of the browser's cookie; none for a request that came without one.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<[u8; 32]>,
    /// The session it was made for; on the consent and sign-out pages.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// The request's parameters, form-encoded; checked again at every step.
    #[serde(rename = "q")]
    pub query: String,
}

/// The pages that carry an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// None: a request on its way back from a cross-site POST.
    #[serde(rename = "r")]
    Request,
    /// Sign-in.
    #[serde(rename = "i")]
    SignIn,
    /// Consent.
    #[serde(rename = "c")]
    Consent,
    /// Sign-out.
    #[serde(rename = "o")]
    SignOut,
}

impl Interaction {
    /// Seals the interaction; none only if the issuer has no key for it.
    pub fn seal(&self, vault: &Vault, draw: &Draw) -> Option<String> {
        let plain = serde_json::to_vec(self).ok()?;
        vault.seal(Purpose::Interaction, &plain, self.created_at, draw)
    }

    /// Opens what [`Self::seal`] made, whatever its age; none if it is not authentic.
    pub fn open(sealed: &str, vault: &Vault) -> Option<Self> {
        let plain = vault.unseal(Purpose::Interaction, sealed)?;
        serde_json::from_slice(&plain).ok()
    }

    /// Whether the page is still young enough to be submitted.
    pub fn is_current(&self, now: Time) -> bool {
        now.within(self.page.lifetime(), self.created_at)
    }

    /// Whether it was made for the browser with this cookie.
    pub fn belongs_to(&self, browser: Option<&Digest>) -> bool {
        match (&self.browser, browser) {
            (Some(own), Some(browser)) => Digest::from_bytes(*own).matches(browser),
            _ => false,
        }
    }

    /// The request's parameters.
    pub fn params(&self) -> Option<Params> {
        Params::parse(self.query.as_bytes()).ok()
    }
}

impl Page {
    /// How long the page may be looked at before it must be made anew.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Request | Self::Consent | Self::SignOut => Duration::from_secs(10 * 60),
            Self::SignIn => Duration::from_secs(24 * 60 * 60),
        }
    }
}
