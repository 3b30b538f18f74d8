//! Attacks that end in an alarm, and the time until the guard has heard of it.

use std::time::Duration;

use airside_client::Request;
use airside_oauth::state::event::EventKind;
use anyhow::{Context, Result, ensure};
use http::StatusCode;
use tokio::time::Instant;

use super::{
    actor::{Actor, Who},
    outcome::{Refusal, Verdict},
    side::Side,
};
use crate::{
    app::Tokens,
    wire::{
        Exchange,
        WireServer::{Guarded, Issuer},
    },
};

/// A refresh token that was used, and whose successor was used.
pub async fn old_refresh_token(actor: &mut Actor<'_>) -> Result<()> {
    let first = actor.tokens(Who::Alice).await?;
    let app = actor.visitor(Who::Alice).app.clone();
    let refresh = app.refresh(&first.refresh);
    let answer = actor.legal(Issuer, "The app refreshes", &refresh).await?;
    let second = Tokens::of(&answer)?;
    let what = "And again, with the successor";
    let answer = actor
        .legal(Issuer, what, &app.refresh(&second.refresh))
        .await?;
    let third = Tokens::of(&answer)?;
    let read = own_account(actor, &third);
    let what = "The newest access token opens the API";
    actor.legal(Guarded, what, &read).await?;
    let what = "The thief sends the first refresh token";
    let expected = Refusal::INVALID_GRANT;
    actor
        .attack((Side::Both, Issuer), what, &refresh, expected)
        .await?;
    until_refused(actor, &third, "from the alarm until the guard refused").await?;
    let what = "The newest refresh token is dead too";
    let newest = app.refresh(&third.refresh);
    actor
        .attack((Side::Both, Issuer), what, &newest, expected)
        .await?;
    let events = actor
        .company
        .world
        .events(EventKind::RefreshTokenReused)
        .await?;
    let event = events.first().context("the audit log has no alarm")?;
    actor.fact(
        "Alarm",
        format!("{} in the audit log: {}", event.kind.as_str(), event.detail),
    );
    Ok(())
}

/// Returns the request for Alice's own account, through the guard.
pub fn own_account(actor: &Actor<'_>, tokens: &Tokens) -> Request {
    actor.stage.bank("/api/v1/accounts/1001", &tokens.access)
}

/// Asks the guard until it refuses a token, and notes the time that it took.
pub async fn until_refused(
    actor: &mut Actor<'_>,
    tokens: &Tokens,
    what: &'static str,
) -> Result<()> {
    let read = own_account(actor, tokens);
    let begun = Instant::now();
    let answer = loop {
        let answer = actor.send(&read).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            break answer;
        }
        ensure!(begun.elapsed() < PATIENCE, "the guard did not hear of it");
    };
    let took = begun.elapsed().as_millis();
    actor.outcome.number = Some((format!("{took} ms"), what));
    let exchange = Exchange::of(Guarded, &read, &answer);
    let title = "The access token, at the guard, which verifies offline";
    actor.note(Side::Both, title, exchange, Verdict::Refused);
    Ok(())
}

const PATIENCE: Duration = Duration::from_secs(10);
