//! Errors of pages and forms, and the page that the person sees instead.

mod addition;
mod problem;
mod shown;
mod untrusted;

pub(super) use self::untrusted::home_of;

pub use self::problem::PageProblem;

use airside_oauth::{
    authorize::{Destination, DestinationError},
    client::Client,
    error::OAuthError,
    refusal::RefusalReason,
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use self::{
    shown::{ShownError, TELL_ITS_MAKERS},
    untrusted::untrusted_page,
};
use crate::{
    browser::{WrongHost, asks_for_html},
    issuer::issuer_path,
    refusal::RefusedRequest,
    request_context::RequestContext,
    respond::{address_error, come_later, page, see_other},
    view::{Details, ErrorPage, Hidden, Link, WrongHostPage},
};

/// A request to a page that ends in an error, or starts over.
#[derive(Debug)]
pub struct PageError {
    context: RequestContext,
    problem: Box<PageProblem>,
}

impl RequestContext {
    /// Answers this request with an error.
    pub fn refuse(&self, problem: PageProblem) -> PageError {
        PageError {
            context: self.clone(),
            problem: Box::new(problem),
        }
    }
}

impl PageError {
    /// Answers with JSON if the address is the problem and the caller does not ask for HTML: a program
    /// cannot read a page.
    pub fn for_caller(self, headers: &HeaderMap) -> Response {
        let Some((status, error, description)) = self.problem.address_error() else {
            return self.into_response();
        };
        let mut response = if asks_for_html(headers) {
            self.into_response()
        } else {
            self.context.log(status, description);
            address_error(status, error, description)
        };
        let vary = HeaderValue::from_static("accept");
        response.headers_mut().append(header::VARY, vary);
        response
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let context = &self.context;
        match *self.problem {
            PageProblem::StartsOver(location) => see_other(&location),
            PageProblem::WrongHost(wrong) => wrong_host(context, &wrong),
            PageProblem::Refused(destination, error) => refused(context, &destination, &error),
            PageProblem::DestinationError(untrusted, client) => {
                context.issuer.metrics.refused("authorize", "untrusted");
                report_untrusted(context, &untrusted, client.as_deref());
                untrusted_page(context, &untrusted, client.as_deref())
            }
            PageProblem::CrossSite { help, restart } => {
                cross_site(context, help, restart.as_deref())
            }
            PageProblem::AuthorizationUnreadable(problem) => {
                report_unreadable(context, &problem);
                context.show_refusal(unreadable(&problem))
            }
            PageProblem::OtherBrowser { restart } => other_browser(context, &restart),
            PageProblem::Unavailable(cause) => unavailable(context, &cause),
            PageProblem::Overloaded => overloaded(context),
            PageProblem::SetUpOver => context.show(ShownError {
                command: Some("airside user create NAME --admin"),
                ..ShownError::new(StatusCode::NOT_FOUND, SET_UP_OVER, SET_UP_HELP)
            }),
            problem @ (PageProblem::Malformed(_) | PageProblem::TooLong) => {
                context.show(unreadable(&problem))
            }
            PageProblem::Unreadable => context.show(UNREADABLE),
            PageProblem::NotFound => context.show(NOT_FOUND),
            PageProblem::ForApps => context.show(FOR_APPS),
            PageProblem::MethodNotAllowed => context.show(METHOD_NOT_ALLOWED),
        }
    }
}

fn cross_site(context: &RequestContext, help: &str, restart: Option<&str>) -> Response {
    let sentence = "This form was sent by another site";
    context.show(ShownError {
        link: restart.map(Link::start_again),
        ..ShownError::new(StatusCode::FORBIDDEN, sentence, help)
    })
}

fn other_browser(context: &RequestContext, restart: &str) -> Response {
    let sentence = "This page belongs to another browser, or your browser does not accept cookies";
    let help = "Nothing was changed. Allow cookies for this site, then start again.";
    context.show(ShownError {
        link: Some(Link::start_again(restart)),
        ..ShownError::new(StatusCode::FORBIDDEN, sentence, help)
    })
}

fn refused(context: &RequestContext, destination: &Destination, error: &OAuthError) -> Response {
    let request = RefusedRequest {
        redirect_uri: Some(&destination.redirect_uri),
        ..authorization_of(Some(destination.client.client_id.to_string()))
    };
    context.report(&request, error.into());
    let metrics = &context.issuer.metrics;
    metrics.refused("authorize", error.code.as_str());
    let response = destination.failure(&context.issuer.profile().issuer, error);
    context.send_response(destination, response)
}

/// Returns the page about a query or a form that cannot be read.
fn unreadable(problem: &PageProblem) -> ShownError<'_> {
    let PageProblem::Malformed(why) = problem else {
        return TOO_LONG;
    };
    let sentence = "The app sent a request that cannot be read";
    ShownError {
        details: Some(Details {
            received: Some(why),
            ..Details::default()
        }),
        ..ShownError::new(StatusCode::BAD_REQUEST, sentence, TELL_ITS_MAKERS)
    }
}

