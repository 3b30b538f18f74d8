//! The answer to a request, and what it says about it.

use serde::Serialize;
use serde_json::Value;

use crate::word::words;

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
    /// Its `ETag`.
    pub entity_tag: Option<String>,
    /// Its `Retry-After`, if it is a number of seconds.
    pub retry_after_seconds: Option<u64>,
    /// The token that a header of it has.
    pub header_token: Option<String>,
}

/// The outcome of a request by its answer, as far as it can be told without knowing the API.
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

    /// Returns true if the request did what it was sent for, as far as the answer says: a success, or 303 to what
    /// it made or changed (RFC 9110 §15.4.4), unless that is a sign-in or an error.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let location = self.location.as_deref().filter(|_| self.status == 303);
        let words = location.map(words).unwrap_or_default();
        let is_refusal = words.iter().any(|word| REFUSALS.contains(&word.as_str()));
        self.is_accepted() || location.is_some() && !is_refusal
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

/// Words of addresses to which a request that failed leads.
const REFUSALS: [&str; 8] = [
    "login",
    "signin",
    "sign",
    "auth",
    "error",
    "denied",
    "forbidden",
    "unauthorized",
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

    #[test]
    fn a_request_that_leads_to_what_it_made_is_done() {
        let is_done = |status, location: &str| {
            let answer = Answer {
                status,
                location: Some(location.to_owned()),
                ..Answer::default()
            };
            answer.is_done()
        };
        assert!(is_done(303, "/orders/7"));
        assert!(is_done(201, "/orders/7"));
        for location in ["/login?next=/orders", "/sign-in", "/orders?error=1"] {
            assert!(!is_done(303, location), "{location}");
        }
        assert!(!is_done(302, "/orders/7"));
    }
}
