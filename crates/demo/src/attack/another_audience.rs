//! A token for another API.

use anyhow::Result;
use http::StatusCode;

use super::scene::{bank_refuses, userinfo};
use crate::{
    app::App,
    expectation::same,
    stage::{Guest, Stage},
    step::sign_in_silently,
    token::Decoded,
    world::SHOP,
};

pub async fn play(stage: &mut Stage<'_>, alice: &mut Guest) -> Result<()> {
    stage.narrator.attack(
        "a token for another API",
        "RFC 9068 §4, RFC 8707, RFC 9700 §2.3",
    );
    let bank_app = std::mem::replace(&mut alice.visitor.app, App::of_the_shop(stage.world));
    let tokens = sign_in_silently(stage, &mut alice.visitor).await?;
    alice.visitor.app = bank_app;
    let token = Decoded::read(&tokens.access)?;
    same("aud of the shop's token", SHOP, token.text("aud"))?;
    stage.narrator.fact(
        "the thief has",
        "a shop that Alice uses: it got a genuine token of hers, and tries it at the bank",
    );
    stage.narrator.fact("aud is", token.text("aud"));
    stage.narrator.fact("the bank is", &stage.world.bank_url);
    let genuine = userinfo(stage, &tokens.access);
    stage
        .control("the token is genuine, its issuer answers for it", &genuine)
        .await?;
    let message = stage.bank("/api/v1/accounts/1001", &tokens.access);
    let expected = (StatusCode::UNAUTHORIZED, "invalid_token");
    bank_refuses(
        stage,
        &message,
        expected,
        "the token's `aud` does not name this audience",
    )
    .await?;
    stage.narrator.refused(
        "one token, one audience: aud must name the API that reads it (RFC 9068 §4)",
        "invalid_token",
    );
    Ok(())
}
