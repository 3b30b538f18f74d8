//! Browser mode (backend for frontend): the guard signs people in, keeps their tokens, and gives the
//! browser a cookie, so that a single-page app holds no token that a script could steal.
//!
//! | path | what |
//! |---|---|
//! | `GET /auth/sign-in?return_to=/…` | to the issuer, and back to `return_to` |
//! | `GET /auth/callback` | back from the issuer |
//! | `GET /auth/session` | who is signed in, for the app's script |
//! | `POST /auth/sign-out` | ends the session here and at the issuer |
//!
//! A request with the cookie is then judged by the access token that the guard keeps, exactly as if
//! the caller had sent it.

mod cookie;
mod flow;
mod gate;
mod page;
mod provider;
mod refresh;
mod refresh_lock;
mod route;
mod seal;
mod session;
pub(crate) mod setting;
mod sign_in;

use std::{fmt, sync::Arc};

use airside_resource::{Rejection, ResourceServer, SetUpError, UnixSeconds};
use http::{
    Method, Response, StatusCode,
    header::{ACCEPT, SET_COOKIE},
    request::Parts,
};
use serde_json::json;
use url::form_urlencoded;

pub(crate) use self::page::error_page;
use self::{
    cookie::Cookies,
    gate::Gate,
    page::{SignInError, see_other},
    provider::Provider,
    route::{ROUTES, Route, RouteAction},
    seal::SealKey,
    session::{Handle, Session},
};
pub(crate) use self::{
    session::{Sessions, SessionsError},
    setting::BrowserSettings,
};
use crate::{body::Body, error::RequestError, request::CanonicalRequest, trust::Trust};

/// The browser mode of a guard.
pub(crate) struct BrowserMode {
    settings: BrowserSettings,
    /// The origins whose pages may use the cookie: the guard's own, and those that `[cors]` allows
    /// credentials.
    origins: Vec<String>,
    audience: String,
    issuer: String,
    cookies: Cookies,
    flow_key: SealKey,
    provider: Provider,
    sessions: Sessions,
}

impl BrowserMode {
    pub(crate) fn new(
        settings: BrowserSettings,
        trust: &Trust,
        sessions: Sessions,
        allies: &[String],
    ) -> Result<Self, SetUpError> {
        // the same for several guards, and after a restart
        let flow_key = SealKey::derive(settings.client_secret.as_bytes(), "sign-in flow");
        Ok(Self {
            audience: trust.audience.clone(),
            issuer: trust.issuer.clone(),
            cookies: Cookies::new(&settings.origin),
            origins: [std::slice::from_ref(&settings.origin), allies].concat(),
            flow_key: flow_key.ok_or(SetUpError::NoRandomness)?,
            provider: Provider::new(
                &trust.issuer,
                &trust.reach(),
                &settings.client_id,
                &settings.client_secret,
            )?,
            sessions,
            settings,
        })
    }

