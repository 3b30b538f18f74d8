//! The last step: the API.

use anyhow::Result;
use http::StatusCode;

use crate::{
    app::Tokens,
    expectation::{member, same, status},
    stage::Stage,
    token::Decoded,
};

/// Reads Alice's account with her access token.
pub async fn account(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    stage.narrator.step(
        "the app calls the bank's API with the access token",
        "The bank looks nobody up: it checks typ, signature, iss, aud and exp with keys it has cached \
         (RFC 9068 §4, RFC 6750 §2.1), then scope, and then whose account it is.",
    );
    show(stage, tokens)?;
    let before = stage.requests_at_issuer().await?;
    list(stage, tokens).await?;
    let first = stage.requests_at_issuer().await?;
    let message = stage.bank("/api/v1/accounts/1001", &tokens.access);
    let answer = stage.send(&message).await?;
    status("Alice's account", StatusCode::OK, &answer)?;
    same(
        "holder of account 1001",
        "alice",
        &member(&answer, "holder")?,
    )?;
    let second = stage.requests_at_issuer().await?;

    let fetched = first.saturating_sub(before);
    same("requests for metadata and keys", &2, &fetched)?;
    same("network calls to verify", &0, &second.saturating_sub(first))?;
    let (narrator, counted) = (&mut stage.narrator, "by the issuer's own count of requests");
    narrator.fact(
        "the first request",
        "the bank fetched metadata and keys: 2 network calls, once",
    );
    narrator.fact(
        "this request",
        &format!("verified with 0 network calls, {counted}"),
    );
    narrator.fact(
        "the rule",
        "scope `accounts:read` and owner = sub: 1001 is Alice's",
    );
    Ok(())
}

async fn list(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    let message = stage.bank("/api/v1/accounts", &tokens.access);
    let answer = stage.send(&message).await?;
    status("the list of accounts", StatusCode::OK, &answer)?;
    let json = answer.json().unwrap_or_default();
    let ids = json.pointer("/accounts").and_then(|list| list.as_array());
    let ids = ids.into_iter().flatten();
    let ids: Vec<_> = ids
        .filter_map(|account| account.get("id")?.as_str())
        .collect();
    same("accounts in Alice's list", "1001", &ids.join(", "))
}

fn show(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    let token = Decoded::read(&tokens.access)?;
    let narrator = &mut stage.narrator;
    narrator.line("  inside the access token, header and claims:");
    narrator.json(" ", &token.header.into());
    narrator.json(" ", &token.claims.into());
    Ok(())
}
