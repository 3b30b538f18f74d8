//! A stolen code without its `code_verifier`.

use anyhow::Result;
use http::StatusCode;

use crate::{
    app::{Attempt, Tokens},
    expectation::refusal,
    stage::{Stage, Visitor},
    step::authorize_silently,
};

pub async fn play(stage: &mut Stage<'_>, alice: &mut Visitor) -> Result<()> {
    stage
        .narrator
        .attack("a stolen code", "RFC 9700 §4.5, RFC 7636");
    let returned = authorize_silently(stage, alice).await?;
    stage.narrator.fact(
        "the thief has",
        "Alice's code, from a log, before the app used it; but not the code_verifier, which never left the app",
    );
    let guess = Attempt::new().code_verifier;
    let answer = stage
        .send(&alice.app.redeem(&returned.code, &guess))
        .await?;
    refusal(
        "a wrong code_verifier",
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        &answer,
    )?;

    let right = alice
        .app
        .redeem(&returned.code, &returned.attempt.code_verifier);
    let what = "the same code with the right code_verifier, which the guess did not burn";
    Tokens::of(&stage.control(what, &right).await?)?;
    stage.narrator.refused(
        "SHA-256 of the code_verifier is not the code_challenge of the request (RFC 7636 §4.6)",
        "invalid_grant",
    );
    Ok(())
}
