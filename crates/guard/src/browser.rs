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
pub(crate) mod navigation;
mod page;
mod provider;
mod redeem;
mod refresh;
mod refresh_lock;
mod route;
mod seal;
mod session;
pub(crate) mod setting;
mod sign_in;
mod sign_out;

use std::{fmt, sync::Arc};

use airside_resource::{ResourceServer, SetUpError, UnixSeconds};
use http::{Response, StatusCode, request::Parts};
use serde_json::json;
use url::form_urlencoded;

use self::{
    cookie::Cookies,
    gate::Gate,
    page::SignInError,
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
        let (id, secret) = (&settings.client_id, &settings.client_secret);
        let provider = Provider::new(&trust.issuer, &trust.reach(), id, secret)?;
        Ok(Self {
            audience: trust.audience.clone(),
            issuer: trust.issuer.clone(),
            cookies: Cookies::new(&settings.origin),
            origins: [std::slice::from_ref(&settings.origin), allies].concat(),
            flow_key: flow_key.ok_or(SetUpError::NoRandomness)?,
            provider,
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

    /// Returns the page about a sign-in that failed; signing in from there leads to `return_to`.
    fn sign_in_error(&self, sign_in_error: SignInError, return_to: &str) -> Response<Body> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", return_to);
        sign_in_error.page(&format!("{}?{}", self.at("sign-in"), query.finish()))
    }
}

impl fmt::Debug for BrowserMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BrowserMode")
            .finish_non_exhaustive()
    }
}
