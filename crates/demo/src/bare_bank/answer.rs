//! Who asks the bank, and its answers in JSON.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderName, StatusCode, header, request::Parts};
use serde_json::{Value, json};

use crate::token::Decoded;

/// The subject of a caller, believed of anything that looks like a token, and of a guard in front.
pub struct Caller(pub String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let by_guard = text(HeaderName::from_static("airside-subject"));
        let of_token = || {
            let token = text(header::AUTHORIZATION)?.strip_prefix("Bearer ")?;
            Some(Decoded::read(token).ok()?.text("sub").to_owned())
        };
        let subject = by_guard.map(str::to_owned).or_else(of_token);
        let subject = subject.filter(|subject| !subject.is_empty());
        subject.map(Self).ok_or_else(unauthorized)
    }
}

/// Returns the objects of a caller.
pub fn owned_by<'a>(subject: &str, objects: &'a [Value]) -> Vec<&'a Value> {
    let own = objects.iter().filter(|object| object["owner"] == subject);
    own.collect()
}

fn unauthorized() -> Response {
    answer(
        StatusCode::UNAUTHORIZED,
        &json!({ "error": "unauthorized" }),
    )
}

pub fn not_found() -> Response {
    answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found" }))
}

pub fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
