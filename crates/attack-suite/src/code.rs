//! Codes that are used twice, altered, stolen or injected.

use airside_client::{Answer, basic};
use anyhow::Context;

use crate::{
    forgery::alterations,
    suite::{Suite, note, require},
};

/// Tries each with a code of its own.
pub async fn run(suite: &mut Suite<'_>) {
    note("T01", replay(suite).await, suite);
    note("T02", bad_replay(suite).await, suite);
    wrongly(suite).await;
    note("T04", stolen(suite).await, suite);
    note("T08", authenticated(suite).await, suite);
    note("T06", injected(suite).await, suite);
    note("T19", altered(suite).await, suite);
    suite
        .report
        .not_applicable("T07", "a code is not waited for until it expires");
}

async fn replay(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let code = suite.code().await?;
    let first = suite.target.redeem(&code).await?;
    require("the first redemption", &first)?;
    let second = suite.target.redeem(&code).await?;
    suite.refused("T01", "the same code again", &second);
    if let Some(refresh) = first.member("refresh_token") {
        let answer = suite.target.refresh(&refresh).await?;
        suite.refused(
            "T01",
            "the refresh token of a code that was used twice",
            &answer,
        );
    }
    let access = first.member("access_token").unwrap_or_default();
    if let Some(answer) = suite.target.userinfo(&access).await? {
        suite.refused(
            "T01",
            "the access token of a code that was used twice",
            &answer,
        );
    }
    Ok(())
}

/// A replay that fails for another reason must not end the honest client's tokens.
async fn bad_replay(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let code = suite.code().await?;
    let first = suite.target.redeem(&code).await?;
    require("the first redemption", &first)?;
    let wrong = "x".repeat(43);
    let mut fields = suite.target.redemption(&code);
    fields.retain(|(name, _)| *name != "code_verifier");
    fields.push(("code_verifier", &wrong));
    suite.target.token(&fields).await?;
    match first.member("refresh_token") {
        Some(refresh) => {
            let answer = suite.target.refresh(&refresh).await?;
            let tried = "ending tokens by a replay with a wrong verifier";
            suite.alive("T02", tried, &answer);
        }
        None => suite
            .report
            .not_applicable("T02", "there is no refresh token"),
    }
    Ok(())
}

/// Redemptions with one wrong field.
async fn wrongly(suite: &mut Suite<'_>) {
    let (short, wrong, long) = ("x".repeat(42), "x".repeat(43), "x".repeat(129));
    for (row, tried, name, value) in [
        (
            "T05",
            "another redirect_uri",
            "redirect_uri",
            Some("https://evil.example/cb"),
        ),
        (
            "T06",
            "another verifier",
            "code_verifier",
            Some(wrong.as_str()),
        ),
        ("A13", "no verifier", "code_verifier", None),
        ("A13", "an empty verifier", "code_verifier", Some("")),
        (
            "A13",
            "a verifier of 42 characters",
            "code_verifier",
            Some(&short),
        ),
        (
            "A13",
            "a verifier of 129 characters",
            "code_verifier",
            Some(&long),
        ),
    ] {
        let attempt = redeemed_with(suite, name, value).await;
        let attempt = attempt.map(|answer| suite.refused(row, tried, &answer));
        note(row, attempt.context(tried), suite);
    }
}

async fn redeemed_with(
    suite: &mut Suite<'_>,
    name: &str,
    value: Option<&str>,
) -> anyhow::Result<Answer> {
    // an issuer may well end a code at its first wrong use: each has its own
    let code = suite.code().await?;
    let mut fields = suite.target.redemption(&code);
    fields.retain(|(own, _)| *own != name);
    fields.extend(value.map(|value| (name, value)));
    suite.target.token(&fields).await
}

/// A code at other clients, and at last at its own.
async fn stolen(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    let code = suite.code().await?;
    let fields = target.redemption(&code);
    for (tried, client) in [
        ("no client", None),
        ("an unknown client", Some("nobody-is-named-this")),
    ] {
        let mut fields = fields.clone();
        fields.extend(client.map(|client| ("client_id", client)));
        let answer = target.token_as(&[], &fields).await?;
        suite.refused("T04", &format!("a code by {tried}"), &answer);
    }
    require(
        "the code of the honest client",
        &target.redeem(&code).await?,
    )
}

/// Wrong and repeated client authentication.
async fn authenticated(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    let id = target.options.client_id.clone();
    let own = target.credentials();
    let secret = target
        .options
        .client_secret
        .clone()
        .unwrap_or_else(|| "secret".to_owned());
    let (wrong, empty) = (basic(&id, "wrong"), basic(&id, ""));
    let named = ("client_id", id.as_str());
    let post = |secret| vec![named, ("client_secret", secret)];
    let both = own.clone().unwrap_or_else(|| wrong.clone());
    let tries = [
        ("Basic and client_secret at once", Some(both), post(&secret)),
        ("a wrong secret by Basic", Some(wrong), vec![]),
        ("an empty secret by Basic", Some(empty), vec![]),
        ("a wrong secret in the form", None, post("wrong")),
        ("no secret", None, vec![named]),
    ];
    for (tried, header, more) in tries {
        if own.is_none() && ["no secret", "an empty secret by Basic"].contains(&tried) {
            continue; // those are the honest ways of a public client
        }
        let code = suite.code().await?;
        let fields = [target.redemption(&code), more].concat();
        let headers: Vec<_> = header
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        let answer = target.token_as(&headers, &fields).await?;
        suite.refused("T08", tried, &answer);
    }
    Ok(())
}

/// A code of another session's code_challenge.
async fn injected(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let request = suite
        .target
        .request()
        .with("code_challenge", &"A".repeat(43));
    let end = suite.authorize(&request).await?;
    let Some(code) = end.returned("code") else {
        suite
            .report
            .not_applicable("T06", "there is no code for another challenge");
        return Ok(());
    };
    let answer = suite.target.redeem(&code).await?;
    suite.refused("T06", "a code of another session", &answer);
    Ok(())
}

async fn altered(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let code = suite.code().await?;
    for other in alterations(&code) {
        let answer = suite.target.redeem(&other).await?;
        suite.refused("T19", "an altered code", &answer);
    }
    Ok(())
}
