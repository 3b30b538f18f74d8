//! Authorization requests with parameters that are changed, missing or repeated.

use airside_client::pkce;

use crate::{
    suite::{Suite, note},
    visitor::Visitor,
};

/// Tries each with a person who has consented to the legal request.
pub async fn run(suite: &mut Suite<'_>) {
    response_types(suite).await;
    duplicates(suite).await;
    challenges(suite).await;
    note("A14", issuer(suite).await, suite);
    note("A20", silence(suite).await, suite);
    note("A22", sign_in_again(suite).await, suite);
}

const OTHER_RESPONSE_TYPES: [&str; 7] = [
    "token",
    "id_token",
    "code token",
    "id_token token",
    "CODE",
    "code code",
    "nonsense",
];

async fn response_types(suite: &mut Suite<'_>) {
    let legal = suite.target.request();
    for value in OTHER_RESPONSE_TYPES {
        let request = legal.with("response_type", value);
        suite
            .refuse("A10", &format!("response_type={value}"), &request)
            .await;
    }
    for (row, value) in [("A10", "nonsense"), ("A25", "web_message")] {
        let request = legal.with("response_mode", value);
        suite
            .refuse(row, &format!("response_mode={value}"), &request)
            .await;
    }
}

async fn duplicates(suite: &mut Suite<'_>) {
    let legal = suite.target.request();
    let redirect_uri = suite.target.options.redirect_uri.clone();
    let client_id = suite.target.options.client_id.clone();
    for (name, value) in [
        ("client_id", client_id.as_str()),
        ("redirect_uri", &redirect_uri),
        ("redirect_uri", "https://evil.example/cb"),
        ("state", "other"),
        ("scope", "openid"),
        ("response_type", "code"),
        ("code_challenge", pkce::EXAMPLE_CHALLENGE),
    ] {
        suite
            .refuse("A11", &format!("{name} twice"), &legal.also(name, value))
            .await;
    }
}

async fn challenges(suite: &mut Suite<'_>) {
    let legal = suite.target.request();
    let bare = legal
        .without("code_challenge")
        .without("code_challenge_method");
    suite.refuse("A12", "no code_challenge", &bare).await;
    let plain = "a".repeat(43);
    for (tried, request) in [
        (
            "code_challenge_method=plain",
            legal
                .with("code_challenge", &plain)
                .with("code_challenge_method", "plain"),
        ),
        (
            "code_challenge without a method",
            legal.without("code_challenge_method"),
        ),
        (
            "code_challenge_method=s256",
            legal.with("code_challenge_method", "s256"),
        ),
        (
            "a method without a challenge",
            legal.without("code_challenge"),
        ),
        ("an empty code_challenge", legal.with("code_challenge", "")),
        (
            "a short code_challenge",
            legal.with("code_challenge", "short"),
        ),
        (
            "a code_challenge of 44 characters",
            legal.with("code_challenge", &"a".repeat(44)),
        ),
    ] {
        suite.refuse("A13", tried, &request).await;
    }
}

/// RFC 9207: every answer names its issuer.
async fn issuer(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let legal = suite.target.request();
    let error = legal.with("response_type", "token");
    for (tried, request) in [("iss beside a code", legal), ("iss beside an error", error)] {
        let end = suite.authorize(&request).await?;
        let named = end.returned("iss");
        let is_own = named.as_deref() == Some(suite.target.issuer());
        let answered = format!(
            "{}, iss {}",
            end.said(),
            named.as_deref().unwrap_or("absent")
        );
        suite.report.tried("A14", tried, &answered, is_own);
    }
    Ok(())
}

/// Without a session, `prompt=none` shows no page and gives no code.
async fn silence(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let legal = suite.target.request();
    let silent = suite.target.authorization(&legal.with("prompt", "none"));
    let end = Visitor::new(suite.target).open(&silent).await?;
    let is_told = end.returned("error").is_some() && end.returned("code").is_none();
    suite
        .report
        .tried("A20", "prompt=none without a session", &end.said(), is_told);
    Ok(())
}

/// A request for a new sign-in is not answered with the session.
async fn sign_in_again(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let legal = suite.target.request();
    for (name, value) in [("prompt", "login"), ("max_age", "0")] {
        let url = suite.target.authorization(&legal.with(name, value));
        let end = suite.visitor.open(&url).await?;
        let is_asked = end.returned("code").is_none();
        suite.report.tried(
            "A22",
            &format!("{name}={value} without signing in again"),
            &end.said(),
            is_asked,
        );
    }
    Ok(())
}
