//! `/`: says what this is, and who is signed in; and what is shown where nothing is.

use airside_oauth::{authorize::SignedIn, state::decide::Keys};
use airside_page::FAVICON;
use axum::response::Response;
use http::{Method, StatusCode, request::Parts};

use super::{PageProblem, PageResult};
use crate::{
    browser::{Cookie, wrong_host},
    request_context::RequestContext,
    respond::{page, picture},
    view::HomePage,
};

/// `GET /`.
pub async fn get(context: RequestContext, parts: Parts) -> PageResult {
    let issuer = &context.issuer;
    let facts = match Cookie::Session.read(issuer, &parts.headers) {
        Some(cookie) => {
            let keys = Keys {
                session_cookie: Some(cookie),
                ..Keys::default()
            };
            Some(context.look(&keys).await?)
        }
        None => None,
    };
    let person = facts
        .as_ref()
        .and_then(|facts| SignedIn::of(facts, &issuer.profile(), context.now()));
    let wrong = wrong_host(issuer, &parts);
    let opened = wrong.map(|wrong| wrong.origin(issuer));
    let html = issuer.view.home(&HomePage {
        issuer: &issuer.profile().issuer,
        metadata: &context.address("/.well-known/openid-configuration"),
        opened: opened.as_deref(),
        username: person.map(|person| person.user.username.as_str()),
        sign_out: &context.address("/sign-out"),
    });
    Ok(page(StatusCode::OK, html))
}

/// `GET /favicon.ico`: the picture of the pages, in a form that scales.
pub async fn favicon() -> Response {
    picture(FAVICON)
}

/// Every path that does not exist.
pub async fn not_found(context: RequestContext, parts: Parts) -> Response {
    at_right_host(&context, &parts, PageProblem::NotFound)
}

/// A path that exists, with another method.
pub async fn method_not_allowed(context: RequestContext, parts: Parts) -> Response {
    let problem = match parts.method {
        // what cannot be opened is an endpoint that apps post to
        Method::GET | Method::HEAD => PageProblem::ForApps,
        _ => PageProblem::MethodNotAllowed,
    };
    at_right_host(&context, &parts, problem)
}

/// Says first that the host is wrong: what is missing there can exist at the right one.
fn at_right_host(context: &RequestContext, parts: &Parts, problem: PageProblem) -> Response {
    let wrong = wrong_host(&context.issuer, parts).map(PageProblem::WrongHost);
    let error = context.refuse(wrong.unwrap_or(problem));
    error.for_caller(&parts.headers)
}
