//! Redeeming the code of a sign-in, and verifying what it yields.

use airside_jose::IdToken;
use airside_resource::{Rejection, ResourceServer, UnixSeconds};
use serde_json::{Map, Value};

use super::{
    BrowserMode,
    flow::Flow,
    page::SignInError,
    provider::{TokenError, Tokens},
    refresh::expiry,
    session::Session,
};

impl BrowserMode {
    /// Redeems a code and verifies the tokens of the answer.
    pub(super) async fn redeem(
        &self,
        code: &str,
        flow: &Flow,
        resource_server: &ResourceServer,
        now: UnixSeconds,
    ) -> Result<Session, SignInError> {
        let tokens = self.exchange(code, flow).await?;
        let id_token = required_id_token(&tokens)?;
        let verified = self.verify_id_token(id_token, flow, resource_server);
        let verified = verified.await?;
        // here, not at the first request: a session whose token no API takes would begin again and again
        let accepted = resource_server.verify_token(&tokens.access_token).await;
        accepted.map_err(rejected)?;
        Ok(Session {
            claims: self.claims(&verified, &tokens.access_token).await,
            access_expires_at: expiry(&tokens, now),
            id_token: id_token.to_owned(),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
        })
    }

    /// Verifies that an ID token is of this sign-in, and that the sign-in was as good as required.
    async fn verify_id_token(
        &self,
        id_token: &str,
        flow: &Flow,
        resource_server: &ResourceServer,
    ) -> Result<IdToken, SignInError> {
        let verified = resource_server
            .verify_id_token(id_token, &self.settings.client_id)
            .await;
        let verified = verified.map_err(rejected)?;
        // OIDC-Core-3.1.3.7: another sign-in's ID token
        if verified.claim("nonce").and_then(Value::as_str) != Some(flow.nonce.as_str()) {
            return Err(rejected(Rejection::InvalidToken(
                "the nonce is another one".to_owned(),
            )));
        }
        // a page that asks for a better sign-in would lead here again, and again
        if !flow.is_met(verified.claim("acr").and_then(Value::as_str)) {
            return Err(SignInError::TooWeak);
        }
        Ok(verified)
    }

    /// Returns the claims about the person: those of the ID token, and of the UserInfo endpoint.
    async fn claims(&self, id_token: &IdToken, access_token: &str) -> Map<String, Value> {
        let mut claims = about_the_person(id_token);
        let mut more = self.provider.user_info(access_token).await;
        // OIDC-Core-5.3.4: what is said of somebody else is not used
        if more.get("sub").and_then(Value::as_str) == Some(id_token.subject()) {
            claims.append(&mut more);
        }
        claims
    }

    /// Exchanges a code for tokens (RFC 6749 §4.1.3).
    async fn exchange(&self, code: &str, flow: &Flow) -> Result<Tokens, SignInError> {
        let redirect_uri = self.redirect_uri();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &flow.code_verifier),
        ];
        match self.provider.tokens(&fields).await {
            Ok(tokens) => Ok(tokens),
            Err(TokenError::Refused) => Err(SignInError::Failed),
            Err(TokenError::Unavailable) => Err(SignInError::Unavailable),
        }
    }
}

/// Logs why the issuer's tokens are rejected, and returns what the person is told.
fn rejected(rejection: Rejection) -> SignInError {
    tracing::warn!(cause = %rejection, "sign-in rejected");
    match rejection {
        Rejection::Unavailable | Rejection::RevocationsUnknown => SignInError::Unavailable,
        _ => SignInError::Failed,
    }
}

fn required_id_token(tokens: &Tokens) -> Result<&str, SignInError> {
    let Some(id_token) = &tokens.id_token else {
        tracing::warn!("sign-in rejected: no ID token");
        return Err(SignInError::Failed);
    };
    Ok(id_token)
}

/// Returns the claims about the person, without those about the token.
fn about_the_person(id_token: &IdToken) -> Map<String, Value> {
    let mut claims = id_token.claims().clone();
    for name in [
        "iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash", "sid",
    ] {
        claims.remove(name);
    }
    claims
}
