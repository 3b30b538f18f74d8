//! The only place where an error becomes HTTP.

pub use airside_net::chain;
use airside_oauth::{
    error::{ErrorCode, OAuthError},
    refusal::RefusalReason,
};
use airside_page::{content_security_policy, content_security_policy_with_script};
use airside_store::Unavailable;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    admission::OverloadedError,
    input::BodyError,
    issuer::StatusListError,
    refusal::{Refusal, RefusedRequest},
    request_context::RequestContext,
    transact::TransactError,
};

/// The error of an endpoint that speaks JSON.
#[derive(Debug)]
pub enum EndpointError {
    /// The client is told a registered code (RFC 6749 §5.2).
    OAuth(OAuthError),
    /// The same, when the client used HTTP Basic.
    OAuthBasic(OAuthError),
    /// The client should come back later.
    Unavailable(TransactError),
    /// The server is overloaded.
    Overloaded(OverloadedError),
    /// The body was too long.
    TooLarge,
    /// The body did not arrive.
    Timeout,
    /// An internal error: the operator must look.
    Bug(String),
}

impl From<OAuthError> for EndpointError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<TransactError> for EndpointError {
    fn from(error: TransactError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<OverloadedError> for EndpointError {
    fn from(error: OverloadedError) -> Self {
        Self::Overloaded(error)
    }
}

impl From<Unavailable> for EndpointError {
    fn from(error: Unavailable) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<StatusListError> for EndpointError {
    fn from(error: StatusListError) -> Self {
        match error {
            StatusListError::Unavailable(cause) => cause.into(),
            StatusListError::MissingKey(cause) => Self::Bug(cause.to_string()),
        }
    }
}

impl From<BodyError> for EndpointError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Incomplete => Self::Timeout,
            BodyError::Malformed(error) => Self::OAuth(error),
        }
    }
}

impl EndpointError {
    /// Returns the code of the error in the audit trail and the metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OAuth(error) | Self::OAuthBasic(error) => error.code.as_str(),
            Self::Unavailable(_) | Self::Overloaded(_) => "temporarily_unavailable",
            Self::TooLarge | Self::Timeout => "invalid_request",
            Self::Bug(_) => "server_error",
        }
    }

    /// Renders the failure as JSON (RFC 6749 §5.2) and logs what the client is not told.
    pub fn respond(self, context: &RequestContext, request: &RefusedRequest<'_>) -> Response {
        let trace_id = &context.origin.trace_id;
        let refused = |error: &OAuthError, used_basic| {
            context.report(request, Refusal::from(error));
            oauth(error, used_basic)
        };
        match self {
            Self::OAuth(error) => refused(&error, false),
            Self::OAuthBasic(error) => refused(&error, true),
            Self::Unavailable(cause) => {
                tracing::warn!(trace_id, error = chain(&cause), "the store did not answer");
                come_later(unavailable(trace_id), trace_id)
            }
            Self::Overloaded(cause) => {
                let error = OAuthError::new(ErrorCode::TemporarilyUnavailable, cause.to_string());
                come_later(oauth(&error, false), trace_id)
            }
            Self::TooLarge => {
                let error = unreadable("the body is longer than 64 KiB");
                (StatusCode::PAYLOAD_TOO_LARGE, refused(&error, false)).into_response()
            }
            Self::Timeout => {
                let error = unreadable("the body did not arrive within 10 seconds");
                (StatusCode::REQUEST_TIMEOUT, refused(&error, false)).into_response()
            }
            Self::Bug(cause) => {
                tracing::error!(trace_id, error = cause, "internal error");
                let body = ErrorBody {
                    error: ErrorCode::ServerError.as_str(),
                    error_description: format!("internal error; error id {trace_id}"),
                };
                json(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
        }
    }
}

fn unreadable(description: &str) -> OAuthError {
    OAuthError::invalid_request(description).because(RefusalReason::ParametersUnreadable)
}

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
}

fn oauth(error: &OAuthError, used_basic: bool) -> Response {
    let status = match error.code {
        ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    // RFC6749-5.2: error_description is ASCII without quotes and backslashes
    let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    let description = error
        .description
        .chars()
        .map(|c| if allowed(c) { c } else { '\'' });
    let body = ErrorBody {
        error: error.code.as_str(),
        error_description: description.collect(),
    };
    let mut response = json(status, &body);
    if status == StatusCode::UNAUTHORIZED && used_basic {
        // RFC6749-5.2: the scheme that the client used
        let challenge = HeaderValue::from_static("Basic realm=\"airside\", charset=\"UTF-8\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn unavailable(trace_id: &str) -> Response {
    let body = ErrorBody {
        error: ErrorCode::TemporarilyUnavailable.as_str(),
        error_description: format!("try again in a moment; error id {trace_id}"),
    };
    json(StatusCode::SERVICE_UNAVAILABLE, &body)
}

/// Says when to try again: in one to three seconds, not all at the same time.
pub fn come_later(mut response: Response, trace_id: &str) -> Response {
    let last = trace_id.bytes().last().unwrap_or_default();
    let seconds = HeaderValue::from(1 + u16::from(last % 3));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// Makes a JSON answer that no cache may store (RFC 6749 §5.1).
pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page. Its forms, if it has any, stay with this issuer.
pub fn page(status: StatusCode, html: String) -> Response {
    html_answer(status, html, Some("'self'"))
}

/// A page whose form can end at a client.
///
/// Browsers check `form-action` at every redirect that follows a submit, also at those of the client's
/// own pages, which are not known here: such a page goes without. Its form's address is written here,
/// and a submit is answered by 303 only, so the form leads nowhere else.
pub fn form_page(status: StatusCode, html: String) -> Response {
    html_answer(status, html, None)
}

/// A page whose only script, allowed by its hash, submits its form to a client; like [`form_page`], it
/// goes without `form-action`.
pub fn submitting_page(html: String, script: &str) -> Response {
    let mut response = html_answer(StatusCode::OK, html, Some("'none'"));
    let csp = content_security_policy_with_script(script);
    // a value that is none leaves the stricter policy: the button and the script then do nothing
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    response
}

/// An error about the address itself, for programs; guarded like a page, since a browser may show it.
pub fn address_error(status: StatusCode, error: &'static str, description: &str) -> Response {
    let body = ErrorBody {
        error,
        error_description: description.to_owned(),
    };
    let mut response = json(status, &body);
    guard(&mut response, Some("'self'"));
    response
}

fn html_answer(status: StatusCode, html: String, form_action: Option<&str>) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(&mut response, form_action);
    response
}

/// Adds what keeps a browser from doing more with an answer than showing it.
fn guard(response: &mut Response, form_action: Option<&str>) {
    let csp = content_security_policy(form_action);
    let headers = response.headers_mut();
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let none =
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&csp).unwrap_or(none),
    );
}

/// A picture that is part of this program (SVG), for a day.
pub fn picture(svg: &'static [u8]) -> Response {
    let mut response = Response::new(Body::from(svg));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sends the browser on with GET, whatever it came with (RFC 9700 §4.12: never 307).
pub fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}
