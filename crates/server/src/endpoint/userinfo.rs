//! `/userinfo` (OIDC Core §5.3), asked with a token by one of the ways of RFC 6750 §2.

use airside_oauth::token::{
    presented::{access_token_keys, is_still_valid},
    userinfo::{self, Asking},
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{
    input::{self, BodyError},
    request_context::RequestContext,
    respond::{EndpointError, json},
};

/// Answers with the claims that the presented access token releases.
pub async fn handle(
    context: RequestContext,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let in_form = match form_token(&method, &headers, body).await {
        Ok(in_form) => in_form,
        Err(BodyError::Malformed(error)) => return invalid_request(&error.description),
        Err(error) => return EndpointError::from(error).respond(&context),
    };
    if in_form.is_some() && headers.contains_key(header::AUTHORIZATION) {
        // RFC6750-3.1: more than one way to send a token is an invalid request
        return invalid_request("the token is in the body, and there is an Authorization header");
    }
    match in_form.as_deref().or_else(|| bearer(&headers)) {
        Some(text) => answer(&context, text).await,
        None => challenge(StatusCode::UNAUTHORIZED, ""),
    }
}

async fn answer(context: &RequestContext, text: &str) -> Response {
    let issuer = &context.issuer;
    let now = issuer.now();
    let keys = issuer.keys();
    let token = match keys.access_token(text, &issuer.profile(), now) {
        Ok(token) => token,
        Err(refused) => return invalid_token(&refused.to_string()),
    };
    let facts = match issuer.store.look(&access_token_keys(&token)).await {
        Ok(facts) => facts,
        Err(cause) => return EndpointError::from(cause).respond(context),
    };
    if !is_still_valid(&token, &facts) {
        return invalid_token("the token was revoked");
    }
    if !token.has_scope("openid") {
        // OIDC-Core-5.3.1: the token must have been issued for an OpenID request
        let parameters = ", error=\"insufficient_scope\", scope=\"openid\"";
        return challenge(StatusCode::FORBIDDEN, parameters);
    }
    let client = token.client_id().parse().ok();
    let client = client.and_then(|id| issuer.client(&id));
    let asking = Asking {
        client: client.as_deref(),
        grant: facts.grant.as_ref(),
    };
    let Some(user) = &facts.user else {
        return invalid_token("the token is not about a person");
    };
    let claims = userinfo::claims(&token, user, asking, &issuer.profile());
    let client = client.as_deref();
    let algorithm = client.and_then(|client| client.settings.userinfo_signed_response_alg);
    let (Some(client), Some(algorithm)) = (client, algorithm) else {
        return json(StatusCode::OK, &claims);
    };
    let registered = (&client.client_id, algorithm);
    match userinfo::sign_claims(claims, registered, &issuer.profile(), &keys.keyring, now) {
        Ok(signed) => jwt(signed),
        Err(cause) => EndpointError::Bug(cause.to_string()).respond(context),
    }
}

/// OIDC-Core-5.3.2: the type of a signed answer.
fn jwt(signed: String) -> Response {
    let mut response = Response::new(Body::from(signed));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/jwt"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// RFC6750-2.2: a POST may carry the token in a form; a GET may not, and a query (§2.3) is never read.
async fn form_token(
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<Option<String>, BodyError> {
    if method != Method::POST || !input::is_form(headers) {
        return Ok(None);
    }
    let form = input::form(headers, body, &[]).await?;
    Ok(form.one("access_token").map(str::to_owned))
}

/// RFC6750-2.1: one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next()?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    let single = lines.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    single.then(|| token.trim_start_matches(' '))
}

fn invalid_token(why: &str) -> Response {
    challenge(StatusCode::UNAUTHORIZED, &error("invalid_token", why))
}

fn invalid_request(why: &str) -> Response {
    challenge(StatusCode::BAD_REQUEST, &error("invalid_request", why))
}

fn error(code: &str, why: &str) -> String {
    let why: String = why
        .chars()
        .filter(|c| !matches!(c, '"' | '\\') && !c.is_control())
        .collect();
    format!(", error=\"{code}\", error_description=\"{why}\"")
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
