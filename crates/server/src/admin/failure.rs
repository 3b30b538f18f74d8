//! What goes wrong in administration.

use airside_oauth::{client_metadata::MetadataError, resource_metadata::ResourceMetadataError};
use airside_store::{CommitError, Unavailable};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{issuer::StartError, password::Busy, respond::chain, turn::Overloaded};

/// A refusal with a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct AdminError {
    status: StatusCode,
    message: String,
}

impl AdminError {
    /// The request makes no sense as it is (400).
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    /// What it names does not exist (404).
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            message: message.into(),
        }
    }

    /// It contradicts what is there (409).
    pub fn conflict(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            message: message.into(),
        }
    }

    /// The server itself is at fault (500).
    pub fn broken(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: message.into(),
        }
    }

    /// It is not allowed (403).
    pub fn refused(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            message: message.into(),
        }
    }
}

impl From<Unavailable> for AdminError {
    fn from(cause: Unavailable) -> Self {
        tracing::warn!(
            error = chain(&cause),
            "the store did not answer an administrator"
        );
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: chain(&cause),
        }
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

impl From<Busy> for AdminError {
    fn from(busy: Busy) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: busy.to_string(),
        }
    }
}

impl From<Overloaded> for AdminError {
    fn from(overloaded: Overloaded) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: overloaded.to_string(),
        }
    }
}

impl From<StartError> for AdminError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Unavailable(cause) => cause.into(),
            other => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                message: chain(&other),
            },
        }
    }
}

impl From<Vec<MetadataError>> for AdminError {
    fn from(errors: Vec<MetadataError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::invalid(lines.join("\n"))
    }
}

impl From<Vec<ResourceMetadataError>> for AdminError {
    fn from(errors: Vec<ResourceMetadataError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::invalid(lines.join("\n"))
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.status.canonical_reason(), "message": self.message });
        let mut response = crate::respond::json(self.status, &body);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}