    /// Answers a request to one of the guard's own addresses; `None` for every other request.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        request: &CanonicalRequest,
        resource_server: &ResourceServer,
        now: UnixSeconds,
    ) -> Option<Result<Response<Body>, RequestError>> {
        let route = match self.route(request)? {
            Ok(route) if !route.gate.admits(&request.parts, &self.origins) => {
                return Some(Err(RequestError::CrossSite));
            }
            Ok(route) => route,
            Err(error) => return Some(Err(error)),
        };
        Some(match route.action {
            RouteAction::SignIn => self.sign_in(&request.target, now).await,
            RouteAction::Callback => self.callback(request, resource_server, now).await,
            RouteAction::Session => self.session(&request.parts, now).await,
            RouteAction::SignOut => self.sign_out(&request.parts, now).await,
        })
    }

    /// Returns whether a request is to one of the guard's own addresses: the error if it would be
    /// refused for every caller, `None` if it is for the API.
    pub(crate) fn is_own(&self, request: &CanonicalRequest) -> Option<Result<(), RequestError>> {
        Some(self.route(request)?.map(|_| ()))
    }

    fn route(&self, request: &CanonicalRequest) -> Option<Result<&'static Route, RequestError>> {
        let path = request.target.path();
        let name = path
            .strip_prefix(self.settings.path.as_str())?
            .strip_prefix('/')?;
        let route = ROUTES.iter().find(|route| route.name == name);
        Some(match route {
            None => Err(RequestError::Undeclared("")),
            Some(route) if request.parts.method != route.method => Err(RequestError::Method {
                allowed: route.method.to_string(),
            }),
            Some(route) => Ok(route),
        })
    }

    /// Returns a redirect to the sign-in for a person who opened a page; `None` if a sign-in would not
    /// help. Scripts get the refusal itself.
    pub(crate) fn sign_in_redirect(
        &self,
        navigation: &Navigation,
        error: &RequestError,
    ) -> Option<Response<Body>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", &navigation.0);
        match error {
            RequestError::Rejected(Rejection::NoToken | Rejection::InvalidToken(_)) => {}
            RequestError::Rejected(Rejection::StepUp {
                acr_values,
                max_age,
            }) => {
                if !acr_values.is_empty() {
                    query.append_pair("acr_values", &acr_values.join(" "));
                }
                if let Some(seconds) = max_age {
                    query.append_pair("max_age", &seconds.to_string());
                }
            }
            _ => return None,
        }
        Some(see_other(&format!(
            "{}?{}",
            self.at("sign-in"),
            query.finish()
        )))
    }

    pub(crate) fn is_ours(&self, set_cookie: &http::HeaderValue) -> bool {
        self.cookies.is_ours(set_cookie)
    }

    pub(crate) fn strip(&self, headers: &mut http::HeaderMap) {
        self.cookies.strip(headers);
    }

    pub(crate) async fn sweep(&self, now: UnixSeconds) {
        self.sessions.sweep(self.settings.lifetimes, now).await;
    }

    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.settings.path)
    }

    fn redirect_uri(&self) -> String {
        format!("{}{}", self.settings.origin, self.at("callback"))
    }

    fn handle(&self, parts: &Parts) -> Option<Handle> {
        Handle::parse(self.cookies.session(&parts.headers)?)
    }

    /// Returns the session that a request names, if one of our own pages sent the request.
    async fn named(
        &self,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Option<(Handle, Session)>, RequestError> {
        let Some(handle) = self.handle(parts) else {
            return Ok(None);
        };
        if !Gate::OwnPages.admits(parts, &self.origins) {
            return Err(RequestError::CrossSite);
        }
        let found = self
            .sessions
            .find(&handle, self.settings.lifetimes, now)
            .await;
        Ok(found.map(|session| (handle, session)))
    }

    /// Tells the app's script who is signed in. The answer never contains a token.
    async fn session(
        &self,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Response<Body>, RequestError> {
        let named = self.named(parts, now).await?;
        let value = match named {
            Some((_, session)) => json!({ "signed_in": true, "claims": session.claims }),
            None => json!({ "signed_in": false }),
        };
        Ok(page::json(StatusCode::OK, &value))
    }

    /// Ends the session and redirects to the issuer's own sign-out (OpenID Connect RP-Initiated Logout
    /// 1.0 §2).
    async fn sign_out(
        self: &Arc<Self>,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Response<Body>, RequestError> {
        let named = self.named(parts, now).await?;
        let mut location = "/".to_owned();
        if let Some((handle, session)) = named {
            self.sessions.end(&handle).await;
            self.revoke_in_background(session.refresh_token);
            let endpoints = self.provider.endpoints().await;
            if let Some(mut url) = endpoints.and_then(|one| one.end_session_endpoint.clone()) {
                let back = format!("{}/", self.settings.origin);
                url.query_pairs_mut().extend_pairs([
                    ("id_token_hint", session.id_token.as_str()),
                    ("client_id", &self.settings.client_id),
                    ("post_logout_redirect_uri", &back),
                ]);
                location = url.into();
            }
        }
        let mut response = match wants_page(parts) {
            true => see_other(&location),
            false => page::json(StatusCode::OK, &json!({ "location": location })),
        };
        response
            .headers_mut()
            .append(SET_COOKIE, self.cookies.clear_session());
        Ok(response)
    }

    /// Revokes a refresh token without delaying the sign-out.
    fn revoke_in_background(self: &Arc<Self>, refresh_token: Option<String>) {
        let Some(token) = refresh_token else { return };
        let browser_mode = Arc::clone(self);
        tokio::spawn(async move { browser_mode.provider.revoke(&token).await });
    }

    fn sign_in_error(&self, sign_in_error: SignInError) -> Response<Body> {
        sign_in_error.page(&self.at("sign-in"))
    }
}

/// The path and query of a page that a person opens, to return to it after a sign-in.
pub(crate) struct Navigation(String);

impl Navigation {
    /// Reads it from a request; `None` if a script or a form made it.
    pub(crate) fn of(request: &CanonicalRequest) -> Option<Self> {
        let opened =
            request.parts.method == Method::GET && gate::is_navigation(&request.parts.headers);
        opened.then(|| Self(request.target.path_and_query()))
    }
}

/// Tells whether a form of a page was submitted, as opposed to a script's request.
fn wants_page(parts: &Parts) -> bool {
    match parts.headers.get("sec-fetch-mode") {
        Some(mode) => mode.as_bytes() == b"navigate",
        None => {
            let accepted = parts
                .headers
                .get(ACCEPT)
                .and_then(|accept| accept.to_str().ok());
            accepted.is_some_and(|accept| accept.contains("text/html"))
        }
    }
}

impl fmt::Debug for BrowserMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BrowserMode")
            .finish_non_exhaustive()
    }
}
