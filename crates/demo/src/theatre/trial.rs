//! A request without one of its parameters.

use airside_client::Request;
use anyhow::{Context, Result};

use super::{
    company::Company,
    scene::{self, Endpoint},
};
use crate::{
    app::Attempt,
    step,
    wire::{Exchange, WireServer},
};

/// The exchange that was made without a parameter, and the reason why the parameter exists.
#[derive(Clone, Debug)]
pub struct Trial {
    pub endpoint: Endpoint,
    pub name: String,
    pub exchange: Exchange,
    pub why: &'static str,
    /// True if Alice's browser brought a code to the app in the end.
    pub has_code: bool,
}

/// Sends the authorization request, or the redemption of a new code, without a parameter.
pub async fn without(company: &Company, endpoint: Endpoint, name: &str) -> Result<Trial> {
    let why = scene::without(name).context("this parameter cannot be left out")?;
    let mut people = company.people.lock().await;
    let mut stage = company.stage();
    let alice = &mut people.alice;
    // signs her in, so that the answer is not the sign-in page
    let returned = step::authorize(&mut stage, alice).await?;
    let request = match endpoint {
        Endpoint::Authorize => {
            let asked = alice
                .app
                .authorization(&Attempt::new(), &alice.app.redirect_uri);
            let url = asked
                .without(name)
                .appended_to(&company.world.at("/authorize"));
            alice.browser.cookies.add_to(Request::get(url))
        }
        Endpoint::Token => {
            let verifier = &returned.attempt.code_verifier;
            let fields = alice.app.redemption(&returned.code, verifier);
            Request::form(company.world.at("/token"), fields.without(name))
        }
    };
    let answer = stage.send(&request).await?;
    let leads_on = answer.header("location").unwrap_or_default();
    let has_code = match leads_on.starts_with(&company.world.issuer) || leads_on.starts_with('/') {
        true => {
            let again = Request::get(&request.url);
            let landing = alice.browser.open(&mut stage, again).await?;
            let location = step::through_pages(&mut stage, alice, landing).await?;
            location.contains("code=")
        }
        false => leads_on.contains("code="),
    };
    Ok(Trial {
        has_code,
        endpoint,
        name: name.to_owned(),
        exchange: Exchange::of(WireServer::Issuer, &request, &answer),
        why,
    })
}
