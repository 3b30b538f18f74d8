//! Refresh tokens that are replayed, raced, stolen or used for a wider scope.

use std::collections::BTreeSet;

use anyhow::Context;

use crate::{
    forgery::alterations,
    suite::{Suite, Tokens, is_refusal, note, require},
    target::Target,
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

/// Returns the successor of a refresh token.
async fn next(target: &Target, token: &str) -> anyhow::Result<String> {
    let answer = target.refresh(token).await?;
    require("a refresh", &answer)?;
    Ok(answer
        .member("refresh_token")
        .unwrap_or_else(|| token.to_owned()))
}

/// RFC 9700 §4.14.2: a replay of an old token revokes the newest one too.
async fn replay(suite: &mut Suite<'_>, first: &str, second: &str) -> anyhow::Result<()> {
    let third = next(suite.target, second).await?;
    let replay = suite.target.refresh(first).await?;
    suite.refused("T11", "a refresh token of two generations ago", &replay);
    let after = suite.target.refresh(&third).await?;
    suite.refused("T11", "the newest token after that", &after);
    Ok(())
}

/// Many refreshes at once: at most one chain goes on.
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
        .filter_map(|answer| answer.member("refresh_token"))
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

/// A refresh token at the wrong client, which must not end the owner's tokens either.
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
        let by = format!("a refresh token by {tried}");
        suite.refused("T12", &by, &answer);
        if is_refusal(&answer) {
            let after = target.refresh(&token).await?;
            suite.alive("T12", &format!("ending {by}"), &after);
        }
    }
    Ok(())
}

/// A scope wider than the granted one.
async fn wider(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    for scope in ["admin root", "openid admin:everything"] {
        // an issuer may well end a token at its first wrong use: each has its own
        let token = refresh_token(suite).await?;
        let more = [&fields(&token)[..], &[("scope", scope)]].concat();
        let answer = suite.target.token(&more).await?;
        let granted = answer.member("scope").unwrap_or_default();
        let refused = is_refusal(&answer) || !granted.contains("admin");
        suite.report.tried(
            "T13",
            &format!("scope={scope} at a refresh"),
            &answer.outcome(),
            refused,
        );
    }
    Ok(())
}

async fn altered(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let token = refresh_token(suite).await?;
    for other in alterations(&token) {
        let answer = suite.target.refresh(&other).await?;
        suite.refused("T19", "an altered refresh token", &answer);
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
