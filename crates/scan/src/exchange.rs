//! Requests as they are sent, and recorded with their answers.
//!
//! | module | holds |
//! |---|---|
//! | `answer` | the answer to a request, and what it says about it |

mod answer;

use std::{sync::Arc, time::Duration};

use http::Method;
use serde_json::Value;

pub use answer::{Answer, MAX_TEXT, Outcome};

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

impl RequestSpec {
    /// Returns the path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the request with a header in place of what it had under that name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
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
