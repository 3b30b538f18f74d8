//! Codes, redeemed otherwise than by whom they were issued to, once.

use anyhow::Context;

use super::{
    Suite, Tokens, is_refusal, note, require,
    target::{basic, member, outcome},
};
use crate::connection::Answer;

/// Tries each with a code of its own; that the code was good is seen by redeeming it afterwards.
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
    suite.report.tried(
        "T01",
        "the same code again",
        &outcome(&second),
        is_refusal(&second),
    );
    if let Some(refresh) = member(&first, "refresh_token") {
        let answer = suite.target.refresh(&refresh).await?;
        suite.report.tried(
            "T01",
            "the refresh token of a code that was used twice",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    let access = member(&first, "access_token").unwrap_or_default();
    if let Some(answer) = suite.target.userinfo(&access).await? {
        suite.report.tried(
            "T01",
            "the access token of a code that was used twice",
            &outcome(&answer),
            is_refusal(&answer),
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
    match member(&first, "refresh_token") {
        Some(refresh) => {
            let answer = suite.target.refresh(&refresh).await?;
            let alive = answer.status.is_success();
            suite.report.tried(
                "T02",
                "ending tokens by a replay with a wrong verifier",
                &outcome(&answer),
                alive,
            );
        }
        None => suite
            .report
            .not_applicable("T02", "there is no refresh token"),
    }
    Ok(())
}

/// A field that is wrong.
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
        let attempt = attempt.map(|answer| {
            suite
                .report
                .tried(row, tried, &outcome(&answer), is_refusal(&answer));
        });
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

/// A code by others, and at last by its owner.
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
        suite.report.tried(
            "T04",
            &format!("a code by {tried}"),
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    require(
        "the code of the honest client",
        &target.redeem(&code).await?,
    )
}

/// Other ways of saying who the client is.
async fn authenticated(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    let id = target.options.client_id.clone();
    let own = target.basic();
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
        if own.is_none() && tried == "no secret" {
            continue; // that is the honest way of a public client
        }
        let code = suite.code().await?;
        let fields = [target.redemption(&code), more].concat();
        let headers: Vec<_> = header
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        let answer = target.token_as(&headers, &fields).await?;
        suite
            .report
            .tried("T08", tried, &outcome(&answer), is_refusal(&answer));
    }
    Ok(())
}

/// A code for another session's challenge, at ours.
async fn injected(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let request = suite
        .target
        .request()
        .with("code_challenge", &"A".repeat(43));
    let end = suite.through(&request).await?;
    let Some(code) = end.returned("code") else {
        suite
            .report
            .not_applicable("T06", "there is no code for another challenge");
        return Ok(());
    };
    let answer = suite.target.redeem(&code).await?;
    suite.report.tried(
        "T06",
        "a code of another session",
        &outcome(&answer),
        is_refusal(&answer),
    );
    Ok(())
}

async fn altered(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let code = suite.code().await?;
    for other in alterations(&code) {
        let answer = suite.target.redeem(&other).await?;
        suite.report.tried(
            "T19",
            "an altered code",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    Ok(())
}

/// Texts that differ a little from `token`.
pub fn alterations(token: &str) -> Vec<String> {
    let last = token.chars().last().unwrap_or_default();
    let cut = token
        .get(..token.len().saturating_sub(last.len_utf8()))
        .unwrap_or_default();
    let other = if last == 'A' { 'B' } else { 'A' };
    let first = cut.get(1..).unwrap_or_default();
    let all = [
        cut.to_owned(),
        format!("{cut}{other}{other}"),
        format!("{token}="),
        format!("{token}."),
        format!("{other}{first}{last}"),
        token.to_ascii_uppercase(),
    ];
    all.into_iter().filter(|altered| altered != token).collect()
}

/// Every kind of token in place of every other.
pub async fn kinds(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    let others = [
        Some(&tokens.access),
        tokens.refresh.as_ref(),
        tokens.id.as_ref(),
    ];
    for token in others.into_iter().flatten() {
        let answer = suite.target.redeem(token).await?;
        suite.report.tried(
            "T15",
            "another token as a code",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    Ok(())
}
