//! Signing out, here and at the issuer.

use std::sync::Arc;

use airside_resource::UnixSeconds;
use http::{
    Response, StatusCode,
    header::{ACCEPT, SET_COOKIE},
    request::Parts,
};
use serde_json::json;

use super::BrowserMode;
use super::{
    page::{self, see_other},
    session::{Handle, Session},
};
use crate::{body::Body, error::RequestError};

impl BrowserMode {
    /// Ends the session and redirects to the issuer's own sign-out (OpenID Connect RP-Initiated Logout
    /// 1.0 §2).
    pub(super) async fn sign_out(
        self: &Arc<Self>,
        parts: &Parts,
        now: UnixSeconds,
    ) -> Result<Response<Body>, RequestError> {
        let named = self.named(parts, now).await?;
        let location = self.end_at_issuer(named).await;
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

    /// Ends a session here, and returns where the browser ends that of the issuer.
    async fn end_at_issuer(self: &Arc<Self>, named: Option<(Handle, Session)>) -> String {
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
        location
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
