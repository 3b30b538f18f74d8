//! Requests as they are sent, and recorded with their answers.

use std::{sync::Arc, time::Duration};

use http::Method;
use serde::Serialize;
use serde_json::Value;

/// The position of an identity among those of a scan.
pub type IdentityIndex = usize;

/// A request before it is sent; the token is added by the probe.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestSpec {
    /// The position of the operation.
    pub operation: usize,
    /// The method.
    pub method: Method,
    /// The path and the query below the base URL.
    pub target: String,
    /// Headers that the operation's parameters ask for.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RequestBody,
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RequestBody {
    /// None.
    #[default]
    None,
    /// JSON.
    Json(Value),
    /// JSON of a type of its own, such as `application/merge-patch+json`.
    TypedJson(String, Value),
    /// A form, `application/x-www-form-urlencoded`.
    Form(Value),
    /// A form, `multipart/form-data`.
    Multipart(Value),
}

impl RequestBody {
    /// Returns the members of the body.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::None => None,
            Self::Json(value)
            | Self::TypedJson(_, value)
            | Self::Form(value)
            | Self::Multipart(value) => Some(value),
        }
    }

    /// Returns the members of the body, to be changed.
    pub fn value_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::None => None,
            Self::Json(value)
            | Self::TypedJson(_, value)
            | Self::Form(value)
            | Self::Multipart(value) => Some(value),
        }
    }
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number in the scan, from 1.
    pub number: u64,
    /// The caller; `None` without a token.
    pub caller: Option<IdentityIndex>,
    /// The request.
    pub request: RequestSpec,
    /// The answer.
    pub answer: Answer,
    /// The time from sending until the answer was read.
    pub duration: Duration,
}

/// A recorded exchange, which several findings may name.
pub type Recorded = Arc<Exchange>;

/// The answer to a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, cut at [`MAX_TEXT`] bytes.
    pub text: String,
    /// Its body as JSON.
    pub json: Option<Value>,
    /// Its `Location`.
    pub location: Option<String>,
    /// Its `Link`.
    pub link: Option<String>,
    /// Its `Retry-After`, if it is a number of seconds.
    pub retry_after_seconds: Option<u64>,
    /// The token that a header of it has.
    pub header_token: Option<String>,
}

/// What an answer says about the request, as far as it can be told without knowing the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A status of success, and a body that does not speak of an error.
    Accepted,
    /// 401, or its like in the body.
    Unauthenticated,
    /// 403.
    Forbidden,
    /// 404 or 410.
    NotFound,
    /// 400, 409, 415 or 422, or a status of success with an error in the body.
    Invalid,
    /// 405 or 501.
    NoSuchMethod,
    /// 429.
    RateLimited,
    /// Another status of 500 or more.
    Failed,
    /// A redirect, which is not followed.
    Redirected,
}

impl Answer {
    /// Reads what the answer says about the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.status {
            200..=299 if self.speaks_of_error() => Outcome::Invalid,
            200..=299 => Outcome::Accepted,
            300..=399 => Outcome::Redirected,
            401 | 407 => Outcome::Unauthenticated,
            403 => Outcome::Forbidden,
            404 | 410 => Outcome::NotFound,
            405 | 501 => Outcome::NoSuchMethod,
            429 => Outcome::RateLimited,
            500.. => Outcome::Failed,
            _ => Outcome::Invalid,
        }
    }

    /// Returns true if the answer is a success as far as it says.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.outcome() == Outcome::Accepted
    }

    /// Returns true for the body of an error under a status of success.
    fn speaks_of_error(&self) -> bool {
        let Some(Value::Object(members)) = &self.json else {
            return false;
        };
        let says = |name: &str| {
            let text = members.get(name).and_then(Value::as_str);
            text.is_some_and(|text| FAULTS.contains(&text.to_ascii_lowercase().as_str()))
        };
        let is_false = |name: &str| members.get(name) == Some(&Value::Bool(false));
        let has_error = ["error", "errors"]
            .iter()
            .any(|name| members.get(*name).is_some_and(is_something));
        let code = ["status", "statusCode", "status_code", "code"].iter();
        let has_code = code.filter_map(|name| members.get(*name)?.as_u64());
        let has_code = has_code.into_iter().any(|code| (400..600).contains(&code));
        says("status")
            || says("result")
            || is_false("success")
            || is_false("ok")
            || (has_error || has_code) && members.len() <= 5
    }
}

/// Returns true unless a value is null, false or empty.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// Words of a `status` or a `result` that say that a request failed.
const FAULTS: [&str; 8] = [
    "fail",
    "failed",
    "failure",
    "error",
    "unauthorized",
    "forbidden",
    "denied",
    "ko",
];

/// The number of bytes of an answer that are kept.
pub const MAX_TEXT: usize = 512 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(status: u16, body: &Value) -> Outcome {
        let answer = Answer {
            status,
            json: Some(body.clone()),
            ..Answer::default()
        };
        answer.outcome()
    }

    #[test]
    fn an_error_under_a_status_of_success_is_not_a_success() {
        for body in [
            json!({"status": "fail", "message": "no"}),
            json!({"success": false}),
            json!({"error": "not found"}),
            json!({"code": 404, "message": "no"}),
        ] {
            assert_eq!(outcome(200, &body), Outcome::Invalid, "{body}");
        }
        for body in [
            json!({"status": "open", "id": 1}),
            json!({"status": "success", "id": 1}),
            json!({"errors": [], "id": 1}),
            json!([]),
        ] {
            assert_eq!(outcome(200, &body), Outcome::Accepted, "{body}");
        }
        assert_eq!(outcome(404, &json!({})), Outcome::NotFound);
    }
}
