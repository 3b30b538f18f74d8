//! The only place where an error becomes HTTP.

mod html;

pub use airside_net::chain;

pub use self::html::{form_page, page, picture, see_other, submitting_page};

use airside_oauth::{
    error::{ErrorCode, OAuthError},
    refusal::RefusalReason,
};
use airside_store::Unavailable;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use self::html::guard;
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
    let body = ErrorBody {
        error: error.code.as_str(),
        error_description: printable(&error.description),
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

/// Replaces the characters that a description cannot have.
fn printable(description: &str) -> String {
    // RFC6749-5.2: error_description is ASCII without quotes and backslashes
    let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    let chars = description.chars();
    chars.map(|c| if allowed(c) { c } else { '\'' }).collect()
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
    match serde_json::to_vec(body) {
        Ok(text) => json_text(status, text),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Makes the answer of a JSON text; no cache may store it.
pub fn json_text(status: StatusCode, text: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
