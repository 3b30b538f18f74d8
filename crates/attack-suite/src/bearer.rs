//! Forged and exchanged tokens at the issuer's own endpoints.

use crate::{
    forgery::{Forgery, alterations, forgeries},
    suite::{Suite, Tokens, note, require},
};

/// Tries each at the userinfo endpoint.
pub async fn run(suite: &mut Suite<'_>) {
    // an issuer may have revoked the earlier tokens, for a code that was used twice
    match suite.tokens().await {
        Ok(tokens) => {
            note("T15", kinds(suite, &tokens).await, suite);
            note("T15", refreshed(suite, &tokens).await, suite);
            note("J01", forged(suite, &tokens).await, suite);
        }
        Err(error) => note("J01", Err(error), suite),
    }
}

/// Every kind of token as a code.
async fn kinds(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    let others = [
        Some(&tokens.access),
        tokens.refresh.as_ref(),
        tokens.id.as_ref(),
    ];
    for token in others.into_iter().flatten() {
        let answer = suite.target.redeem(token).await?;
        suite.refused("T15", "another token as a code", &answer);
    }
    Ok(())
}

async fn refreshed(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    for token in [Some(&tokens.access), tokens.id.as_ref()]
        .into_iter()
        .flatten()
    {
        let answer = suite.target.refresh(token).await?;
        suite.refused("T15", "another token as a refresh token", &answer);
    }
    Ok(())
}

async fn forged(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    let Some(control) = suite.target.userinfo(&tokens.access).await? else {
        suite
            .report
            .not_applicable("J01", "there is no userinfo endpoint");
        return Ok(());
    };
    require("the access token of the honest client", &control)?;
    for (tried, token) in [
        ("an ID token", &tokens.id),
        ("a refresh token", &tokens.refresh),
    ] {
        if let Some(token) = token {
            refused(suite, "T15", &format!("{tried} as an access token"), token).await?;
        }
    }
    for other in alterations(&tokens.access) {
        refused(suite, "T19", "an altered access token", &other).await?;
    }
    match forgeries(&tokens.access) {
        Some(forgeries) => {
            for Forgery { row, tried, token } in forgeries {
                refused(suite, row, tried, &token).await?;
            }
        }
        None => suite
            .report
            .not_applicable("J01", "access tokens are not JWTs"),
    }
    Ok(())
}

async fn refused(
    suite: &mut Suite<'_>,
    row: &'static str,
    tried: &str,
    token: &str,
) -> anyhow::Result<()> {
    if let Some(answer) = suite.target.userinfo(token).await? {
        suite.refused(row, tried, &answer);
    }
    Ok(())
}
