//! `POST /token` (RFC 6749 §3.2).

use airside_jose::Algorithm;
use airside_oauth::{
    client::client_auth::AuthenticatedClient,
    error::{ErrorCode, OAuthError},
    key::keyring::Keyring,
    refusal::RefusalReason,
    request::form::Params,
    state::decide::{Context, Decide, Decision, Facts},
    time::Time,
    token::{
        self,
        issue::{TokenResponse, UnsignedTokens},
    },
};
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};

use crate::{
    admission::Priority,
    endpoint::caller,
    issuer::Issuer,
    refusal::RefusedRequest,
    request_context::RequestContext,
    respond::{EndpointError, json},
    status::ReservedIndex,
    transact::Outcome,
};

/// Identifies the client, decides, commits, answers.
pub async fn handle(context: RequestContext, headers: HeaderMap, body: Body) -> Response {
    let issuer = &context.issuer;
    let repeatable = &token::grant_type::REPEATABLE;
    let form = match caller::form(&context, ENDPOINT, &headers, body, repeatable).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let grant_type = known_grant_type(&form);
    match answer(&context, &headers, &form).await {
        Ok(tokens) => {
            issuer.metrics.issued(grant_type);
            json(StatusCode::OK, &tokens)
        }
        Err(failure) => {
            issuer.metrics.refused(grant_type, failure.code());
            let request = RefusedRequest::of(ENDPOINT, &headers, Some(&form));
            failure.respond(&context, &request)
        }
    }
}

/// A request gets a permit of the priority that it has proved to belong to: by a client's secret, a code
/// or a refresh token that was made here. The proof takes a few microseconds, so it needs no permit.
async fn answer(
    request: &RequestContext,
    headers: &HeaderMap,
    form: &Params,
) -> Result<TokenResponse, EndpointError> {
    let issuer = &request.issuer;
    let now = issuer.now();
    let proof = caller::authenticate(issuer, headers, form, now);
    let client = match form.present("client_assertion") {
        // a signature takes longer
        true => issuer.with_permit(Priority::SignIn, proof).await??,
        false => proof.await?,
    };
    let keys = issuer.keys();
    let grant = token::grant_type::parse(form, client.client(), &keys.vault)?;
    let work = issue(request, &client, grant.as_ref(), now);
    issuer.with_permit(priority(form), work).await?
}

fn priority(form: &Params) -> Priority {
    match form.one("grant_type") {
        Some("client_credentials") => Priority::Machine,
        Some("refresh_token") => Priority::Refresh,
        _ => Priority::Code,
    }
}

async fn issue(
    request: &RequestContext,
    client: &AuthenticatedClient,
    grant: &dyn Decide,
    now: Time,
) -> Result<TokenResponse, EndpointError> {
    let issuer = &request.issuer;
    let (keys, draw) = (issuer.keys(), issuer.draw());
    let in_force = issuer.in_force(now).await?;
    let reserved = match grant.begins_grant() {
        true => Some(issuer.status_indexes.reserve(issuer.store.as_ref()).await?),
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
        status: reserved.as_ref().map(ReservedIndex::index),
    };
    let decide = |facts: &Facts| {
        let decision = grant.decide(&context, facts);
        let decision = signable(decision, &context, &keys.keyring);
        // a refusal gives the index back; the answer of a commit may be lost, so it is kept before
        if let (Ok(_), Some(reserved)) = (&decision, &reserved) {
            reserved.keep();
        }
        outcome(issuer, decision)
    };
    let issue = issuer.transact(&grant.keys(), decide).await??;
    // the only place where tokens are made, and only after the commit
    issue
        .sign(&profile, &keys.keyring, &keys.vault, in_force)
        .map_err(|error| EndpointError::Bug(error.to_string()))
}

/// Refuses what no key can sign, before a code or a refresh token is used up for it. Signing with another
/// algorithm than the client or the API is registered for would be worse: they refuse such tokens, and
/// one that accepted them would accept more than it is configured to.
fn signable(decision: Decision, context: &Context<'_>, keyring: &Keyring) -> Decision {
    let granted = decision.as_ref().ok();
    let missing = granted.and_then(|granted| granted.issue.missing_algorithm(keyring));
    let Some(algorithm) = missing.map(Algorithm::as_str) else {
        return decision;
    };
    tracing::error!(
        client = context.client.client_id.as_str(),
        algorithm,
        trace_id = context.origin.trace_id,
        "no token: `keys.algorithms` lacks the algorithm that this client or its API is registered for"
    );
    let description = format!("internal error; error id {}", context.origin.trace_id);
    let error = OAuthError::new(ErrorCode::ServerError, description);
    Err(error
        .because_of(RefusalReason::SigningKeyMissing, algorithm)
        .into())
}

fn outcome(issuer: &Issuer, decision: Decision) -> Outcome<Result<UnsignedTokens, OAuthError>> {
    let note = |event| issuer.audit_buffer.note(event);
    match decision {
        Ok(granted) => {
            granted.note.into_iter().for_each(note);
            Outcome {
                answer: Ok(granted.issue),
                commit: granted.commit,
            }
        }
        Err(denied) => {
            denied.note.into_iter().for_each(|event| note(*event));
            Outcome {
                answer: Err(denied.error),
                commit: denied.commit.map(|commit| *commit),
            }
        }
    }
}

const ENDPOINT: &str = "/token";

/// A label for metrics: never what the caller made up.
fn known_grant_type(form: &Params) -> &'static str {
    let name = form.one("grant_type").unwrap_or_default();
    airside_oauth::client::GrantType::parse(name).map_or("unknown", |grant| grant.as_str())
}
