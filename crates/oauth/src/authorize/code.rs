//! Authorization codes: sealed, not stored (RFC 6749 §4.1.2).

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, GrantId, SessionId, UserId},
    key::{Purpose, entropy::Entropy, vault::Vault},
    request::pkce::CodeChallenge,
    state::grant::AuthorizedAccess,
    time::Time,
};

/// The contents of an authorization code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// The id of the grant that redemption begins: redeeming twice would insert it twice.
    #[serde(rename = "i")]
    pub id: GrantId,
    /// The time at which it was issued.
    #[serde(rename = "t")]
    pub issued_at: Time,
    /// To whom.
    #[serde(rename = "c")]
    pub client: ClientId,
    /// By whom.
    #[serde(rename = "u")]
    pub user: UserId,
    /// In which session.
    #[serde(rename = "s")]
    pub session: SessionId,
    /// The access that was allowed.
    #[serde(rename = "g")]
    pub terms: AuthorizedAccess,
    /// The redirect URI as it was sent.
    #[serde(rename = "r")]
    pub redirect_uri: String,
    /// The hash of the verifier.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// Goes into the ID token as it was sent.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The user's epoch when it was issued.
    #[serde(rename = "ue")]
    pub user_epoch: u32,
    /// The client's epoch when it was issued.
    #[serde(rename = "ce")]
    pub client_epoch: u32,
    /// The host and epoch of the consent it rests on.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<(String, u32)>,
}

impl AuthorizationCode {
    /// Seals the code; none if it would be longer than [`MAX_BYTES`].
    pub fn seal(&self, vault: &Vault, now: Time, draw: &Entropy) -> Option<String> {
        let plain = serde_json::to_vec(self).ok()?;
        let text = format!("{PREFIX}{}", vault.seal(Purpose::Code, &plain, now, draw)?);
        (text.len() <= MAX_BYTES).then_some(text)
    }

    /// Opens a code that was sealed here, whatever its age; none if it is not authentic.
    pub fn open(text: &str, vault: &Vault) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let plain = vault.unseal(Purpose::Code, text.strip_prefix(PREFIX)?)?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Codes travel in URLs, which servers and browsers cut off somewhere.
pub const MAX_BYTES: usize = 2048;

/// Lets secret scanners recognise a leaked code.
const PREFIX: &str = "airside_ac_";
