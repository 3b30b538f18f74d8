//! Errors of the admin API as problem details (RFC 9457): the one form of every error below
//! `/api/admin`, whichever layer refuses.

use airside_oauth::client::{
    client_metadata::MetadataError, resource_metadata::ResourceMetadataError,
};
use airside_store::{CommitError, Unavailable};
use axum::{
    extract::OriginalUri,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    admission::OverloadedError,
    input::BodyError,
    issuer::StartError,
    password::HasherBusyError,
    respond::{chain, json},
};

/// An error (RFC 9457).
#[derive(Clone, Debug, thiserror::Error, Serialize, JsonSchema)]
#[error("{detail}")]
#[schemars(rename = "Problem")]
pub struct AdminError {
    /// The kind of problem: `about:blank`, since the status says it.
    r#type: &'static str,
    /// The name of the status.
    title: &'static str,
    /// The status of the answer.
    #[schemars(with = "u16")]
    #[serde(serialize_with = "number")]
    status: StatusCode,
    /// The problem in a sentence.
    detail: String,
    /// The error code of RFC 6750 §3.1 where the access token is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Each thing that is wrong, if the request does not fit the document of this API.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Violation {
    /// The place in the body, or the name of the parameter, as a JSON Pointer (RFC 6901).
    pub(super) pointer: String,
    /// The problem there, in a sentence.
    pub(super) detail: String,
}

impl AdminError {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            // RFC9457-4.2.1: the title of `about:blank` is that of the status
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            error: None,
            errors: Vec::new(),
        }
    }

    /// The request makes no sense as it is (400).
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Returns the object does not exist (404).
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// It contradicts what is there (409).
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// The server itself is at fault (500).
    pub fn broken(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// It is not allowed (403).
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// The body is in another format than JSON (415).
    pub(super) fn not_json() -> Self {
        let detail = "the body must be JSON, with `Content-Type: application/json`";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// The request does not fit the document (400).
    pub(super) fn violations(errors: Vec<Violation>) -> Self {
        let details: Vec<_> = errors.iter().map(|error| error.detail.as_str()).collect();
        let mut error = Self::invalid(details.join("; "));
        error.errors = errors;
        error
    }

    /// An error that was answered in another form: by the router, or about the access token.
    fn of(status: StatusCode, headers: &HeaderMap, code: Option<String>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let detail = match (status, code.as_deref()) {
            (_, Some("insufficient_scope")) => {
                let challenge = text(header::WWW_AUTHENTICATE).unwrap_or_default();
                let scope = challenge.split("scope=\"").nth(1);
                let scope = scope.and_then(|rest| rest.split('"').next());
                format!("the access token lacks the scope `{}`", scope.unwrap_or("?"))
            }
            (_, Some("access_denied")) => "this account administers nothing here".to_owned(),
            (_, Some("invalid_request")) => {
                "the request has no well-formed `Authorization` header".to_owned()
            }
            (StatusCode::UNAUTHORIZED, None) => "the request has no access token".to_owned(),
            (StatusCode::UNAUTHORIZED, _) => {
                "the access token is not valid here: it is malformed, expired, revoked or for another API"
                    .to_owned()
            }
            (StatusCode::NOT_FOUND, _) => "there is nothing at this address".to_owned(),
            (StatusCode::METHOD_NOT_ALLOWED, _) => {
                let allowed = text(header::ALLOW).unwrap_or_default().replace(',', ", ");
                format!("this address has other methods: {allowed}")
            }
            (StatusCode::SERVICE_UNAVAILABLE, _) => "try again in a moment".to_owned(),
            _ => "the request cannot be answered".to_owned(),
        };
        Self {
            error: code,
            ..Self::new(status, detail)
        }
    }
}

/// Gives every error the one form; headers such as `Allow` and the challenge stay.
pub(super) async fn as_problem(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !is_error || content_type.is_some_and(|value| value == PROBLEM) {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_CODE_BYTES).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let code = serde_json::from_slice(&body).map(|answer: TokenError| answer.error);
    let mut response = AdminError::of(status, &head.headers, code.ok()).into_response();
    for (name, value) in &head.headers {
        let is_of_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name);
        if !is_of_body && !response.headers().contains_key(name) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

/// Answers what is below `/api/admin` and is not part of the API.
pub async fn unknown(OriginalUri(uri): OriginalUri) -> AdminError {
    AdminError::not_found(format!(
        "there is nothing at `{}`: the admin API is below `/api/admin/v1`, where it is switched on",
        uri.path()
    ))
}

/// The answer of the library to a token that is refused.
#[derive(Deserialize)]
struct TokenError {
    error: String,
}

impl From<BodyError> for AdminError {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Incomplete => StatusCode::REQUEST_TIMEOUT,
            BodyError::Malformed(_) => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

impl From<Unavailable> for AdminError {
    fn from(cause: Unavailable) -> Self {
        tracing::warn!(
            error = chain(&cause),
            "the store did not answer a request of the admin API"
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, chain(&cause))
    }
}

impl From<CommitError> for AdminError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::conflict("somebody else changed it first: try again"),
            CommitError::Unavailable(cause) => cause.into(),
        }
    }
}

impl From<HasherBusyError> for AdminError {
    fn from(busy: HasherBusyError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, busy.to_string())
    }
}

impl From<OverloadedError> for AdminError {
    fn from(overloaded: OverloadedError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, overloaded.to_string())
    }
}

impl From<StartError> for AdminError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Unavailable(cause) => cause.into(),
            other => Self::broken(chain(&other)),
        }
    }
}

impl From<Vec<ResourceMetadataError>> for AdminError {
    fn from(errors: Vec<ResourceMetadataError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::invalid(lines.join("\n"))
    }
}

impl From<Vec<MetadataError>> for AdminError {
    fn from(errors: Vec<MetadataError>) -> Self {
        let violation = |error: &MetadataError| Violation {
            pointer: format!("/{}", error.field),
            detail: error.to_string(),
        };
        Self::violations(errors.iter().map(violation).collect())
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from_static("1");
            headers.insert(header::RETRY_AFTER, soon);
        }
        response
    }
}

fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// RFC9457-3: the media type of problem details.
pub(super) const PROBLEM: &str = "application/problem+json";
/// Longer than any answer about a token.
const MAX_CODE_BYTES: usize = 4_096;
