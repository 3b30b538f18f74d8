//! `POST /introspect` (RFC 7662).

use std::sync::Arc;

use airside_oauth::{
    client::Client,
    error::OAuthError,
    time::Time,
    token::{
        introspection::{self, Introspection},
        presented::{PresentedToken, symmetric_access_token},
    },
};
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};

use crate::{
    endpoint::{caller, revoke::presented_token},
    input,
    issuer::Issuer,
    request_context::RequestContext,
    respond::{EndpointError, json},
};

/// Describes a token to a confidential client that may know about it.
pub async fn handle(context: RequestContext, headers: HeaderMap, body: Body) -> Response {
    let issuer = &context.issuer;
    match answer(issuer, &headers, body).await {
        Ok(introspection) => json(StatusCode::OK, &introspection),
        Err(failure) => failure.respond(&context),
    }
}

async fn answer(
    issuer: &Issuer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Introspection, EndpointError> {
    let form = input::form(headers, body, &[]).await?;
    let now = issuer.now();
    let client = caller::authenticate(issuer, headers, &form, now).await?;
    if client.client().is_public() {
        // RFC7662-2.1: the endpoint requires authorization, against token scanning
        let error = "a public client cannot introspect: register it with a secret or keys";
        return Err(OAuthError::invalid_client(error).into());
    }
    let text = presented_token(&form)?;
    let Some(token) = verify(issuer, client.client(), text, now) else {
        return Ok(Introspection::default());
    };
    let facts = issuer.store.look(&token.keys()).await?;
    let profile = issuer.profile();
    let caller = client.client();
    Ok(introspection::describe(
        &token, caller, &profile, &facts, now,
    ))
}

fn verify(issuer: &Issuer, client: &Client, text: &str, now: Time) -> Option<PresentedToken> {
    let keys = issuer.keys();
    let profile = issuer.profile();
    keys.presented(text, &profile, now).or_else(|| {
        // an HS256 token tells only the API that shares its secret anything
        let serves = &client.settings.resource_server_for;
        symmetric_access_token(text, &profile, serves, now)
            .map(|token| PresentedToken::Access(Arc::new(token)))
    })
}
