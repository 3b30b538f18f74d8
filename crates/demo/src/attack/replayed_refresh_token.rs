//! A refresh token that was used, and whose successor was used.

use airside_oauth::state::event::EventKind;
use anyhow::{Context, Result};
use http::StatusCode;

use super::scene::{is_dead, lives};
use crate::{
    app::Tokens,
    expectation::{refusal, same},
    stage::{Stage, Visitor},
    step::sign_in_silently,
};

pub async fn play(stage: &mut Stage<'_>, alice: &mut Visitor) -> Result<()> {
    stage
        .narrator
        .attack("an old refresh token", "RFC 9700 §4.14.2");
    let first = sign_in_silently(stage, alice).await?;
    let second = rotate(stage, alice, "the app refreshes", &first).await?;
    let third = rotate(stage, alice, "and again, with the successor", &second).await?;
    lives(stage, &third).await?;
    stage.narrator.fact(
        "the thief has",
        "the first refresh token, copied from the app's storage long ago",
    );
    let answer = stage.send(&alice.app.refresh(&first.refresh)).await?;
    refusal(
        "the old refresh token",
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        &answer,
    )?;
    is_dead(stage, &alice.app, &third).await?;

    let events = stage.world.events(EventKind::RefreshTokenReused).await?;
    let event = events.first().context("expected the event, got none")?;
    let user = event.user.map(|user| user.to_string()).unwrap_or_default();
    same("user of the event", &stage.world.alice.subject, &user)?;
    let kind = event.kind.as_str();
    let line = format!("{kind} of Alice's grant: {}", event.detail);
    stage.narrator.fact("read back from the audit log", &line);
    stage.narrator.refused(
        "the generation in the token is older than the last two: it was copied, so the whole grant is revoked \
         (RFC 9700 §4.14.2)",
        "invalid_grant",
    );
    Ok(())
}

async fn rotate(
    stage: &mut Stage<'_>,
    alice: &Visitor,
    what: &str,
    tokens: &Tokens,
) -> Result<Tokens> {
    let refresh = alice.app.refresh(&tokens.refresh);
    Tokens::of(&stage.control(what, &refresh).await?)
}
