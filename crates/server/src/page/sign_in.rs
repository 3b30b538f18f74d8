//! `/sign-in`: a person proves who they are.

mod attempt;
mod sealed;

use std::time::Duration;

use airside_oauth::{
    authorize::{
        AuthorizationRequest,
        interaction::{Interaction, Page},
    },
    key::secret::Secret,
};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

pub use self::sealed::SignIn;

use self::attempt::{Attempt, SignInError};
use super::{PageProblem, PageRequest, PageResult};
use crate::{
    respond::{form_page, see_other},
    view::{Hidden, SignInPage},
};

/// `GET /sign-in`: the form.
pub async fn get(page: PageRequest<SignIn>) -> Response {
    let hint = page.request.request.login_hint.as_deref();
    show(&page, hint.unwrap_or_default(), Message::None)
}

/// `POST /sign-in`: the name and the password.
pub async fn post(page: PageRequest<SignIn>) -> PageResult {
    let password = Secret::new(page.field("password"));
    let username = page.field("username");
    match Attempt::of(&page).sign_in(username, password).await {
        Ok(signed_in) => {
            // only this submit proves that the person signed in for this request
            let proof = Interaction::new(Page::SignedIn, &page.request.params, page.context.now())
                .for_session(signed_in.session);
            let proof = page.bind(proof);
            let address = page.context.with_interaction("/authorize", &proof)?;
            let mut response = see_other(&address);
            response
                .headers_mut()
                .append(header::SET_COOKIE, signed_in.cookie);
            Ok(response)
        }
        Err(error) => refused(&page, username, error),
    }
}

/// The message of the page beside its form.
#[derive(Clone, Copy)]
enum Message<'a> {
    None,
    /// Something is wrong with what was typed.
    Problem(&'a str),
    /// The attempt does not count for another reason.
    Notice(&'a str),
}

fn show(page: &PageRequest<SignIn>, username: &str, message: Message<'_>) -> Response {
    let request: &AuthorizationRequest = &page.request.request;
    let (status, error, notice) = match message {
        Message::None => (StatusCode::OK, None, None),
        Message::Problem(text) => (StatusCode::UNAUTHORIZED, Some(text), None),
        Message::Notice(text) => (StatusCode::TOO_MANY_REQUESTS, None, Some(text)),
    };
    let html = page.context.issuer.view.sign_in(&SignInPage {
        action: &page.context.address("/sign-in"),
        interaction: Hidden(&page.sealed),
        client_name: request.destination.client.display_name(),
        client_host: &page.request.client_host(),
        username,
        error,
        notice,
    });
    form_page(status, html)
}

/// Writes a wait in whole minutes, rounded up; at least one.
fn minutes(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

fn refused(page: &PageRequest<SignIn>, username: &str, error: SignInError) -> PageResult {
    let problem = |text| show(page, username, Message::Problem(text));
    match error {
        SignInError::Wrong => Ok(problem("The username or the password is not right.")),
        SignInError::TooLong => {
            let mut response = problem("A password has at most 1024 bytes.");
            *response.status_mut() = StatusCode::BAD_REQUEST;
            Ok(response)
        }
        SignInError::TooMany(wait) => Ok(too_many(page, username, wait)),
        SignInError::Busy => {
            let cause = "the password pool is full".to_owned();
            Err(page.context.refuse(PageProblem::Unavailable(cause)))
        }
        SignInError::Unavailable(cause) => {
            Err(page.context.refuse(PageProblem::Unavailable(cause)))
        }
    }
}

fn too_many(page: &PageRequest<SignIn>, username: &str, wait: Duration) -> Response {
    let wait_text = minutes(wait);
    let text = format!("There were too many attempts. Try again in {wait_text}.");
    let mut response = show(page, username, Message::Notice(&text));
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_at_least_one_minute_and_rounded_up() {
        for (seconds, text) in [
            (0, "1 minute"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (900, "15 minutes"),
        ] {
            assert_eq!(minutes(Duration::from_secs(seconds)), text);
        }
    }
}
