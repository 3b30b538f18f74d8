//! `/userinfo` (OIDC Core §5.3).

use airside_oauth::{
    presented::{access_token_keys, stands},
    userinfo,
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    request_context::RequestContext,
    respond::{Failure, json},
};

/// Answers with the claims that the presented access token releases.
pub async fn handle(context: RequestContext, headers: HeaderMap) -> Response {
    let issuer = &context.issuer;
    let Some(text) = bearer(&headers) else {
        return challenge(StatusCode::UNAUTHORIZED, "");
    };
    let now = issuer.now();
    let keys = issuer.keys();
    let token = match keys.access_token(text, &issuer.profile(), now) {
        Ok(token) => token,
        Err(refused) => return invalid_token(&refused.to_string()),
    };
    let facts = match issuer.store.look(&access_token_keys(&token)).await {
        Ok(facts) => facts,
        Err(cause) => return Failure::from(cause).respond(&context),
    };
    if !stands(&token, &facts) {
        return invalid_token("the token was revoked");
    }
    if !token.has_scope("openid") {
        // OIDC-Core-5.3.1: the token must have been issued for an OpenID request
        let parameters = ", error=\"insufficient_scope\", scope=\"openid\"";
        return challenge(StatusCode::FORBIDDEN, parameters);
    }
    match &facts.user {
        Some(user) => json(StatusCode::OK, &userinfo::claims(&token, user)),
        None => invalid_token("the token is not about a person"),
    }
}

/// RFC6750-2.1: one `Authorization` header; never a form or a query.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next()?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    let single = lines.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    single.then(|| token.trim_start_matches(' '))
}

fn invalid_token(why: &str) -> Response {
    let why: String = why
        .chars()
        .filter(|c| !matches!(c, '"' | '\\') && !c.is_control())
        .collect();
    let parameters = format!(", error=\"invalid_token\", error_description=\"{why}\"");
    challenge(StatusCode::UNAUTHORIZED, &parameters)
}

/// RFC6750-3: what is wrong, and nothing when no token was sent.
fn challenge(status: StatusCode, parameters: &str) -> Response {
    let value = HeaderValue::from_str(&format!("Bearer realm=\"airside\"{parameters}"));
    let mut response = status.into_response();
    let fallback = HeaderValue::from_static("Bearer");
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, value.unwrap_or(fallback));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
