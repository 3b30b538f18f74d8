//! Refresh tokens, used by many, late, or for more.

use std::collections::BTreeSet;

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

async fn stolen(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let Some(token) = suite.tokens().await?.refresh else {
        return Ok(());
    };
    let target = suite.target;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    for (tried, client) in [
        ("no client", None),
        ("an unknown client", Some("nobody-is-named-this")),
    ] {
        let mut fields = fields.to_vec();
        fields.extend(client.map(|client| ("client_id", client)));
        let answer = target.token_as(&[], &fields).await?;
        suite.report.tried(
            "T12",
            &format!("a refresh token by {tried}"),
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    for scope in ["admin root", "openid admin:everything"] {
        let more = [&fields[..], &[("scope", scope)]].concat();
        let answer = target.token(&more).await?;
        let granted = member(&answer, "scope").unwrap_or_default();
        let refused = is_refusal(&answer) || !granted.contains("admin");
        suite.report.tried(
            "T13",
            &format!("scope={scope} at a refresh"),
            &outcome(&answer),
            refused,
        );
    }
    for other in alterations(&token) {
        let answer = target.refresh(&other).await?;
        suite.report.tried(
            "T19",
            "an altered refresh token",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    // the control: none of this used it up
    next(target, &token).await?;
    Ok(())
}

const AT_ONCE: usize = 20;
