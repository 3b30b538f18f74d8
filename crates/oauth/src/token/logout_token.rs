//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4).

use std::time::Duration;

use airside_jose::{Algorithm, Typ};
use serde::Serialize;

use crate::{
    client::Client,
    id::TokenId,
    key::{entropy::Entropy, keyring::Keyring},
    profile::IssuerProfile,
    state::logout::PendingLogout,
    time::Time,
    token::sign::{MissingKeyError, sign, signer},
};

/// A logout token, unsigned: every attempt to deliver it makes a new one.
#[derive(Clone, Debug)]
pub struct LogoutToken<'a> {
    logout: &'a PendingLogout,
    algorithm: Algorithm,
    now: Time,
    jti: TokenId,
}

impl<'a> LogoutToken<'a> {
    /// Makes the token that tells `client` of the end of a session.
    pub fn new(logout: &'a PendingLogout, client: &Client, now: Time, draw: &Entropy) -> Self {
        Self {
            logout,
            algorithm: client.id_token_signed_response_alg,
            now,
            jti: TokenId::new(now, draw),
        }
    }

    /// Signs it with the algorithm of the client's ID tokens. It is valid for two minutes.
    ///
    /// # Errors
    ///
    /// [`MissingKeyError`] if the issuer keeps no key of that algorithm: a configuration error.
    pub fn sign(
        &self,
        profile: &IssuerProfile,
        keyring: &Keyring,
    ) -> Result<String, MissingKeyError> {
        let claims = LogoutTokenClaims {
            iss: &profile.issuer,
            sub: self.logout.user.to_string(),
            aud: self.logout.key.client.as_str(),
            iat: self.now.as_seconds().as_i64(),
            exp: self.now.plus(LIFETIME).as_seconds().as_i64(),
            jti: self.jti,
            sid: self.logout.key.session.to_string(),
            events: Events::default(),
        };
        // OIDC-BackChannel-2.4: the type keeps it apart from ID tokens and access tokens
        let signer = signer(keyring, self.algorithm, self.now)?;
        sign(signer, Typ::LogoutToken, &claims)
    }
}

/// OIDC-BackChannel-2.4: both `sub` and `sid`, and never a `nonce`, so that it passes for no ID token.
#[derive(Serialize)]
struct LogoutTokenClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: TokenId,
    sid: String,
    events: Events,
}

#[derive(Default, Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Empty,
}

/// `{}`.
#[derive(Default, Serialize)]
struct Empty {}

/// OIDC-BackChannel-2.4: preferably two minutes in the future at most.
const LIFETIME: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use airside_jose::{Expiry, VerifyError, base64url, verify_id_token};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        fixture::{START, client, draw, keyring, profile, session},
        state::logout::{DeliveryState, LogoutKey},
        token::presented::access_token,
    };

    fn token() -> String {
        let client = client();
        let logout = PendingLogout {
            key: LogoutKey {
                session: session().id,
                client: client.client_id.clone(),
            },
            user: session().user,
            ended_at: START,
            delivery: DeliveryState {
                attempts: 1,
                due_at: START,
            },
        };
        let token = LogoutToken::new(&logout, &client, START, &draw(3));
        token.sign(&profile(), &keyring()).unwrap()
    }

    fn part(token: &str, index: usize) -> Value {
        let part = token.split('.').nth(index).unwrap();
        serde_json::from_slice(&base64url::decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_logout_token_has_every_claim_of_its_own_and_no_nonce() {
        // OIDC-BackChannel-2.4
        let token = token();
        let claims = part(&token, 1);
        let expected = json!({
            "iss": "https://id.example",
            "sub": session().user.to_string(),
            "aud": client().client_id.as_str(),
            "iat": START.as_seconds(),
            "exp": START.as_seconds().as_i64() + 120,
            "jti": TokenId::new(START, &draw(3)).to_string(),
            "sid": session().id.to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        assert_eq!(claims, expected);
        let header = part(&token, 0);
        let algorithm = client().id_token_signed_response_alg.as_str();
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&json!("logout+jwt"), &json!(algorithm))
        );
    }

    #[test]
    fn a_logout_token_passes_for_no_id_token() {
        // OIDC-BackChannel-2.4, RFC8725-3.11, T15
        let (profile, keyring, now) = (profile(), keyring(), START);
        let keys = keyring.accepted_for_hints(now);
        for expiry in [Expiry::Enforced, Expiry::Ignored] {
            let seconds = now.as_seconds();
            let read = verify_id_token(&token(), &keys, &profile.issuer, None, seconds, expiry);
            assert_eq!(read.err(), Some(VerifyError::WrongType));
        }
    }

    #[test]
    fn a_logout_token_passes_for_no_access_token() {
        // OIDC-BackChannel-2.4, RFC8725-3.11, T15
        let (profile, keyring) = (profile(), keyring());
        let read = access_token(&token(), &profile, &keyring, START);
        assert_eq!(read.err(), Some(VerifyError::WrongType));
    }
}
