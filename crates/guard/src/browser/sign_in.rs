//! Signing a person in: to the issuer, and back (RFC 6749 §4.1, OpenID Connect Core §3.1).

use airside_api::Target;
use airside_resource::{ResourceServer, UnixSeconds};
use http::{Response, header::SET_COOKIE, request::Parts};
use url::Url;

use super::{
    BrowserMode,
    flow::{self, Flow},
    page::{self, SignInError, see_other},
    provider::Endpoints,
    session::{Handle, Session},
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
        let unavailable = self.sign_in_error(SignInError::Unavailable, &return_to);
        let (Some(endpoints), Some(mut flow)) =
            (self.provider.endpoints().await, Flow::begin(return_to, now))
        else {
            return Ok(unavailable);
        };
        flow.acr_values = target.query("acr_values")?.map(str::to_owned);
        let Some(carried) = flow.carry(&self.flow_key) else {
            return Ok(unavailable);
        };
        let mut url = self.authorization_url(&endpoints, &flow, &carried.state);
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

    /// Returns the address of an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
    fn authorization_url(&self, endpoints: &Endpoints, flow: &Flow, state: &str) -> Url {
        let mut url = endpoints.authorization_endpoint.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.redirect_uri()),
            ("scope", &self.settings.scope),
            ("resource", &self.audience),
            ("state", state),
            ("nonce", &flow.nonce),
            ("code_challenge", &flow.code_challenge()),
            ("code_challenge_method", "S256"),
        ]);
        url
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
            return Ok(self.stale(&request.parts, now).await);
        };
        let code = match self.provider.endpoints().await {
            None => Err(SignInError::Unavailable),
            Some(endpoints) if !self.is_from_issuer(iss, &endpoints) => Err(SignInError::Failed),
            Some(_) => answered_code(code, error),
        };
        let signed_in = match code {
            Ok(code) => self.redeem(code, &flow, resource_server, now).await,
            Err(sign_in_error) => Err(sign_in_error),
        };
        let begun = match signed_in {
            Ok(session) => self.begin_session(&session, &request.parts, now).await,
            Err(sign_in_error) => Err(sign_in_error),
        };
        let mut response = match &begun {
            Ok(_) => see_other(&flow.return_to),
            Err(sign_in_error) => self.sign_in_error(*sign_in_error, &flow.return_to),
        };
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, self.cookies.clear_flow(state));
        if let Ok(handle) = begun {
            headers.append(SET_COOKIE, self.cookies.set_session(&handle.expose()));
        }
        Ok(response)
    }

    /// Answers the end of a sign-in that is not under way: a person who went back and allowed access once more is
    /// signed in already.
    async fn stale(&self, parts: &Parts, now: UnixSeconds) -> Response<Body> {
        let lifetimes = self.settings.lifetimes;
        let is_signed_in = match self.handle(parts) {
            Some(handle) => self.sessions.find(&handle, lifetimes, now).await.is_some(),
            None => false,
        };
        match is_signed_in {
            true => page::signed_in_already(),
            false => self.sign_in_error(SignInError::Stale, "/"),
        }
    }

    /// RFC9207-2.4: an answer of another issuer is a mix-up.
    fn is_from_issuer(&self, iss: Option<&str>, endpoints: &Endpoints) -> bool {
        match iss {
            Some(iss) => iss == self.issuer,
            None => !endpoints.authorization_response_iss_parameter_supported,
        }
    }

    /// Begins the session that follows a sign-in, in place of the browser's previous one.
    async fn begin_session(
        &self,
        session: &Session,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Handle, SignInError> {
        self.end_previous(parts, now).await;
        let begun = self.sessions.begin(session, now).await;
        begun.ok_or(SignInError::Unavailable)
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

/// Returns the code of the issuer's answer (RFC 6749 §4.1.2, §4.1.2.1).
fn answered_code<'a>(code: Option<&'a str>, error: Option<&str>) -> Result<&'a str, SignInError> {
    match (code, error) {
        (Some(code), None) => Ok(code),
        (None, Some("access_denied")) => Err(SignInError::Denied),
        (None, Some("temporarily_unavailable" | "server_error")) => Err(SignInError::Unavailable),
        _ => Err(SignInError::Failed),
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
        for elsewhere in ELSEWHERE {
            assert!(local(elsewhere).is_err(), "{elsewhere:?}");
        }
    }

    /// Texts that do not lead to a path of this site.
    const ELSEWHERE: [&str; 11] = [
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
    ];
}
