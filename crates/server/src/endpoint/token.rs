//! `POST /token` (RFC 6749 §3.2).

use airside_oauth::{
    client::client_auth::AuthenticatedClient,
    error::OAuthError,
    request::form::Params,
    state::decide::{Context, Decide, Decision, Denied, Facts, Granted},
    time::Time,
    token::{
        self,
        issue::{TokenResponse, UnsignedTokens},
    },
};
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};

use crate::{
    endpoint::caller,
    input,
    issuer::Issuer,
    request_context::RequestContext,
    respond::{Failure, json},
    settle::Settled,
    turn::Class,
};

/// Identifies the client, decides, commits, answers.
pub async fn handle(context: RequestContext, headers: HeaderMap, body: Body) -> Response {
    let issuer = &context.issuer;
    let form = match input::form(&headers, body, &token::grant_type::REPEATABLE).await {
        Ok(form) => form,
        Err(error) => return Failure::from(error).respond(&context),
    };
    let grant_type = known_grant_type(&form);
    match answer(&context, &headers, &form).await {
        Ok(tokens) => {
            issuer.metrics.issued(grant_type);
            json(StatusCode::OK, &tokens)
        }
        Err(failure) => {
            issuer.metrics.refused(grant_type, failure.code());
            failure.respond(&context)
        }
    }
}

/// Whoever has a turn of a class has proved to belong to it: a client's secret, a code or a refresh
/// token that was made here. That takes a few microseconds, so it waits for no turn.
async fn answer(
    request: &RequestContext,
    headers: &HeaderMap,
    form: &Params,
) -> Result<TokenResponse, Failure> {
    let issuer = &request.issuer;
    let now = issuer.now();
    let proof = caller::authenticate(issuer, headers, form, now);
    let client = match form.present("client_assertion") {
        // a signature takes longer
        true => issuer.in_turn(Class::SignIn, proof).await??,
        false => proof.await?,
    };
    let keys = issuer.keys();
    let grant = token::grant_type::parse(form, client.client(), &keys.vault)?;
    let class = match form.one("grant_type") {
        Some("client_credentials") => Class::Machine,
        Some("refresh_token") => Class::Refresh,
        _ => Class::Code,
    };
    let work = issue(request, &client, grant.as_ref(), now);
    issuer.in_turn(class, work).await?
}

async fn issue(
    request: &RequestContext,
    client: &AuthenticatedClient,
    grant: &dyn Decide,
    now: Time,
) -> Result<TokenResponse, Failure> {
    let issuer = &request.issuer;
    let (keys, draw) = (issuer.keys(), issuer.draw());
    let in_force = issuer.in_force(now).await?;
    // a place whose grant is refused stays empty: nobody else gets it
    let status = match grant.begins_grant() {
        true => Some(issuer.places.take(issuer.store.as_ref()).await?),
        false => None,
    };
    let profile = issuer.profile();
    let context = Context {
        profile: &profile,
        client: client.client(),
        vault: &keys.vault,
        now,
        draw: &draw,
        origin: &request.origin,
        status,
    };
    let decide = |facts: &Facts| settled(issuer, grant.decide(&context, facts));
    let issue = issuer.settle(&grant.keys(), decide).await??;
    // the only place where tokens are made, and only after the commit
    issue
        .sign(&profile, &keys.keyring, &keys.vault, in_force)
        .map_err(|error| Failure::Bug(error.to_string()))
}

fn settled(issuer: &Issuer, decision: Decision) -> Settled<Result<UnsignedTokens, OAuthError>> {
    match decision {
        Ok(Granted {
            issue,
            commit,
            note,
        }) => {
            note.into_iter().for_each(|event| issuer.trail.note(event));
            Settled {
                answer: Ok(issue),
                commit,
            }
        }
        Err(Denied {
            error,
            commit,
            note,
        }) => {
            note.into_iter().for_each(|event| issuer.trail.note(*event));
            Settled {
                answer: Err(error),
                commit: commit.map(|commit| *commit),
            }
        }
    }
}

/// A label for metrics: never what the caller made up.
fn known_grant_type(form: &Params) -> &'static str {
    let name = form.one("grant_type").unwrap_or_default();
    airside_oauth::client::GrantType::parse(name).map_or("unknown", |grant| grant.as_str())
}
