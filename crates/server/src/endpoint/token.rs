//! `POST /token` (RFC 6749 §3.2).

use std::sync::Arc;

use airside_oauth::{
    decide::{Context, Decision, Facts, Granted, Refused},
    error::OAuthError,
    form::Params,
    issue::{Issue, TokenResponse},
    token,
};
use axum::{Extension, body::Body, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use crate::{
    arrival::Arrival,
    endpoint::caller,
    input,
    issuer::Issuer,
    respond::{Failure, json},
    settle::Settled,
    turn::Class,
};

/// Identifies the client, decides, commits, answers.
pub async fn handle(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match input::form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return Failure::from(error).respond(&arrival),
    };
    let grant_type = known_grant_type(&form);
    let work = answer(&issuer, &arrival, &headers, &form);
    let answered = issuer.in_turn(class(grant_type), work).await;
    match answered.unwrap_or_else(|overloaded| Err(overloaded.into())) {
        Ok(tokens) => {
            issuer.metrics.issued(grant_type);
            json(StatusCode::OK, &tokens)
        }
        Err(failure) => {
            issuer.metrics.refused(grant_type, failure.code());
            failure.respond(&arrival)
        }
    }
}

fn class(grant_type: &str) -> Class {
    match grant_type {
        "client_credentials" => Class::Machine,
        "refresh_token" => Class::Refresh,
        _ => Class::Code,
    }
}

async fn answer(
    issuer: &Issuer,
    arrival: &Arrival,
    headers: &HeaderMap,
    form: &Params,
) -> Result<TokenResponse, Failure> {
    let (now, draw) = (issuer.now(), issuer.draw());
    let client = caller::authenticate(issuer, headers, form, now).await?;
    let keys = issuer.keys();
    let grant = token::parse(form, client.client(), &keys.vault)?;
    // a place whose grant is refused stays empty: nobody else gets it
    let status = match grant.begins_grant() {
        true => Some(issuer.places.take(issuer.store.as_ref()).await?),
        false => None,
    };
    let context = Context {
        profile: issuer.profile(),
        client: client.client(),
        vault: &keys.vault,
        now,
        draw: &draw,
        origin: &arrival.origin,
        status,
    };
    let decide = |facts: &Facts| settled(issuer, grant.decide(&context, facts));
    let issue = issuer.settle(&grant.keys(), decide).await??;
    // the only place where tokens are made, and only after the commit
    issue
        .sign(issuer.profile(), &keys.keyring, &keys.vault)
        .map_err(|error| Failure::Bug(error.to_string()))
}

fn settled(issuer: &Issuer, decision: Decision) -> Settled<Result<Issue, OAuthError>> {
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
        Err(Refused {
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
    let name = form.one("grant_type").ok().flatten().unwrap_or_default();
    airside_oauth::client::GrantType::parse(name).map_or("unknown", |grant| grant.as_str())
}
