//! `POST /revoke` (RFC 7009).

use airside_oauth::{
    error::OAuthError, request::form::Params, state::decide::Context, token::revocation,
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    endpoint::caller, input, request_context::RequestContext, respond::EndpointError,
    transact::Outcome,
};

/// Revokes a token of the authenticated client; says 200 whatever the token was.
pub async fn handle(context: RequestContext, headers: HeaderMap, body: Body) -> Response {
    let _issuer = &context.issuer;
    match answer(&context, &headers, body).await {
        Ok(()) => {
            let mut response = StatusCode::OK.into_response();
            let no_store = HeaderValue::from_static("no-store");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, no_store);
            response
        }
        Err(failure) => failure.respond(&context),
    }
}

async fn answer(
    request: &RequestContext,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), EndpointError> {
    let issuer = &request.issuer;
    let form = input::form(headers, body, &[]).await?;
    let (now, draw) = (issuer.now(), issuer.draw());
    let client = caller::authenticate(issuer, headers, &form, now).await?;
    let token = presented_token(&form)?;
    let keys = issuer.keys();
    let profile = issuer.profile();
    let context = Context {
        profile: &profile,
        client: client.client(),
        vault: &keys.vault,
        now,
        draw: &draw,
        origin: &request.origin,
        status: None,
    };
    let Some(token) = keys.presented(token, &profile, now) else {
        return Ok(());
    };
    let decide = |facts: &_| Outcome {
        answer: (),
        commit: revocation::decide(&token, &context, facts),
    };
    Ok(issuer.transact(&token.keys(), decide).await?)
}

/// The token to revoke or introspect; `token_type_hint` is not needed to recognise it.
pub(super) fn presented_token(form: &Params) -> Result<&str, OAuthError> {
    form.one("token")
        .ok_or_else(|| OAuthError::invalid_request("the parameter `token` is missing"))
}
