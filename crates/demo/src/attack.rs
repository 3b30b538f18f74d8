//! Act two: what is refused. One file an attack.

mod another_audience;
mod changed_claim;
mod changed_redirect_uri;
mod other_function;
mod other_object;
mod public_key_as_secret;
mod replayed_code;
mod replayed_refresh_token;
mod unsigned;
mod wrong_verifier;

use anyhow::Result;
use http::StatusCode;

use crate::{
    app::{App, Tokens},
    expectation::{refusal, same, status},
    stage::{Guest, Stage, Visitor},
    step::sign_in_silently,
    wire::{Answer, Message},
    world::Person,
};

/// Everybody of act two.
struct Cast {
    alice: Guest,
    bob: Guest,
    admin: Guest,
}

/// Plays every attack.
pub async fn all(stage: &mut Stage<'_>, alice: Guest) -> Result<()> {
    stage.narrator.act("ACT TWO: what is refused");
    let world = stage.world;
    let mut cast = Cast {
        alice,
        bob: admit(stage, &world.bob).await?,
        admin: admit(stage, &world.admin).await?,
    };
    let alice = &mut cast.alice.visitor;
    wrong_verifier::play(stage, alice).await?;
    replayed_code::play(stage, alice).await?;
    replayed_refresh_token::play(stage, alice).await?;
    changed_claim::play(stage, &cast).await?;
    unsigned::play(stage, &cast).await?;
    public_key_as_secret::play(stage, &cast).await?;
    another_audience::play(stage, &mut cast.alice).await?;
    other_object::play(stage, &cast).await?;
    other_function::play(stage, &cast).await?;
    changed_redirect_uri::play(stage, &mut cast.alice.visitor).await?;
    same("attacks refused", &10, &stage.narrator.attacks().len())
}

async fn admit(stage: &mut Stage<'_>, person: &Person) -> Result<Guest> {
    let app = App::of_the_bank(stage.world);
    let mut visitor = Visitor::new(person, app);
    let tokens = sign_in_silently(stage, &mut visitor).await?;
    Ok(Guest { visitor, tokens })
}

/// Sends an attack to the bank, and expects this refusal for this reason.
async fn bank_refuses(
    stage: &mut Stage<'_>,
    message: &Message,
    (expected, code): (StatusCode, &str),
    cause: &str,
) -> Result<Answer> {
    let answer = stage.send(message).await?;
    refusal("the bank's answer", expected, code, &answer)?;
    let logged = stage.world.bank.last_refusal();
    same("the bank's log", cause, &logged)?;
    stage
        .narrator
        .fact("the bank's log, not its answer, says", &logged);
    Ok(answer)
}

/// What the bank learns when it asks the issuer about a token (RFC 7662).
fn introspect(stage: &Stage<'_>, token: &str) -> Message {
    let world = stage.world;
    Message::form(world.at("/introspect"), &[("token", token)])
        .basic("bank-api", world.bank_secret.expose())
}

/// What the app learns when it asks whose token it is.
fn userinfo(stage: &Stage<'_>, token: &str) -> Message {
    Message::get(stage.world.at("/userinfo")).bearer(token)
}

/// Expects that an access token is good, by the issuer's word.
async fn lives(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    let known = userinfo(stage, &tokens.access);
    stage
        .control("GET /userinfo with Alice's access token", &known)
        .await?;
    let known = introspect(stage, &tokens.access);
    let answer = stage.send_silently(&known).await?;
    same("active before the attack", &true, &is_active(&answer))
}

/// Expects that nothing of a chain works any more.
async fn is_dead(stage: &mut Stage<'_>, app: &App, tokens: &Tokens) -> Result<()> {
    stage.narrator.blank();
    stage
        .narrator
        .line("  And the chain dies, for the thief and for the app:");
    let answer = stage.send(&app.refresh(&tokens.refresh)).await?;
    refusal(
        "the newest refresh token",
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        &answer,
    )?;
    let known = introspect(stage, &tokens.access);
    let answer = stage.send(&known).await?;
    status("introspection", StatusCode::OK, &answer)?;
    same("active after the attack", &false, &is_active(&answer))?;
    let known = userinfo(stage, &tokens.access);
    let answer = stage.send(&known).await?;
    refusal(
        "userinfo",
        StatusCode::UNAUTHORIZED,
        "invalid_token",
        &answer,
    )?;
    let learns = "an API that verifies offline accepts the access token until it asks the issuer, or the token \
         expires: 15 minutes at most";
    stage.narrator.fact("note", learns);
    Ok(())
}

fn is_active(answer: &Answer) -> bool {
    let json = answer.json().unwrap_or_default();
    json.get("active").and_then(|active| active.as_bool()) == Some(true)
}
