//! Attacks on the code and on its way.

use airside_client::Request;
use anyhow::Result;

use super::{
    actor::{Actor, Who},
    outcome::Refusal,
    side::Side,
    stopwatch,
};
use crate::{
    app::{Attempt, Tokens},
    wire::WireServer::{Guarded, Issuer},
};

/// A stolen code without its `code_verifier`.
pub async fn stolen(actor: &mut Actor<'_>) -> Result<()> {
    let returned = actor.code().await?;
    let app = actor.visitor(Who::Alice).app.clone();
    let guess = Attempt::new().code_verifier;
    let what = "The thief redeems the code, with a guess in place of the secret";
    let guessed = app.redeem(&returned.code, &guess);
    let expected = Refusal::INVALID_GRANT;
    actor
        .attack((Side::Both, Issuer), what, &guessed, expected)
        .await?;
    let what = "The app redeems the same code, with the secret";
    let right = app.redeem(&returned.code, &returned.attempt.code_verifier);
    actor.legal(Issuer, what, &right).await?;
    Ok(())
}

/// A code that is used twice.
pub async fn twice(actor: &mut Actor<'_>) -> Result<()> {
    let returned = actor.code().await?;
    let app = actor.visitor(Who::Alice).app.clone();
    let redeem = app.redeem(&returned.code, &returned.attempt.code_verifier);
    let what = "The app redeems the code, once";
    let first = actor.legal(Issuer, what, &redeem).await?;
    let tokens = Tokens::of(&first)?;
    let read = stopwatch::own_account(actor, &tokens);
    let what = "Its access token opens the API";
    actor.legal(Guarded, what, &read).await?;
    let expected = Refusal::INVALID_GRANT;
    let what = "The thief redeems it again";
    actor
        .attack((Side::Both, Issuer), what, &redeem, expected)
        .await?;
    let what = "And the tokens of the first use are dead: at the server";
    let known = actor.stage.userinfo(&tokens.access);
    let expected = Refusal::INVALID_TOKEN;
    actor
        .attack((Side::Both, Issuer), what, &known, expected)
        .await?;
    stopwatch::until_refused(actor, &tokens, "from the alarm until the guard refused").await
}

/// A redirect URI that is not registered.
pub async fn evil_redirect(actor: &mut Actor<'_>) -> Result<()> {
    let visitor = actor.visitor(Who::Alice);
    let evil = "https://evil.example/callback";
    let link = visitor.app.authorize(&Attempt::new(), evil);
    let link = visitor.browser.cookies.add_to(Request::get(link));
    let what = "Alice’s browser opens the thief’s link";
    let expected = Refusal::PAGE;
    let answer = actor
        .attack((Side::Both, Issuer), what, &link, expected)
        .await?;
    let is_page = answer.header("location").is_none();
    actor.fact(
        "Redirect",
        match is_page {
            true => "none: the browser stays on the error page of the server",
            false => "there is one",
        },
    );
    Ok(())
}
