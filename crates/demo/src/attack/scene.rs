//! The people of act two, and the checks that several attacks share.

use airside_client::{Answer, Request, basic};
use anyhow::Result;
use http::StatusCode;

use crate::{
    app::{App, Tokens},
    expectation::{refusal, same, status},
    person::Person,
    stage::{Guest, Stage, Visitor},
    step::sign_in_silently,
    world::BANK_API,
};

/// The people of act two.
pub struct Cast {
    pub alice: Guest,
    pub bob: Guest,
    pub admin: Guest,
}

impl Cast {
    /// Signs Bob and the administrator in, beside Alice.
    pub async fn new(stage: &mut Stage<'_>, alice: Guest) -> Result<Self> {
        let world = stage.world;
        Ok(Self {
            alice,
            bob: admit(stage, &world.bob).await?,
            admin: admit(stage, &world.admin).await?,
        })
    }
}

async fn admit(stage: &mut Stage<'_>, person: &Person) -> Result<Guest> {
    let app = App::of_the_bank(stage.world);
    let mut visitor = Visitor::new(person, app);
    let tokens = sign_in_silently(stage, &mut visitor).await?;
    Ok(Guest { visitor, tokens })
}

/// Sends an attack to the bank, and expects this refusal for this reason.
pub async fn bank_refuses(
    stage: &mut Stage<'_>,
    request: &Request,
    (expected, code): (StatusCode, &str),
    cause: &str,
) -> Result<Answer> {
    let answer = stage.send(request).await?;
    refusal("the bank's answer", expected, code, &answer)?;
    let logged = stage.world.bank.last_refusal();
    same("the bank's log", cause, &logged)?;
    stage
        .narrator
        .fact("the bank's log, not its answer, says", &logged);
    Ok(answer)
}

/// Returns the request with which the bank introspects a token (RFC 7662).
pub fn introspect(stage: &Stage<'_>, token: &str) -> Request {
    let world = stage.world;
    Request::form(world.at("/introspect"), [("token", token)])
        .authorization(basic(BANK_API, world.bank_secret.expose()))
}

/// Returns the request for the claims of a token's user.
pub fn userinfo(stage: &Stage<'_>, token: &str) -> Request {
    Request::get(stage.world.at("/userinfo")).bearer(token)
}

/// Expects that the issuer accepts an access token.
pub async fn lives(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    let known = userinfo(stage, &tokens.access);
    stage
        .control("GET /userinfo with Alice's access token", &known)
        .await?;
    let known = introspect(stage, &tokens.access);
    let answer = stage.send_silently(&known).await?;
    same("active before the attack", &true, &is_active(&answer))
}

/// Expects that no token of a chain works any more.
pub async fn is_dead(stage: &mut Stage<'_>, app: &App, tokens: &Tokens) -> Result<()> {
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
