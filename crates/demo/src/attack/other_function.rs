//! An administrator's function: broken function-level authorization.

use airside_client::Request;
use anyhow::Result;
use http::StatusCode;
use serde_json::json;

use super::scene::{Cast, bank_refuses};
use crate::{expectation::holds, stage::Stage};

pub async fn play(stage: &mut Stage<'_>, cast: &Cast) -> Result<()> {
    stage
        .narrator
        .attack("an administrator's function (BFLA)", "OWASP API5:2023");
    let order = |stage: &Stage<'_>, token: &str, username: &str| {
        let url = stage.world.bank_at("/api/v1/admin/delete-user");
        Request::json(url, json!({ "username": username })).bearer(token)
    };
    let legal = order(stage, &cast.admin.tokens.access, "carol");
    stage
        .control(
            "the administrator deletes carol, who closed her account",
            &legal,
        )
        .await?;
    holds("carol is deleted", !stage.world.bank.has_customer("carol"))?;
    stage.narrator.fact(
        "the thief has",
        "Alice's good token, whose roles are `customer`; and the address of the function",
    );
    let message = order(stage, &cast.alice.tokens.access, "bob");
    let expected = (StatusCode::FORBIDDEN, "access_denied");
    let cause = "the rule is role `admin`: the token lacks the role `admin`";
    bank_refuses(stage, &message, expected, cause).await?;
    holds(
        "bob is still a customer",
        stage.world.bank.has_customer("bob"),
    )?;
    stage.narrator.refused(
        "function level: insufficient permission, decided before anything is read (OWASP API5:2023)",
        "access_denied",
    );
    Ok(())
}
