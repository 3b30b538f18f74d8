//! `/select-account`: a person goes on with the account of their session, or signs in to another.

use airside_oauth::authorize::interaction::{Interaction, Page};
use http::StatusCode;

use super::{PageProblem, PageRequest, PageResult, authorization::AuthorizationPage};
use crate::{
    respond::{form_page, see_other},
    view::{Hidden, SelectAccountPage},
};

/// The page on which an account is chosen (OIDC Core §3.1.2.1, `select_account`).
#[derive(Debug)]
pub struct SelectAccount;

impl AuthorizationPage for SelectAccount {
    const PAGE: Page = Page::SelectAccount;
}

/// `GET /select-account`: the account of the session.
pub async fn get(page: PageRequest<SelectAccount>) -> PageResult {
    let facts = page.request.look(&page.context, &page.cookies).await?;
    let person = page.person(&facts)?;
    let destination = &page.request.request.destination;
    let html = page.context.issuer.view.select_account(&SelectAccountPage {
        action: &page.context.address("/select-account"),
        interaction: Hidden(&page.sealed),
        client_name: destination.client.display_name(),
        client_host: &page.request.client_host(),
        username: person.user.username.as_str(),
    });
    Ok(form_page(StatusCode::OK, html))
}

/// `POST /select-account`: the choice.
pub async fn post(page: PageRequest<SelectAccount>) -> PageResult {
    let facts = page.request.look(&page.context, &page.cookies).await?;
    let person = page.person(&facts)?;
    let now = page.context.now();
    let chosen = |to| Interaction::new(to, &page.request.params, now);
    let (path, next) = match page.field("account") {
        // only this submit proves that the person chose the account for this request
        "this" => {
            let proof = chosen(Page::AccountSelected).for_session(person.session.id);
            ("/authorize", proof)
        }
        "another" => ("/sign-in", chosen(Page::SignIn)),
        _ => {
            let why = "account is neither this nor another".to_owned();
            return Err(page.context.refuse(PageProblem::Malformed(why)));
        }
    };
    let address = page.context.with_interaction(path, &page.bind(next))?;
    Ok(see_other(&address))
}
