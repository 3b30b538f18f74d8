//! The guard's own pages, and redirects of browsers.

use airside_net::X_REQUEST_ID;
use airside_page::{Page, content_security_policy};
use http::{
    HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use serde_json::Value;

use crate::body::{self, Body};

/// A sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignInError {
    /// The cookie that was set when the sign-in started is missing or has expired.
    Stale,
    /// The person or the issuer denied access.
    Denied,
    /// The issuer used a weaker authentication than was required.
    TooWeak,
    /// The issuer refused, or its answer could not be verified.
    Failed,
    /// The issuer does not answer.
    Unavailable,
}

impl SignInError {
    fn status(self) -> StatusCode {
        match self {
            Self::Stale => StatusCode::BAD_REQUEST,
            Self::Denied | Self::TooWeak => StatusCode::FORBIDDEN,
            Self::Failed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Stale => {
                "This sign-in was begun elsewhere, or too long ago. If it happens again, cookies may be blocked."
            }
            Self::Denied => "You were not signed in, because access was not allowed.",
            Self::TooWeak => {
                "What you opened needs a stronger sign-in than the sign-in service has made."
            }
            Self::Failed => "The sign-in service refused, or answered something unexpected.",
            Self::Unavailable => "The sign-in service does not answer just now.",
        }
    }

    /// Returns a page that says so, with a link to start again.
    pub(super) fn page(self, sign_in: &str) -> Response<Body> {
        let sentence = self.sentence();
        let mut response = Response::new(body::empty());
        *response.status_mut() = self.status();
        if self == Self::Unavailable {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        with_page(response, "You are not signed in", sentence, &link(sign_in))
    }
}

/// Returns the page for a person who has ended a sign-in twice.
pub(super) fn signed_in_already() -> Response<Body> {
    let mut response = Response::new(body::empty());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    with_page(
        response,
        "You are signed in already",
        "This sign-in is finished already. Open the page that you wanted again.",
        "<p class=\"after\"><a id=\"go-on\" href=\"/\" class=\"button\">Go to the start page</a></p>",
    )
}

/// A link to the sign-in.
fn link(sign_in: &str) -> String {
    let sign_in = airside_page::escape(sign_in);
    format!(
        "<p class=\"after\"><a id=\"sign-in\" href=\"{sign_in}\" class=\"button\">Sign in</a></p>"
    )
}

/// Replaces the body of the refusal of a form by a page for the person who sent it, who may sign in at `sign_in`
/// if that helps. It never says to reload the page, which would send the form once more.
pub(super) fn form_page(refused: Response<Body>, sign_in: Option<&str>) -> Response<Body> {
    let (title, sentence) = match refused.status() {
        StatusCode::UNAUTHORIZED => (
            "You must sign in to send this",
            "You are not signed in any more, or this needs a newer or stronger sign-in. Nothing of what you sent was saved. Sign in, then open the page again and send it once more.",
        ),
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "What you sent was not accepted",
            "It is too large, or has something that this page does not take. Nothing of it was saved. Go back and change it.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many requests",
            "Nothing of what you sent was saved. Wait a moment, then go back and send it once more.",
        ),
        status if status.is_server_error() => (
            "The answer did not arrive",
            "The service behind this address did not answer as it should. It may have got what you sent: look whether it has before you send it once more.",
        ),
        _ => return error_page(refused),
    };
    let more = id_of(&refused) + &sign_in.map(link).unwrap_or_default();
    with_page(refused, title, sentence, &more)
}

/// Replaces the body of a refusal by a page for a person.
pub(super) fn error_page(refused: Response<Body>) -> Response<Body> {
    let (title, sentence) = match refused.status() {
        StatusCode::FORBIDDEN => (
            "You may not open this page",
            "You are signed in, but your account lacks the permission that this page needs.",
        ),
        StatusCode::NOT_FOUND => (
            "This page was not found",
            "There is no such page, or it is not yours to see.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many requests",
            "You have opened more pages than are allowed in this time. Wait a moment, then reload the page.",
        ),
        status if status.is_server_error() => (
            "This page is not available",
            "The service behind this address did not answer as it should. Wait a moment, then reload the page.",
        ),
        _ => (
            "This address cannot be opened",
            "The address is malformed, or cannot be opened in this way. Go back and follow the link again.",
        ),
    };
    let id = id_of(&refused);
    with_page(refused, title, sentence, &id)
}

/// The error id, for the person to name it.
fn id_of(refused: &Response<Body>) -> String {
    let id = refused.headers().get(X_REQUEST_ID);
    let id = id.and_then(|id| id.to_str().ok()).map(|id| {
        let id = airside_page::escape(id);
        format!("<p class=\"id\"><span class=\"muted small\">Error id</span> <code>{id}</code></p>")
    });
    id.unwrap_or_default()
}

fn with_page(response: Response<Body>, title: &str, sentence: &str, more: &str) -> Response<Body> {
    let page = Page {
        title,
        wide: false,
        body: &format!("<h1>{title}</h1>\n<p>{sentence}</p>\n{more}"),
    };
    let mut response = response.map(|_| body::full(page.render()));
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(CONTENT_TYPE, html);
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(Some("'none'"))) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    guarded(response)
}

/// Redirects the browser with `GET`, whatever method it used (RFC 9700 §4.12).
pub(super) fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    guarded(response)
}

pub(super) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(body::full(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    guarded(response)
}

/// Adds the headers that each of the guard's own answers to a browser has.
fn guarded(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
