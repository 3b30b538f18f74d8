//! A code that is used twice.

use airside_oauth::state::event::EventKind;
use anyhow::Result;
use http::StatusCode;

use super::scene::{is_dead, lives};
use crate::{
    app::Tokens,
    expectation::{holds, refusal},
    stage::{Stage, Visitor},
    step::authorize_silently,
};

pub async fn play(stage: &mut Stage<'_>, alice: &mut Visitor) -> Result<()> {
    stage
        .narrator
        .attack("a code used twice", "RFC 6749 §4.1.2, §10.5");
    let returned = authorize_silently(stage, alice).await?;
    let redeem = alice
        .app
        .redeem(&returned.code, &returned.attempt.code_verifier);
    let first = stage
        .control("the app redeems the code, once", &redeem)
        .await?;
    let tokens = Tokens::of(&first)?;
    lives(stage, &tokens).await?;
    stage.narrator.fact(
        "the thief has",
        "the whole token request of the app, code and code_verifier, a moment later",
    );
    let answer = stage.send(&redeem).await?;
    refusal(
        "the second redemption",
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        &answer,
    )?;
    is_dead(stage, &alice.app, &tokens).await?;
    let events = stage.world.events(EventKind::CodeReused).await?;
    holds(
        "the event `code.reused` is in the store",
        !events.is_empty(),
    )?;
    stage.narrator.refused(
        "the first redemption made the row of the grant, a second one conflicts: the grant is revoked in the \
         same commit (RFC 6749 §4.1.2)",
        "invalid_grant",
    );
    Ok(())
}
