//! The steps from nothing to tokens, with the checks of a careful app.

use airside_client::{Form, Landing, Page, Parameters, Request};
use anyhow::{Context, Result, bail, ensure};

use crate::{
    app::{App, Attempt, Tokens},
    expectation::{same, status},
    stage::{Stage, Visitor},
    token::Decoded,
};

/// A code that came back, and what the app kept for it.
pub struct Returned {
    pub code: String,
    pub attempt: Attempt,
}

/// Signs a person in to an app, as far as the tokens.
pub async fn sign_in(stage: &mut Stage<'_>, visitor: &mut Visitor) -> Result<Tokens> {
    let returned = authorize(stage, visitor).await?;
    redeem(stage, &visitor.app, &returned).await
}

/// The same as far as the code.
pub async fn authorize(stage: &mut Stage<'_>, visitor: &mut Visitor) -> Result<Returned> {
    let attempt = Attempt::new();
    let url = visitor.app.authorize(&attempt, &visitor.app.redirect_uri);
    let landing = visitor.browser.open(stage, Request::get(url)).await?;
    let location = through_pages(stage, visitor, landing).await?;
    let code = come_back(stage, visitor, &attempt, &location).await?;
    Ok(Returned { code, attempt })
}

/// Signs in and consents, where a page asks for it; returns the address at the app.
pub async fn through_pages(
    stage: &mut Stage<'_>,
    visitor: &mut Visitor,
    landing: Landing,
) -> Result<String> {
    let mut landing = landing;
    if let Landing::Page(page) = &landing
        && page.url.path() == "/sign-in"
    {
        let password = visitor.person.password.expose();
        let form = read_form(page)?.fill("username", visitor.person.username);
        let form = form.fill("password", password).submit();
        landing = visitor.browser.open(stage, form).await?;
    }
    if let Landing::Page(page) = &landing {
        let form = read_form(page)?.press("allow").submit();
        landing = visitor.browser.open(stage, form).await?;
    }
    let Landing::Away(location) = landing else {
        bail!("after consent: expected a redirect to the app, got a page");
    };
    Ok(location)
}

fn read_form(page: &Page) -> Result<Form> {
    status("a page of the issuer", http::StatusCode::OK, &page.answer)?;
    let form = page.form();
    form.context("expected a page with a form, got one without")
}

/// Brings the answer to the app, which compares `state` (RFC 6749 §10.12) and `iss` (RFC 9207 §2.4).
async fn come_back(
    stage: &mut Stage<'_>,
    visitor: &mut Visitor,
    attempt: &Attempt,
    location: &str,
) -> Result<String> {
    let callback = format!("{}?", visitor.app.redirect_uri);
    ensure!(
        location.starts_with(&callback),
        "the redirect does not lead to the registered address"
    );
    let answer = stage.send(&Request::get(location)).await?;
    status("the app's own address", http::StatusCode::OK, &answer)?;
    let arrived = stage.world.arrived.take();
    let arrived = arrived.context("expected the browser at the app, got nobody")?;
    let returned = Parameters::parse(&arrived);
    let only = |name| {
        let value = returned.only(name).map(str::to_owned);
        value.with_context(|| format!("expected `{name}` once, got it otherwise"))
    };
    same("state", &attempt.state, &only("state")?)?;
    same("iss", &stage.world.issuer, &only("iss")?)?;
    only("code")
}

/// Redeems a code; the app checks the ID token before it believes it.
pub async fn redeem(stage: &mut Stage<'_>, app: &App, returned: &Returned) -> Result<Tokens> {
    let attempt = &returned.attempt;
    let redeem = app.redeem(&returned.code, &attempt.code_verifier);
    let answer = stage.send(&redeem).await?;
    status("redeeming the code", http::StatusCode::OK, &answer)?;
    let tokens = Tokens::of(&answer)?;
    let id = Decoded::read(&tokens.id)?;
    for (claim, expected) in [
        ("nonce", attempt.nonce.as_str()),
        ("iss", stage.world.issuer.as_str()),
        ("aud", app.client_id),
    ] {
        let what = format!("{claim} of the ID token");
        same(&what, expected, id.text(claim))?;
    }
    Ok(tokens)
}
