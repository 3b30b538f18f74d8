//! The token inspector: a token claim by claim, and what the guard makes of it.

use airside_client::{Pool, Request};
use anyhow::{Context, Result};
use http::Method;

use super::company::Company;
use crate::{
    token::Decoded,
    wire::{Exchange, WireServer},
};

/// A token that was pasted.
pub struct Inspection {
    pub token: String,
    pub path: String,
    /// Its header and claims; the reason if it is not a token.
    pub decoded: Result<Decoded, String>,
    /// Each check of the guard, and its outcome.
    pub checks: Vec<(String, String)>,
    /// The request as it was really sent.
    pub exchange: Exchange,
}

/// The requests that can be tried with a token.
pub const PATHS: [(&str, &str); 4] = [
    ("GET /api/v1/accounts/1001", "read Alice’s account"),
    ("GET /api/v1/accounts/1002", "read Bob’s account"),
    ("GET /api/v1/accounts", "list accounts"),
    ("POST /api/v1/admin/delete-user", "delete a user"),
];

/// Takes a token apart, and tries it at the guard.
pub async fn inspect(company: &Company, token: &str, asked: &str) -> Result<Inspection> {
    let token: String = token.split_whitespace().collect();
    let known = PATHS.iter().find(|(own, _)| *own == asked);
    let (asked, _) = known.context("this request is not offered")?;
    let (method, path) = asked.split_once(' ').context("a method and a path")?;
    let guard = company.guarded.guard();
    let method: Method = method.parse()?;
    let explained = guard.explain(&token, method.clone(), path).await;
    let steps = explained.steps.into_iter();
    let checks = steps.map(|step| (step.check.to_owned(), step.outcome));
    let url = company.world.bank_at(path);
    let request = match method {
        Method::POST => Request::json(url, serde_json::json!({ "username": "nobody" })),
        _ => Request::get(url),
    };
    // what HTTP does not allow in a header is not a token either
    let sendable = token.chars().all(|letter| letter.is_ascii_graphic());
    let request = match sendable && !token.is_empty() {
        true => request.bearer(&token),
        false => request,
    };
    let answer = Pool::new().send(&request).await?;
    Ok(Inspection {
        decoded: Decoded::read(&token).map_err(|error| error.to_string()),
        path: (*asked).to_owned(),
        checks: checks.collect(),
        exchange: Exchange::of(WireServer::Guarded, &request, &answer),
        token,
    })
}

/// The meaning of a member of a token's header or claims.
pub fn meaning(name: &str) -> &'static str {
    let known = MEANINGS.iter().find(|(own, _)| *own == name);
    known.map_or("A claim of the issuer’s own.", |(_, meaning)| meaning)
}

const MEANINGS: [(&str, &str); 26] = [
    (
        "alg",
        "The algorithm of the signature. The guard accepts only those that it expects.",
    ),
    (
        "typ",
        "The kind of token: at+jwt is an access token (RFC 9068 §2.1).",
    ),
    ("kid", "Which of the issuer’s keys signed it."),
    ("iss", "Who issued it. The guard accepts one issuer."),
    ("sub", "Whom it speaks for: the person’s permanent id."),
    ("aud", "Which API it is for. Another one must refuse it."),
    ("exp", "Until when it is valid, in seconds since 1970."),
    ("iat", "When it was issued."),
    ("nbf", "From when on it is valid."),
    ("jti", "Its own number, unique at the issuer."),
    ("client_id", "The app that got it."),
    ("azp", "The app that got it."),
    ("scope", "What the app may do."),
    ("roles", "The roles of the person."),
    ("groups", "The groups of the person."),
    ("auth_time", "When the person signed in."),
    ("acr", "How strongly the person signed in."),
    ("amr", "By what the person signed in: pwd is a password."),
    (
        "nonce",
        "Ties an ID token to one request: this is not an access token.",
    ),
    (
        "at_hash",
        "The hash of the access token beside this ID token.",
    ),
    (
        "grant_id",
        "The consent that it rests on: all tokens of it die together.",
    ),
    ("sid", "The session in the browser."),
    (
        "status",
        "Where its place in a status list is, by which it can be revoked.",
    ),
    ("name", "The person’s name."),
    (
        "preferred_username",
        "The name that the person signs in with.",
    ),
    ("email", "The person’s address."),
];
