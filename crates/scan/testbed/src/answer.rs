//! Answers and refusals.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::{Value, json};

pub(crate) type Answer = Result<Response, ApiError>;

/// A refusal; its text is the body's `message`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("the body is not a JSON object")]
    BadBody,
    #[error("`{0}` is missing or has the wrong type")]
    BadField(&'static str),
    #[error("a valid token is needed")]
    Unauthorized,
    #[error("this is not allowed for you")]
    Forbidden,
    #[error("not found")]
    NotFound,
    #[error("{0} is taken already")]
    Conflict(&'static str),
    #[error("too many requests")]
    TooManyRequests { retry_after: u64 },
    #[error("the shop is closed")]
    Unavailable,
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
}

impl ApiError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::BadBody => StatusCode::BAD_REQUEST,
            Self::BadField(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let message = self.to_string();
        let mut answer = json_body(self.status(), &json!({ "message": message }));
        let headers = answer.headers_mut();
        match self {
            Self::Unauthorized => {
                headers.insert("www-authenticate", HeaderValue::from_static("Bearer"));
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert("retry-after", HeaderValue::from(retry_after));
            }
            _ => {}
        }
        answer
    }
}

/// 200 with a JSON body.
pub(crate) fn ok(body: impl Into<Value>) -> Answer {
    Ok(json_body(StatusCode::OK, &body.into()))
}

/// 201 with a JSON body.
pub(crate) fn created(body: impl Into<Value>) -> Answer {
    Ok(json_body(StatusCode::CREATED, &body.into()))
}

/// 201 without a body; the new object is at this address.
pub(crate) fn created_at(address: &str) -> Answer {
    Ok(located(StatusCode::CREATED, address))
}

/// 303 to this address.
pub(crate) fn see_other(address: &str) -> Answer {
    Ok(located(StatusCode::SEE_OTHER, address))
}

/// 202 with a JSON body.
pub(crate) fn accepted(body: impl Into<Value>) -> Answer {
    Ok(json_body(StatusCode::ACCEPTED, &body.into()))
}

/// 204.
pub(crate) fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 200 with text.
pub(crate) fn text(body: String) -> Answer {
    Ok(body.into_response())
}

fn located(status: StatusCode, address: &str) -> Response {
    (status, [(LOCATION, address.to_owned())]).into_response()
}

fn json_body(status: StatusCode, body: &Value) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, json)], body.to_string()).into_response()
}
