//! A token that says it needs no signature.

use anyhow::Result;
use http::StatusCode;

use super::scene::{Cast, bank_refuses};
use crate::{stage::Stage, token::Decoded};

pub async fn play(stage: &mut Stage<'_>, cast: &Cast) -> Result<()> {
    stage.narrator.attack("alg none", "RFC 8725 §2.1, §3.1");
    let own = &cast.alice.tokens.access;
    let real = stage.bank("/api/v1/accounts/1001", own);
    stage.control("the signed token reads 1001", &real).await?;
    let bob = &stage.world.bob.subject;
    let forged = Decoded::read(own)?.member("alg", "none").claim("sub", bob);
    stage.narrator.fact(
        "the thief has",
        "no key: a token with Bob's sub and a header that asks for no signature, first with Alice's \
         signature, then with none",
    );
    stage.narrator.json("  ", &forged.header.clone().into());
    let expected = (StatusCode::UNAUTHORIZED, "invalid_token");
    let signed = stage.bank("/api/v1/accounts/1002", &forged.write());
    bank_refuses(stage, &signed, expected, OTHER_ALGORITHM).await?;
    let unsigned = stage.bank("/api/v1/accounts/1002", &forged.signed("").write());
    bank_refuses(stage, &unsigned, expected, NO_SIGNATURE).await?;
    stage.narrator.refused(
        "the bank knows which algorithms it accepts before it reads the token, and `none` is not one; \
         an empty signature is not even a token (RFC 8725 §3.1)",
        "invalid_token",
    );
    Ok(())
}

const OTHER_ALGORITHM: &str = "the token's `alg` is not accepted here";
const NO_SIGNATURE: &str =
    "not a JWT: expected three parts of base64url without padding, joined by dots";
