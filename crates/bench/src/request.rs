//! The requests to the token endpoint, and the answers that are expected.

use airside_client::{Answer, Parameters, Request, pkce};
use anyhow::{Context, ensure};
use http::StatusCode;
use url::Url;

use crate::subject::Subject;

/// Returns the request of a client that acts for itself.
pub fn client_credentials(url: &Url, subject: &Subject) -> Request {
    let fields = subject
        .authentication()
        .also("grant_type", "client_credentials")
        .also("scope", &subject.scope)
        .also("resource", &subject.resource);
    form(url, "/token", fields)
}

/// Returns the request that uses a refresh token.
pub fn refresh(url: &Url, subject: &Subject, token: &str) -> Request {
    let fields = subject
        .authentication()
        .also("grant_type", "refresh_token")
        .also("refresh_token", token)
        .also("resource", &subject.resource);
    form(url, "/token", fields)
}

/// Returns the request that redeems a code.
pub fn redemption(url: &Url, subject: &Subject, code: &str) -> Request {
    let fields = subject
        .authentication()
        .also("grant_type", "authorization_code")
        .also("code", code)
        .also("redirect_uri", &subject.redirect_uri)
        .also("code_verifier", pkce::EXAMPLE_VERIFIER)
        .also("resource", &subject.resource);
    form(url, "/token", fields)
}

/// Returns the address of the authorization request.
pub fn authorization(url: &Url, subject: &Subject) -> String {
    let parameters = Parameters::from([
        ("response_type", "code"),
        ("client_id", &subject.client_id),
        ("redirect_uri", &subject.redirect_uri),
        ("scope", &subject.scope),
        ("resource", &subject.resource),
        ("state", "bench"),
        ("code_challenge", pkce::EXAMPLE_CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    parameters.appended_to(&at(url, "/authorize"))
}

/// Returns the request that submits a form to a path.
pub fn form(url: &Url, path: &str, fields: Parameters) -> Request {
    Request::form(at(url, path), fields)
}

/// Returns the request that reads a path.
pub fn read(url: &Url, path: &str) -> Request {
    Request::get(at(url, path))
}

/// Returns a text member of a JSON answer with status 200.
pub fn member(answer: &Answer, name: &str) -> anyhow::Result<String> {
    expect(answer, StatusCode::OK)?;
    let member = answer.member(name);
    member.with_context(|| format!("the answer has no `{name}`"))
}

/// Fails unless an answer has this status.
pub fn expect(answer: &Answer, status: StatusCode) -> anyhow::Result<()> {
    ensure!(
        answer.status == status,
        "the server answered {}: {}",
        answer.status,
        answer.text()
    );
    Ok(())
}

fn at(url: &Url, path: &str) -> String {
    format!("{}{path}", url.as_str().trim_end_matches('/'))
}
