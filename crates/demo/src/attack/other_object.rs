//! Another customer's account: broken object-level authorization.

use anyhow::Result;
use http::StatusCode;

use super::scene::{Cast, bank_refuses};
use crate::{
    expectation::{refusal, same},
    stage::Stage,
};

pub async fn play(stage: &mut Stage<'_>, cast: &Cast) -> Result<()> {
    stage
        .narrator
        .attack("another customer's account (BOLA)", "OWASP API1:2023");
    let bobs = "/api/v1/accounts/1002";
    let own = stage.bank(bobs, &cast.bob.tokens.access);
    stage.control("Bob reads 1002", &own).await?;
    stage.narrator.fact(
        "the thief has",
        "an account of her own: Alice's good token, with the right scope; she counts 1001 up to 1002",
    );
    let message = stage.bank(bobs, &cast.alice.tokens.access);
    let cause =
        "the rule is scope `accounts:read` and owner = sub: the object belongs to another person";
    let expected = (StatusCode::NOT_FOUND, "not_found");
    let answer = bank_refuses(stage, &message, expected, cause).await?;

    let absent = stage.bank("/api/v1/accounts/9999", &cast.alice.tokens.access);
    let nothing = stage.send_silently(&absent).await?;
    refusal(
        "an account that does not exist",
        expected.0,
        expected.1,
        &nothing,
    )?;
    same(
        "the body for an absent account",
        &answer.text(),
        &nothing.text(),
    )?;
    let same =
        "account 9999, which does not exist, answers the same: not even that 1002 exists is told";
    stage.narrator.fact("control", same);
    stage.narrator.refused(
        "object level: the owner of the loaded record must be the token's sub (OWASP API1:2023)",
        "not_found",
    );
    Ok(())
}
