//! Act one: the seven steps from nothing to Alice's account.

mod call;

use airside_client::{Form, Landing, Page, Parameters, Request, pkce};
use anyhow::{Context, Result, bail};

use crate::{
    app::{App, Attempt, Tokens},
    expectation::{holds, same, status},
    stage::{Guest, Stage, Visitor},
    token::Decoded,
};

/// A code that came back, and what the app kept for it.
pub struct Returned {
    pub code: String,
    pub attempt: Attempt,
}

/// Plays the seven steps with Alice.
pub async fn all(stage: &mut Stage<'_>) -> Result<Guest> {
    stage.narrator.act("ACT ONE: seven steps");
    let app = App::of_the_bank(stage.world);
    let mut visitor = Visitor::new(&stage.world.alice, app);
    let returned = authorize(stage, &mut visitor).await?;
    let tokens = redeem(stage, &visitor.app, &returned).await?;
    call::account(stage, &tokens).await?;
    same("steps told", &7, &stage.narrator.steps().len())?;
    Ok(Guest { visitor, tokens })
}

/// The same without a word, as far as the tokens.
pub async fn sign_in_silently(stage: &mut Stage<'_>, visitor: &mut Visitor) -> Result<Tokens> {
    let returned = authorize_silently(stage, visitor).await?;
    let redeem = visitor
        .app
        .redeem(&returned.code, &returned.attempt.code_verifier);
    Tokens::of(&stage.send_silently(&redeem).await?)
}

/// The same without a word, as far as the code.
pub async fn authorize_silently(stage: &mut Stage<'_>, visitor: &mut Visitor) -> Result<Returned> {
    stage.silently();
    let returned = authorize(stage, visitor).await;
    stage.aloud();
    returned
}

async fn authorize(stage: &mut Stage<'_>, visitor: &mut Visitor) -> Result<Returned> {
    let attempt = begin(stage);
    let landing = request(stage, visitor, &attempt).await?;
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
        landing = sign_in(stage, visitor, page).await?;
    }
    if let Landing::Page(page) = &landing {
        landing = consent(stage, visitor, page).await?;
    }
    let Landing::Away(location) = landing else {
        bail!("after consent: expected a redirect to the app, got a page");
    };
    Ok(location)
}

fn begin(stage: &mut Stage<'_>) -> Attempt {
    let attempt = Attempt::new();
    let narrator = &mut stage.narrator;
    narrator.step(
        "the app makes its secrets",
        "The code_verifier stays in the app until step 6; only its hash travels (PKCE, RFC 7636 §4.1). \
         state ties the answer to this browser (RFC 6749 §10.12), nonce ties the ID token to this request \
         (OpenID Connect Core §3.1.2.1).",
    );
    narrator.fact("code_verifier", &attempt.code_verifier);
    narrator.fact(
        "code_challenge",
        &format!("{} (SHA-256 of it)", attempt.code_challenge),
    );
    narrator.fact("state", &attempt.state);
    narrator.fact("nonce", &attempt.nonce);
    attempt
}

async fn request(
    stage: &mut Stage<'_>,
    visitor: &mut Visitor,
    attempt: &Attempt,
) -> Result<Landing> {
    stage.narrator.step(
        "the app sends the browser to GET /authorize",
        "The app asks; it never sees the password (RFC 6749 §4.1.1). redirect_uri must be one that is \
         registered, byte for byte (RFC 9700 §2.1).",
    );
    let url = visitor.app.authorize(attempt, &visitor.app.redirect_uri);
    visitor.browser.open(stage, Request::get(url)).await
}

async fn sign_in(stage: &mut Stage<'_>, visitor: &mut Visitor, page: &Page) -> Result<Landing> {
    let name = visitor.person.username;
    stage.narrator.step(
        &format!("{name} signs in at the authorization server"),
        "Authentication: who is it? The hidden `interaction` is the sealed request of step 2, bound to this \
         browser's cookie; the session cookie is stored as a digest only (RFC 6749 §3.1).",
    );
    let form = read_form(page)?.fill("username", name);
    let form = form.fill("password", visitor.person.password.expose());
    visitor.browser.open(stage, form.submit()).await
}

async fn consent(stage: &mut Stage<'_>, visitor: &mut Visitor, page: &Page) -> Result<Landing> {
    stage.narrator.step(
        &format!("{} consents", visitor.person.username),
        "Delegation: may this app do that? Asked of the person, never of the app (RFC 6749 §1.3.1, §10.2).",
    );
    let form = read_form(page)?.press("allow");
    visitor.browser.open(stage, form.submit()).await
}

fn read_form(page: &Page) -> Result<Form> {
    status("a page of the issuer", http::StatusCode::OK, &page.answer)?;
    let form = page.form();
    form.context("expected a page with a form, got one without")
}

async fn come_back(
    stage: &mut Stage<'_>,
    visitor: &mut Visitor,
    attempt: &Attempt,
    location: &str,
) -> Result<String> {
    stage.narrator.step(
        "the browser brings the code back to the app",
        "The code is no token yet: it lives 60 seconds, works once, and only together with the code_verifier \
         (RFC 6749 §4.1.2). The app compares state (RFC 6749 §10.12) and iss (RFC 9207 §2.4).",
    );
    let callback = format!("{}?", visitor.app.redirect_uri);
    holds(
        "the redirect goes to the registered address",
        location.starts_with(&callback),
    )?;
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
    stage.narrator.fact("state", "equal to step 1");
    stage
        .narrator
        .fact("iss", "equal to the issuer that was asked");
    only("code")
}

pub async fn redeem(stage: &mut Stage<'_>, app: &App, returned: &Returned) -> Result<Tokens> {
    stage.narrator.step(
        "the app redeems the code at POST /token",
        "Only whoever began in step 1 knows the code_verifier, so a stolen code is worth nothing \
         (RFC 6749 §4.1.3, RFC 7636 §4.5).",
    );
    let attempt = &returned.attempt;
    let answer = stage
        .send(&app.redeem(&returned.code, &attempt.code_verifier))
        .await?;
    status("redeeming the code", http::StatusCode::OK, &answer)?;
    let hash = pkce::code_challenge(&attempt.code_verifier);
    same("hash of the code_verifier", &attempt.code_challenge, &hash)?;
    let compared = format!("SHA-256 of code_verifier is {hash}, as sent in step 2");
    stage.narrator.fact("the server compares", &compared);
    let tokens = Tokens::of(&answer)?;
    let id = Decoded::read(&tokens.id)?;
    same(
        "nonce of the ID token",
        attempt.nonce.as_str(),
        id.text("nonce"),
    )?;
    same(
        "iss of the ID token",
        stage.world.issuer.as_str(),
        id.text("iss"),
    )?;
    same("aud of the ID token", app.client_id, id.text("aud"))?;
    stage
        .narrator
        .fact("ID token", "nonce, iss and aud are what the app expects");
    Ok(tokens)
}
