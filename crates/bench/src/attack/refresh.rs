//! Refresh tokens, used by many, late, or for more.

use std::collections::BTreeSet;

use anyhow::Context;

use super::{
    Suite, Tokens,
    code::alterations,
    is_refusal, note, require,
    target::{Target, member, outcome},
};

/// Tries each with a grant of its own.
pub async fn run(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let Some(first) = suite.tokens().await?.refresh else {
        for row in ["T10", "T11", "T12", "T13"] {
            suite
                .report
                .not_applicable(row, "there is no refresh token");
        }
        return Ok(());
    };
    let second = next(suite.target, &first).await?;
    if second == first {
        for row in ["T10", "T11"] {
            suite
                .report
                .not_applicable(row, "the refresh token of this client stays the same");
        }
    } else {
        note("T11", replay(suite, &first, &second).await, suite);
        note("T10", race(suite).await, suite);
    }
    note("T12", stolen(suite).await, suite);
    note("T13", wider(suite).await, suite);
    note("T19", altered(suite).await, suite);
    Ok(())
}

/// What follows a refresh token.
async fn next(target: &Target, token: &str) -> anyhow::Result<String> {
    let answer = target.refresh(token).await?;
    require("a refresh", &answer)?;
    Ok(member(&answer, "refresh_token").unwrap_or_else(|| token.to_owned()))
}

/// RFC 9700 §4.14.2: the thief's use of an old token ends what the owner has, and the other way round.
async fn replay(suite: &mut Suite<'_>, first: &str, second: &str) -> anyhow::Result<()> {
    let third = next(suite.target, second).await?;
    let replay = suite.target.refresh(first).await?;
    suite.report.tried(
        "T11",
        "a refresh token of two generations ago",
        &outcome(&replay),
        is_refusal(&replay),
    );
    let after = suite.target.refresh(&third).await?;
    suite.report.tried(
        "T11",
        "the newest token after that",
        &outcome(&after),
        is_refusal(&after),
    );
    Ok(())
}

/// Many at once: one chain, or none.
async fn race(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let Tokens {
        refresh: Some(token),
        ..
    } = suite.tokens().await?
    else {
        return Ok(());
    };
    let target = suite.target;
    let answers =
        futures_util::future::try_join_all((0..AT_ONCE).map(|_| target.refresh(&token))).await?;
    let successors: BTreeSet<_> = answers
        .iter()
        .filter_map(|answer| member(answer, "refresh_token"))
        .collect();
    let granted = answers
        .iter()
        .filter(|answer| answer.status.is_success())
        .count();
    // of several, at most one may go on
    let mut alive = 0;
    for successor in &successors {
        alive += usize::from(target.refresh(successor).await?.status.is_success());
    }
    let answered = format!(
        "{granted} granted, {} different tokens, {alive} go on",
        successors.len()
    );
    suite.report.tried(
        "T10",
        &format!("{AT_ONCE} refreshes at once"),
        &answered,
        alive <= 1,
    );
    Ok(())
}

/// By whom it was not issued to; nor may that end what the owner has.
async fn stolen(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    for (tried, client) in [
        ("no client", None),
        ("an unknown client", Some("nobody-is-named-this")),
    ] {
        let token = refresh_token(suite).await?;
        let mut fields = fields(&token).to_vec();
        fields.extend(client.map(|client| ("client_id", client)));
        let answer = target.token_as(&[], &fields).await?;
        let refused = is_refusal(&answer);
        let by = format!("a refresh token by {tried}");
        suite.report.tried("T12", &by, &outcome(&answer), refused);
        if refused {
            let after = target.refresh(&token).await?;
            let alive = after.status.is_success();
            let ending = format!("ending {by}");
            suite.report.tried("T12", &ending, &outcome(&after), alive);
        }
    }
    Ok(())
}

/// For more than was granted.
async fn wider(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    for scope in ["admin root", "openid admin:everything"] {
        // an issuer may well end a token at its first wrong use: each has its own
        let token = refresh_token(suite).await?;
        let more = [&fields(&token)[..], &[("scope", scope)]].concat();
        let answer = suite.target.token(&more).await?;
        let granted = member(&answer, "scope").unwrap_or_default();
        let refused = is_refusal(&answer) || !granted.contains("admin");
        suite.report.tried(
            "T13",
            &format!("scope={scope} at a refresh"),
            &outcome(&answer),
            refused,
        );
    }
    Ok(())
}

async fn altered(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let token = refresh_token(suite).await?;
    for other in alterations(&token) {
        let answer = suite.target.refresh(&other).await?;
        suite.report.tried(
            "T19",
            "an altered refresh token",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    // the control: as it was, it is good
    next(suite.target, &token).await?;
    Ok(())
}

async fn refresh_token(suite: &mut Suite<'_>) -> anyhow::Result<String> {
    let tokens = suite.tokens().await?;
    tokens.refresh.context("there is no refresh token any more")
}

fn fields(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

const AT_ONCE: usize = 20;
