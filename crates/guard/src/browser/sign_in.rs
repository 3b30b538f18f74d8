//! Signing a person in: to the issuer, and back (RFC 6749 §4.1, OpenID Connect Core §3.1).

use airside_api::Target;
use airside_jose::IdToken;
use airside_resource::{Rejection, ResourceServer, UnixSeconds};
use http::{Response, header::SET_COOKIE, request::Parts};
use serde_json::{Map, Value};

use super::{
    BrowserMode,
    flow::{self, Flow},
    page::{SignInError, see_other},
    provider::{Endpoints, TokenError},
    refresh::expiry,
    session::Session,
};
use crate::{body::Body, error::RequestError, request::CanonicalRequest};

impl BrowserMode {
    /// Sends a person to the issuer (OpenID Connect Core §3.1.2.1).
    pub(super) async fn sign_in(
        &self,
        target: &Target,
        now: UnixSeconds,
    ) -> Result<Response<Body>, RequestError> {
        let return_to = match target.query("return_to")? {
            Some(text) => local(text)?,
            None => "/".to_owned(),
        };
        let (Some(endpoints), Some(mut flow)) =
            (self.provider.endpoints().await, Flow::begin(return_to, now))
        else {
            return Ok(self.sign_in_error(SignInError::Unavailable));
        };
        flow.acr_values = target.query("acr_values")?.map(str::to_owned);
        let Some(carried) = flow.carry(&self.flow_key) else {
            return Ok(self.sign_in_error(SignInError::Unavailable));
        };
        let mut url = endpoints.authorization_endpoint.clone();
        let redirect_uri = self.redirect_uri();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", &self.settings.scope),
            ("resource", &self.audience),
            ("state", &carried.state),
            ("nonce", &flow.nonce),
            ("code_challenge", &flow.code_challenge()),
            ("code_challenge_method", "S256"),
        ]);
        // what an API asks for when a sign-in is not good enough (RFC 9470 §3)
        for name in ["acr_values", "max_age"] {
            if let Some(value) = target.query(name)? {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let mut response = see_other(url.as_str());
        let cookie = self
            .cookies
            .set_flow(&carried.state, &carried.cookie, flow::LIFETIME_SECONDS);
        response.headers_mut().append(SET_COOKIE, cookie);
        Ok(response)
    }

    /// Takes a person back from the issuer (RFC 6749 §4.1.2).
    pub(super) async fn callback(
        &self,
        request: &CanonicalRequest,
        resource_server: &ResourceServer,
        now: UnixSeconds,
    ) -> Result<Response<Body>, RequestError> {
        let state = request.target.query("state")?.unwrap_or_default();
        let (code, error) = (
            request.target.query("code")?,
            request.target.query("error")?,
        );
        let iss = request.target.query("iss")?;
        let flow = self.cookies.flow(&request.parts.headers, state);
        let flow = flow.and_then(|cookie| Flow::read(cookie, state, &self.flow_key, now));
        // whose answer it is comes before what it says
        let Some(flow) = flow else {
            return Ok(self.sign_in_error(SignInError::Stale));
        };
        let signed_in = match self.provider.endpoints().await {
            None => Err(SignInError::Unavailable),
            Some(endpoints) if !self.is_from_issuer(iss, &endpoints) => Err(SignInError::Failed),
            Some(_) => match (code, error) {
                (Some(code), None) => self.redeem(code, &flow, resource_server, now).await,
                (None, Some("access_denied")) => Err(SignInError::Denied),
                (None, Some("temporarily_unavailable" | "server_error")) => {
                    Err(SignInError::Unavailable)
                }
                _ => Err(SignInError::Failed),
            },
        };
        let begun = match signed_in {
            Ok(session) => {
                self.end_previous(&request.parts, now).await;
                let begun = self.sessions.begin(&session, now).await;
                begun.ok_or(SignInError::Unavailable)
            }
            Err(sign_in_error) => Err(sign_in_error),
        };
        let mut response = match &begun {
            Ok(_) => see_other(&flow.return_to),
            Err(sign_in_error) => self.sign_in_error(*sign_in_error),
        };
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, self.cookies.clear_flow(state));
        if let Ok(handle) = begun {
            headers.append(SET_COOKIE, self.cookies.set_session(&handle.expose()));
        }
        Ok(response)
    }

    /// RFC9207-2.4: an answer of another issuer is a mix-up.
    fn is_from_issuer(&self, iss: Option<&str>, endpoints: &Endpoints) -> bool {
        match iss {
            Some(iss) => iss == self.issuer,
            None => !endpoints.authorization_response_iss_parameter_supported,
        }
    }

    /// Redeems a code and verifies the tokens of the answer.
    async fn redeem(
        &self,
        code: &str,
        flow: &Flow,
        resource_server: &ResourceServer,
        now: UnixSeconds,
    ) -> Result<Session, SignInError> {
        let redirect_uri = self.redirect_uri();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &flow.code_verifier),
        ];
        let tokens = match self.provider.tokens(&fields).await {
            Ok(tokens) => tokens,
            Err(TokenError::Refused) => return Err(SignInError::Failed),
            Err(TokenError::Unavailable) => return Err(SignInError::Unavailable),
        };
        let failed = |rejection: Rejection| {
            tracing::warn!(cause = %rejection, "sign-in rejected");
            match rejection {
                Rejection::Unavailable | Rejection::RevocationsUnknown => SignInError::Unavailable,
                _ => SignInError::Failed,
            }
        };
        let Some(id_token) = &tokens.id_token else {
            tracing::warn!("sign-in rejected: no ID token");
            return Err(SignInError::Failed);
        };
        let verified = resource_server
            .verify_id_token(id_token, &self.settings.client_id)
            .await;
        let verified = verified.map_err(failed)?;
        // OIDC-Core-3.1.3.7: another sign-in's ID token
        if verified.claim("nonce").and_then(Value::as_str) != Some(flow.nonce.as_str()) {
            return Err(failed(Rejection::InvalidToken(
                "the nonce is another one".to_owned(),
            )));
        }
        // a page that asks for a better sign-in would lead here again, and again
        if !flow.is_met(verified.claim("acr").and_then(Value::as_str)) {
            return Err(SignInError::TooWeak);
        }
        // here, not at the first request: a session whose token no API takes would begin again and again
        resource_server
            .verify_token(&tokens.access_token)
            .await
            .map_err(failed)?;
        let mut claims = about_the_person(&verified);
        let mut more = self.provider.user_info(&tokens.access_token).await;
        // OIDC-Core-5.3.4: what is said of somebody else is not used
        if more.get("sub").and_then(Value::as_str) == Some(verified.subject()) {
            claims.append(&mut more);
        }
        Ok(Session {
            claims,
            access_expires_at: expiry(&tokens, now),
            id_token: id_token.clone(),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
        })
    }

    /// Ends the browser's previous session, so that a session that was fixed before the sign-in is
    /// worthless.
    async fn end_previous(&self, parts: &Parts, now: UnixSeconds) {
        let Some(handle) = self.handle(parts) else {
            return;
        };
        let found = self
            .sessions
            .find(&handle, self.settings.lifetimes, now)
            .await;
        self.sessions.end(&handle).await;
        if let Some(token) = found.and_then(|session| session.refresh_token) {
            self.provider.revoke(&token).await;
        }
    }
}

/// Returns the path if it leads to this site and no browser could read it as another one.
fn local(text: &str) -> Result<String, RequestError> {
    let elsewhere = RequestError::Ambiguous("`return_to` is not a path of this site");
    let (path, fragment) = match text.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (text, None),
    };
    let path = Target::parse(path)
        .map_err(|_| elsewhere.clone())?
        .path_and_query();
    match fragment {
        None => Ok(path),
        Some(fragment) if fragment.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(format!("{path}#{fragment}"))
        }
        Some(_) => Err(elsewhere),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A09
    #[test]
    fn a_person_comes_back_to_this_site_only() {
        for (asked, path) in [
            ("/", "/"),
            ("/accounts/7?x=1", "/accounts/7?x=1"),
            ("/#/accounts/7", "/#/accounts/7"),
        ] {
            assert_eq!(local(asked).as_deref(), Ok(path));
        }
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/%2fevil.example",
            "/\r\nSet-Cookie: a=b",
            "/#\r\nSet-Cookie: a=b",
            "/a/../b",
            "\\evil",
            "evil",
        ] {
            assert!(local(elsewhere).is_err(), "{elsewhere:?}");
        }
    }
}
