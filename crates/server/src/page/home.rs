//! `/`: says what this is, and who is signed in; and what is shown where nothing is.

use airside_oauth::{authorize::SignedIn, decide::Keys};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};

use super::{PageError, PageProblem, PageResult};
use crate::{
    browser::{Cookie, wrong_host},
    request_context::RequestContext,
    respond::{page, picture},
    view::{FAVICON, HomePage},
};

/// `GET /`.
pub async fn get(context: RequestContext, headers: HeaderMap, uri: Uri) -> PageResult {
    let issuer = &context.issuer;
    let facts = match Cookie::Session.read(issuer, &headers) {
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
        .and_then(|facts| SignedIn::of(facts, issuer.profile(), context.now()));
    let html = issuer.view.home(&HomePage {
        issuer: &issuer.profile().issuer,
        metadata: &context.address("/.well-known/openid-configuration"),
        opened: wrong_host(issuer, &headers, &uri).as_deref(),
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
pub async fn not_found(context: RequestContext) -> PageError {
    context.refuse(PageProblem::NotFound)
}

/// A path that exists, with another method.
pub async fn method_not_allowed(context: RequestContext) -> PageError {
    context.refuse(PageProblem::MethodNotAllowed)
}
