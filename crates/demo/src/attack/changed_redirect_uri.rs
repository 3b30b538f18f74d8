//! A redirect URI that is not registered.

use airside_client::{Landing, Request};
use anyhow::Result;
use http::StatusCode;

use crate::{
    app::Attempt,
    expectation::{holds, status},
    stage::{Stage, Visitor},
};

pub async fn play(stage: &mut Stage<'_>, alice: &mut Visitor) -> Result<()> {
    stage
        .narrator
        .attack("a changed redirect_uri", "RFC 9700 §4.1, RFC 6749 §10.6");
    let attempt = Attempt::new();
    let registered = alice.app.authorize(&attempt, &alice.app.redirect_uri);
    stage.silently();
    let landing = alice.browser.open(stage, Request::get(registered)).await;
    stage.aloud();
    let asks = matches!(landing?, Landing::Page(page) if page.answer.status == StatusCode::OK);
    holds(
        "the registered redirect_uri leads to the consent page",
        asks,
    )?;
    stage.narrator.fact(
        "control",
        "the registered redirect_uri leads to the consent page: 200 OK",
    );
    stage.narrator.fact(
        "the thief has",
        "Alice's click on a link that asks for her code to be sent to evil.example",
    );
    let changed = alice
        .app
        .authorize(&attempt, "https://evil.example/callback");
    let changed = alice.browser.cookies.add_to(Request::get(changed));
    let answer = stage.send(&changed).await?;
    status("a changed redirect_uri", StatusCode::BAD_REQUEST, &answer)?;
    holds("there is no redirect", answer.header("location").is_none())?;
    let sentence = "gave a return address that it has not registered";
    holds(
        "the page says what is wrong",
        answer.text().contains(sentence),
    )?;
    stage.narrator.fact(
        "what the page says",
        "the app that sent you here gave a return address that it has not registered",
    );
    stage.narrator.refused(
        "redirect URIs are compared byte for byte, and an unknown one gets an error page, never a redirect, \
         not even with an error (RFC 6749 §4.1.2.1)",
        "invalid_request (error page, no redirect)",
    );
    Ok(())
}
