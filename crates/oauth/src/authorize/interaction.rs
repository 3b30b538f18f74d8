//! An interaction: a request on its way through the browser, sealed into the page.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    id::SessionId,
    key::{Purpose, entropy::Entropy, secret::Digest, vault::Vault},
    request::{
        access::Access,
        form::{Params, SentParams},
    },
    time::Time,
    token::grant_type::REPEATABLE,
};

/// The state that a page gives back: no other party can make, read or alter it, and it works in one browser only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interaction {
    /// The page.
    #[serde(rename = "p")]
    pub page: Page,
    /// The time at which the page was made.
    #[serde(rename = "t")]
    pub created_at: Time,
    /// The digest of the browser's cookie; none for a request that came without one.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    browser: Option<[u8; 32]>,
    /// The session it was made for; after a sign-in, on the consent and the sign-out page.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// On the consent page: the person had signed in for this very request.
    #[serde(rename = "f", default, skip_serializing_if = "is_false")]
    pub just_signed_in: bool,
    /// On the consent page: the person had chosen the account of the session for this very request.
    #[serde(rename = "l", default, skip_serializing_if = "is_false")]
    pub account_selected: bool,
    /// In the form of the consent page: the access that the page shows.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    shown: Option<Access>,
    /// The request's parameters, form-encoded; checked again at every step.
    #[serde(rename = "q")]
    query: String,
}

/// The pages that carry an interaction, and the redirects between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// None: a request on its way back from a cross-site POST, or one that starts over.
    #[serde(rename = "r")]
    Request,
    /// Sign-in.
    #[serde(rename = "i")]
    SignIn,
    /// None: a request whose sign-in has just been submitted.
    #[serde(rename = "j")]
    SignedIn,
    /// The choice of an account.
    #[serde(rename = "a")]
    SelectAccount,
    /// None: a request for which an account has just been chosen.
    #[serde(rename = "k")]
    AccountSelected,
    /// Consent.
    #[serde(rename = "c")]
    Consent,
    /// Sign-out.
    #[serde(rename = "o")]
    SignOut,
}

impl Interaction {
    /// Makes the interaction of a request with these parameters, for no browser and no session yet.
    pub fn new(page: Page, params: &Params, now: Time) -> Self {
        Self {
            page,
            created_at: now,
            browser: None,
            session: None,
            just_signed_in: false,
            account_selected: false,
            shown: None,
            query: params.render(),
        }
    }

    /// Binds it to the browser with this cookie.
    #[must_use]
    pub fn for_browser(mut self, browser: &Digest) -> Self {
        self.browser = Some(*browser.as_bytes());
        self
    }

    /// Binds it to a session.
    #[must_use]
    pub fn for_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// Records the access that the consent page shows.
    #[must_use]
    pub fn showing(mut self, access: &Access) -> Self {
        self.shown = Some(access.clone());
        self
    }

    /// Returns true if the consent page has shown everything in `asked`.
    pub fn has_shown(&self, asked: &Access) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.covers(asked))
    }

    /// Returns the session of a person who has signed in for this very request.
    ///
    /// Only the submit that signed in makes the first such interaction, and the consent page that
    /// follows carries it on.
    pub fn signed_in(&self) -> Option<SessionId> {
        let proof = match self.page {
            Page::SignedIn => true,
            Page::Consent => self.just_signed_in,
            Page::Request
            | Page::SignIn
            | Page::SelectAccount
            | Page::AccountSelected
            | Page::SignOut => false,
        };
        self.session.filter(|_| proof)
    }

    /// Returns the session of a person who has chosen its account for this very request: on the page that
    /// asks, or by signing in.
    pub fn selected(&self) -> Option<SessionId> {
        let chosen = self.page == Page::AccountSelected
            || self.page == Page::Consent && self.account_selected;
        match self.session {
            Some(session) if chosen => Some(session),
            _ => self.signed_in(),
        }
    }

    /// Seals the interaction; none only if the issuer has no key for it.
    pub fn seal(&self, vault: &Vault, draw: &Entropy) -> Option<String> {
        let plain = serde_json::to_vec(self).ok()?;
        vault.seal(Purpose::Interaction, &plain, self.created_at, draw)
    }

    /// Opens what [`Self::seal`] made, whatever its age; none if it is not authentic.
    pub fn open(sealed: &str, vault: &Vault) -> Option<Self> {
        let plain = vault.unseal(Purpose::Interaction, sealed)?;
        serde_json::from_slice(&plain).ok()
    }

    /// Returns true if the page is still young enough to be submitted.
    pub fn is_current(&self, now: Time) -> bool {
        now.within(self.page.lifetime(), self.created_at)
    }

    /// Returns true if it was made for the browser with this cookie.
    pub fn belongs_to(&self, browser: Option<&Digest>) -> bool {
        match (&self.browser, browser) {
            (Some(own), Some(browser)) => Digest::from_bytes(*own).matches(browser),
            _ => false,
        }
    }

    /// Returns the request's parameters.
    pub fn params(&self) -> Option<Params> {
        let sent = SentParams::parse(self.query.as_bytes()).ok()?;
        sent.single(&REPEATABLE).ok()
    }
}

impl Page {
    /// Returns how long what was sealed may be submitted; after that the request starts over.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::SignedIn | Self::AccountSelected => Duration::from_secs(60),
            Self::Request | Self::SelectAccount | Self::Consent | Self::SignOut => {
                Duration::from_secs(10 * 60)
            }
            Self::SignIn => Duration::from_secs(24 * 60 * 60),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
