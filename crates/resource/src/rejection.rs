//! The answers to refused requests: RFC 6750, and 404 for objects of others.

mod answer;

use airside_jose::{Algorithm, DpopProof};
use airside_policy::{Decision, Reason};
use http::{HeaderValue, StatusCode};

use crate::RecordsError;

/// The reason why a request is refused. The cause goes to the log; the caller learns the RFC's error code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// No token was sent: 401 without an error code.
    #[error("the request has no access token")]
    NoToken,
    /// The `Authorization` header is there twice or is not a `Bearer` token: 400 `invalid_request`.
    #[error("the authorization header is malformed: {0}")]
    Malformed(&'static str),
    /// The token is not good: 401 `invalid_token`.
    #[error("{0}")]
    InvalidToken(String),
    /// The token lacks a scope: 403 `insufficient_scope`.
    #[error("the access token lacks the scope `{scope}`")]
    InsufficientScope {
        /// The scope that is needed.
        scope: String,
    },
    /// The caller lacks a role: 403.
    #[error("the caller lacks the role `{role}`")]
    MissingRole {
        /// The role that is needed.
        role: String,
    },
    /// The person must sign in again, or by another way: 401 `insufficient_user_authentication`
    /// (RFC 9470 §3).
    #[error("the person must sign in again")]
    StepUp {
        /// The accepted ways to sign in (`acr`), the preferred one first; empty if any is accepted.
        acr_values: Vec<String>,
        /// The most seconds since the sign-in.
        max_age: Option<u32>,
    },
    /// The DPoP proof is not good: 401 `invalid_dpop_proof` (RFC 9449 §7.1).
    #[error("the DPoP proof is refused: {0}")]
    BadProof(&'static str),
    /// The DPoP proof needs a nonce: 401 `use_dpop_nonce`, and the nonce (RFC 9449 §9).
    #[error("the DPoP proof needs a nonce")]
    NonceNeeded {
        /// A good one.
        nonce: String,
    },
    /// The memory of used DPoP proofs is full: 503.
    #[error("overloaded: the memory of used DPoP proofs is full")]
    Busy,
    /// The object does not exist or belongs to another person, which looks the same: 404.
    #[error("the object does not exist for this caller")]
    NotFound,
    /// The rule does not allow it to this caller: 403.
    #[error("the caller may not do this")]
    NotAllowed,
    /// The caller is a machine, and the rule is for people: 403.
    #[error("the caller is a machine, and only people may do this")]
    PeopleOnly,
    /// A rule of the database forbids the change, such as a key that is there already: 409.
    #[error("the change conflicts with a constraint of the database")]
    Conflict,
    /// The record has another version than the request names (`If-Match`): 412 (RFC 9110 §13.1.1).
    #[error("the record has another version than `If-Match` names")]
    PreconditionFailed,
    /// The request does not name a version (`If-Match`), and must: 428 (RFC 6585 §3).
    #[error("the request has no `If-Match`")]
    PreconditionRequired,
    /// The API's own code misuses the library: 500.
    #[error("internal error: {0}")]
    Misused(&'static str),
    /// The records could not be read or written: 503.
    #[error("{0}")]
    RecordsUnavailable(String),
    /// The issuer's keys are not known and could not be fetched: 503.
    #[error("the keys of the issuer are not available")]
    Unavailable,
    /// The revocation feed or status list is not available, and no token is accepted meanwhile: 503.
    #[error("the revocation feed is not connected, and `on_loss` is `refuse`")]
    RevocationsUnknown,
}

impl Rejection {
    /// Returns the status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoToken
            | Self::InvalidToken(_)
            | Self::StepUp { .. }
            | Self::BadProof(_)
            | Self::NonceNeeded { .. } => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::InsufficientScope { .. }
            | Self::MissingRole { .. }
            | Self::PeopleOnly
            | Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::Misused(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::RecordsUnavailable(_)
            | Self::Busy
            | Self::Unavailable
            | Self::RevocationsUnknown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the error code of the body, or `None` where the answer has none.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            // RFC6750-3.1: no error code for a request without authentication
            Self::NoToken => None,
            Self::Malformed(_) => Some("invalid_request"),
            Self::InvalidToken(_) => Some("invalid_token"),
            Self::InsufficientScope { .. } => Some("insufficient_scope"),
            Self::StepUp { .. } => Some("insufficient_user_authentication"),
            Self::MissingRole { .. } | Self::PeopleOnly | Self::NotAllowed => Some("access_denied"),
            Self::NotFound => Some("not_found"),
            Self::Conflict => Some("conflict"),
            Self::PreconditionFailed => Some("precondition_failed"),
            Self::PreconditionRequired => Some("precondition_required"),
            Self::Misused(_) => Some("server_error"),
            Self::BadProof(_) => Some("invalid_dpop_proof"),
            Self::NonceNeeded { .. } => Some("use_dpop_nonce"),
            Self::RecordsUnavailable(_)
            | Self::Busy
            | Self::Unavailable
            | Self::RevocationsUnknown => Some("temporarily_unavailable"),
        }
    }

    /// Returns the challenge of the answer (RFC 6750 §3).
    #[must_use]
    pub fn challenge(&self) -> Option<HeaderValue> {
        let challenge = match self {
            Self::NoToken => "Bearer".to_owned(),
            Self::Malformed(_) => r#"Bearer error="invalid_request""#.to_owned(),
            Self::InvalidToken(_) => r#"Bearer error="invalid_token""#.to_owned(),
            Self::InsufficientScope { scope } => {
                format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)
            }
            Self::BadProof(_) => format!(r#"DPoP error="invalid_dpop_proof", algs="{}""#, algs()),
            Self::NonceNeeded { .. } => {
                format!(r#"DPoP error="use_dpop_nonce", algs="{}""#, algs())
            }
            Self::StepUp {
                acr_values,
                max_age,
            } => {
                let mut challenge = r#"Bearer error="insufficient_user_authentication""#.to_owned();
                if !acr_values.is_empty() {
                    challenge += &format!(r#", acr_values="{}""#, acr_values.join(" "));
                }
                if let Some(seconds) = max_age {
                    challenge += &format!(r#", max_age="{seconds}""#);
                }
                challenge
            }
            _ => return None,
        };
        // a name that is not a legal header value is left out rather than the whole challenge
        let plain = HeaderValue::from_static("Bearer");
        Some(HeaderValue::from_str(&challenge).unwrap_or(plain))
    }
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::MissingScope(scope) => Self::InsufficientScope { scope },
            Reason::MissingRole(role) => Self::MissingRole { role },
            Reason::OtherAuthentication(acr_values) => Self::StepUp {
                acr_values,
                max_age: None,
            },
            Reason::OldAuthentication(seconds) => Self::StepUp {
                acr_values: Vec::new(),
                max_age: Some(seconds),
            },
            Reason::Machine => Self::PeopleOnly,
            _ => Self::NotFound,
        }
    }
}

impl From<RecordsError> for Rejection {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::Conflict(_) => {
                tracing::debug!(%error, "the database refused a change");
                Self::Conflict
            }
            RecordsError::Mismatch(_) => {
                tracing::error!(%error, "internal error: the program and the database do not fit");
                Self::Misused("the table does not fit the record")
            }
            RecordsError::Unavailable(_) => {
                tracing::warn!(%error, "the database is not available");
                Self::RecordsUnavailable(error.to_string())
            }
        }
    }
}

/// Enforces a decision: 403 for a function, 404 for an object that is not the caller's.
///
/// # Errors
///
/// The [`Rejection`] of a denial; the rule and the reason go to the log.
pub fn enforce(decision: Decision) -> Result<(), Rejection> {
    match decision {
        Decision::Allowed { .. } => Ok(()),
        Decision::Denied { rule, reason } => {
            tracing::debug!(%rule, %reason, "the request is denied");
            Err(reason.into())
        }
    }
}

fn algs() -> String {
    DpopProof::ALGORITHMS.map(Algorithm::as_str).join(" ")
}

#[cfg(test)]
mod tests;
