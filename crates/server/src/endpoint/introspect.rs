//! `POST /introspect` (RFC 7662).

use std::sync::Arc;

use airside_oauth::{
    client::Client,
    error::OAuthError,
    refusal::RefusalReason,
    request::form::Params,
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
    issuer::Issuer,
    refusal::RefusedRequest,
    request_context::RequestContext,
    respond::{EndpointError, json},
};

/// Describes a token to a confidential client that may know about it.
pub async fn handle(context: RequestContext, headers: HeaderMap, body: Body) -> Response {
    let form = match caller::form(&context, ENDPOINT, &headers, body, &[]).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    match answer(&context.issuer, &headers, &form).await {
        Ok(introspection) => json(StatusCode::OK, &introspection),
        Err(failure) => {
            let request = RefusedRequest::of(ENDPOINT, &headers, Some(&form));
            failure.respond(&context, &request)
        }
    }
}

async fn answer(
    issuer: &Issuer,
    headers: &HeaderMap,
    form: &Params,
) -> Result<Introspection, EndpointError> {
    let now = issuer.now();
    let caller = caller::authenticate(issuer, headers, form, now).await?;
    let caller = caller.client();
    require_confidential(caller)?;
    let text = presented_token(form)?;
    let Some(token) = verify(issuer, caller, text, now) else {
        return Ok(Introspection::default());
    };
    let facts = issuer.store.look(&token.keys()).await?;
    let profile = issuer.profile();
    Ok(introspection::describe(
        &token, caller, &profile, &facts, now,
    ))
}

/// RFC7662-2.1: the endpoint requires authorization, against token scanning
fn require_confidential(client: &Client) -> Result<(), OAuthError> {
    if !client.is_public() {
        return Ok(());
    }
    let error = "a public client cannot introspect: register it with a secret or keys";
    Err(OAuthError::invalid_client(error).because(RefusalReason::ClientNotAllowed))
}

const ENDPOINT: &str = "/introspect";

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
