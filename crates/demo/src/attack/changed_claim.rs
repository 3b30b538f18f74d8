//! A token with one claim changed.

use anyhow::Result;
use http::StatusCode;

use super::scene::{Cast, bank_refuses};
use crate::{stage::Stage, token::Decoded};

pub async fn play(stage: &mut Stage<'_>, cast: &Cast) -> Result<()> {
    stage
        .narrator
        .attack("a changed claim", "RFC 7515 §5.2, OWASP API2:2023");
    let own = &cast.alice.tokens.access;
    let untouched = stage.bank("/api/v1/accounts/1001", own);
    stage
        .control("the token as it was issued reads 1001", &untouched)
        .await?;
    stage.narrator.fact(
        "the thief has",
        "Alice's token, and Bob's sub: the claim is exchanged, header and signature are kept",
    );
    let bob = &stage.world.bob.subject;
    let forged = Decoded::read(own)?.claim("sub", bob);
    stage.narrator.fact("sub was", &stage.world.alice.subject);
    stage.narrator.fact("sub is", bob);
    let message = stage.bank("/api/v1/accounts/1002", &forged.write());
    let expected = (StatusCode::UNAUTHORIZED, "invalid_token");
    bank_refuses(
        stage,
        &message,
        expected,
        "the token's signature does not match",
    )
    .await?;
    stage.narrator.refused(
        "the signature covers every byte of header and claims (RFC 7515 §5.2)",
        "invalid_token",
    );
    Ok(())
}