fn report_unreadable(context: &RequestContext, problem: &PageProblem) {
    let why = match problem {
        PageProblem::Malformed(why) => why.as_str(),
        _ => "the query is too long",
    };
    let error = OAuthError::invalid_request(why).because(RefusalReason::ParametersUnreadable);
    context.report(&authorization_of(None), (&error).into());
}

fn report_untrusted(
    context: &RequestContext,
    untrusted: &DestinationError,
    client: Option<&Client>,
) {
    let claimed = match untrusted {
        DestinationError::ClientUnknown { received } => Some(received.clone()),
        _ => client.map(|client| client.client_id.to_string()),
    };
    let error = untrusted.to_oauth_error();
    context.report(&authorization_of(claimed), (&error).into());
}

/// Returns an authorization request as the log names it: the browser says nothing about the client.
fn authorization_of(client_id: Option<String>) -> RefusedRequest<'static> {
    RefusedRequest {
        endpoint: "/authorize",
        client_id,
        ..RefusedRequest::default()
    }
}

fn wrong_host(context: &RequestContext, wrong: &WrongHost) -> Response {
    let issuer = &context.issuer;
    let opened = wrong.origin(issuer);
    // off this machine, an issuer needs more than a name: https, and a proxy or a certificate
    let works = issuer.explains() && wrong.is_loopback(issuer);
    let fix = works.then(|| format!("airside serve --issuer {opened}{}", issuer_path(issuer)));
    let html = issuer.view.wrong_host(&WrongHostPage {
        opened: &opened,
        issuer: &issuer.profile().issuer,
        go_on: wrong.at_issuer.as_deref().map(Hidden),
        fix: fix.as_deref(),
    });
    page(StatusCode::MISDIRECTED_REQUEST, html)
}

fn unavailable(context: &RequestContext, cause: &str) -> Response {
    let trace_id = &context.origin.trace_id;
    tracing::warn!(trace_id, error = cause, "the page is unavailable");
    let sentence = "This cannot be done right now";
    let help = "Nothing was changed. Wait a few seconds, then try again.";
    let shown = ShownError::new(StatusCode::SERVICE_UNAVAILABLE, sentence, help);
    come_later(context.show(shown), trace_id)
}

/// Writes no line: lines in a log would be more work for a server that has too much. The log says every
/// ten seconds how many requests were refused.
fn overloaded(context: &RequestContext) -> Response {
    let html = context.issuer.view.error(&ErrorPage {
        sentence: "The server has too much to do right now",
        help: "Nothing was changed. Wait a few seconds, then load this page again.",
        link: None,
        command: None,
        error_id: None,
        details: None,
    });
    let response = page(StatusCode::SERVICE_UNAVAILABLE, html);
    come_later(response, &context.origin.trace_id)
}

const TOO_LONG: ShownError<'_> = ShownError::new(
    StatusCode::URI_TOO_LONG,
    "This request is too long",
    TELL_ITS_MAKERS,
);
const UNREADABLE: ShownError<'_> = ShownError::new(
    StatusCode::BAD_REQUEST,
    "This page cannot be used any more",
    "Go back to the app and start again.",
);
const NOT_FOUND: ShownError<'_> = ShownError::new(
    StatusCode::NOT_FOUND,
    "There is nothing at this address",
    CHECK_ADDRESS,
);
const FOR_APPS: ShownError<'_> = ShownError::new(
    StatusCode::METHOD_NOT_ALLOWED,
    "This address is for apps, not for browsers",
    "If an app sent you here, tell its makers.",
);
const METHOD_NOT_ALLOWED: ShownError<'_> = ShownError::new(
    StatusCode::METHOD_NOT_ALLOWED,
    "This address does not answer to this method",
    CHECK_ADDRESS,
);
const CHECK_ADDRESS: &str = "Check the address. If an app sent you here, tell its makers.";
const SET_UP_OVER: &str = "This set-up link cannot be used any more";
const SET_UP_HELP: &str = "It was used, it is older than 30 minutes, or there is an account. \
    If there is none, start the server again for a new link; else make an administrator on the command line:";
