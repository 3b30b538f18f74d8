//! One server's answer, passed off as another's.

use airside_client::{Parameters, Request};
use anyhow::{Context, Result};

use super::{
    actor::{Actor, Who},
    outcome::{Refusal, Verdict},
    side::Side,
};
use crate::{
    app::Attempt,
    step,
    wire::{
        Exchange,
        WireServer::{Issuer, Thief},
    },
};

/// Plays it with an app that does not compare `iss`, and with one that does.
pub async fn play(actor: &mut Actor<'_>) -> Result<()> {
    careless(actor).await?;
    careful(actor).await
}

/// The app sends code and secret to the server that it asked: the thief's.
async fn careless(actor: &mut Actor<'_>) -> Result<()> {
    let (attempt, _, code) = asked_at_the_thief(actor, Side::Off).await?;
    let app = actor.visitor(Who::Alice).app.clone();
    let thief = actor.company.thief.clone();
    let redemption = app.redemption(&code, &attempt.code_verifier);
    let to_thief = Request::form(format!("{}/token", thief.url), redemption);
    let answer = actor.send(&to_thief).await?;
    let what = "An app that does not compare iss brings code and secret to the thief";
    let exchange = Exchange::of(Thief, &to_thief, &answer);
    actor.note(Side::Off, what, exchange, Verdict::Succeeded);
    let caught = thief.take().context("the thief caught nothing")?;
    let stolen = Request::form(actor.company.world.at("/token"), caught);
    let what = "The thief redeems them at the honest server";
    let expected = Refusal::INVALID_GRANT;
    actor
        .attack((Side::Off, Issuer), what, &stolen, expected)
        .await?;
    Ok(())
}

/// The app compares `iss`, and sends nothing.
async fn careful(actor: &mut Actor<'_>) -> Result<()> {
    let (_, iss, _) = asked_at_the_thief(actor, Side::On).await?;
    let asked = actor.company.thief.url.clone();
    let is_refused = iss != asked;
    actor.fact("The app asked", asked);
    actor.fact("iss of the answer", iss);
    if let Some(last) = actor.outcome.sent.last_mut().filter(|_| is_refused) {
        last.what =
            "The honest server answers, and names itself in iss: the app stops here".to_owned();
        last.verdict = Verdict::Refused;
    }
    actor.outcome.stopped_by_app = is_refused;
    Ok(())
}

/// Begins at the thief's server, which leads Alice to the honest one: the attempt, and `iss` and `code` of the answer.
async fn asked_at_the_thief(
    actor: &mut Actor<'_>,
    side: Side,
) -> Result<(Attempt, String, String)> {
    let attempt = Attempt::new();
    let app = actor.visitor(Who::Alice).app.clone();
    let asked = app.authorization(&attempt, &app.redirect_uri);
    let thief = format!("{}/authorize", actor.company.thief.url);
    let asked = Request::get(asked.appended_to(&thief));
    let answer = actor.send(&asked).await?;
    let what = "The thief leads Alice’s browser to the honest server";
    actor.note(
        side,
        what,
        Exchange::of(Thief, &asked, &answer),
        Verdict::Legal,
    );
    let passed_on = answer.header("location");
    let passed_on = Request::get(passed_on.context("the thief does not lead on")?);
    let (stage, alice) = (&mut actor.stage, &mut actor.people.alice);
    let landing = alice.browser.open(stage, passed_on).await?;
    let location = step::through_pages(stage, alice, landing).await?;
    let (request, answer) = stage.last.as_ref().context("nothing was sent")?;
    let exchange = Exchange::of(Issuer, request, answer);
    let returned = Parameters::of_url(&location);
    let value = |name| returned.get(name).unwrap_or_default().to_owned();
    let (iss, code) = (value("iss"), value("code"));
    let what = "The honest server answers Alice’s request";
    actor.note(side, what, exchange, Verdict::Legal);
    Ok((attempt, iss, code))
}
