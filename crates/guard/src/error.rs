//! The error of a request that is not forwarded, or whose answer is not passed on.

use crate::ownership::OwnershipError;
use airside_api::{AmbiguityError, operations::FindError};
use airside_resource::Rejection;
use http::{Method, StatusCode};

/// A request is not forwarded, or its answer is not passed on. The cause is logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RequestError {
    /// An upstream could interpret it differently from the guard: 400.
    #[error("the request is ambiguous: {0}")]
    Ambiguous(&'static str),
    /// No operation is declared for it: 404. The text is empty, or names the difference.
    #[error("no such operation is declared{0}")]
    Undeclared(&'static str),
    /// The operation has no complete rule: 403. The text names what is missing.
    #[error("the operation is undeclared: {0}")]
    NoRule(String),
    /// The path has operations, but not with this method: 405.
    #[error("the path has no operation with this method")]
    Method {
        /// The methods that it has.
        allowed: String,
    },
    /// A method that is never forwarded: 501.
    #[error("the method is never forwarded")]
    NeverForwarded,
    /// The token or the rule denies it: 401, 403 or 404.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The object is not the caller's, or is not there: 404, as [`Rejection::NotFound`].
    #[error(transparent)]
    NotOwned(#[from] OwnershipError),
    /// The body or the query has a field that is not allowed: 400. The text names it.
    #[error("{0}")]
    Field(String),
    /// It has passed this guard before, in a loop: 508.
    #[error("request loop: an upstream leads back to this guard")]
    Loop,
    /// The media type of the body is not accepted: 415. The text says why.
    #[error("the body is not taken: {0}")]
    MediaType(&'static str),
    /// Another site's page made the browser send it, with our cookie: 403.
    #[error("another site's page sent the request")]
    CrossSite,
    /// The body is larger than allowed: 413.
    #[error("the body is too large")]
    TooLarge,
    /// Too many requests: 429.
    #[error("too many requests")]
    TooMany {
        /// Seconds until the next one is taken.
        retry_after: u64,
    },
    /// The upstream's answer is invalid: 502.
    #[error("the upstream's answer cannot be passed on: {0}")]
    BadAnswer(&'static str),
    /// There is no upstream: 503.
    #[error("no upstream can be reached")]
    NoUpstream,
    /// The upstream is overloaded: 503.
    #[error("too many requests are with the upstream")]
    Overloaded,
    /// The owner of the object cannot be looked up now: 503. The text says why.
    #[error("the owner cannot be looked up: {0}")]
    NoOwner(String),
    /// The upstream is too slow: 504.
    #[error("the upstream did not answer in time")]
    UpstreamTimeout,
}

impl From<AmbiguityError> for RequestError {
    fn from(AmbiguityError(why): AmbiguityError) -> Self {
        Self::Ambiguous(why)
    }
}

impl From<FindError> for RequestError {
    fn from(not_found: FindError) -> Self {
        match not_found {
            FindError::Path => Self::Undeclared(""),
            FindError::Slash => Self::Undeclared(OTHER_SLASH),
            FindError::Ambiguous(ambiguous) => ambiguous.into(),
            FindError::Method(methods) => {
                let mut allowed: Vec<_> = methods.iter().map(Method::as_str).collect();
                // RFC9110-9.3.2: it is a GET without a body
                if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
                    allowed.push("HEAD");
                }
                Self::Method {
                    allowed: allowed.join(", "),
                }
            }
        }
    }
}

impl RequestError {
    /// Tells whether it denies authorization, which `observe` only notes.
    pub(crate) fn is_of_authorization(&self) -> bool {
        match self {
            Self::Undeclared(_)
            | Self::NoRule(_)
            | Self::Method { .. }
            | Self::NotOwned(_)
            | Self::Field(_)
            | Self::BadAnswer(_) => true,
            Self::Rejected(rejection) => matches!(
                rejection,
                Rejection::InsufficientScope { .. }
                    | Rejection::MissingRole { .. }
                    | Rejection::StepUp { .. }
                    | Rejection::NotFound
                    | Rejection::PeopleOnly
                    | Rejection::NotAllowed
            ),
            _ => false,
        }
    }

    /// Returns the status of the answer.
    #[must_use]
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Ambiguous(_) | Self::Field(_) => StatusCode::BAD_REQUEST,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Undeclared(_) => StatusCode::NOT_FOUND,
            Self::NoRule(_) => Rejection::NotAllowed.status(),
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NeverForwarded => StatusCode::NOT_IMPLEMENTED,
            Self::Rejected(rejection) => rejection.status(),
            Self::NotOwned(_) => Rejection::NotFound.status(),
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::BadAnswer(_) => StatusCode::BAD_GATEWAY,
            Self::NoUpstream | Self::Overloaded | Self::NoOwner(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    pub(crate) fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::Ambiguous(_) | Self::Field(_) => "invalid_request",
            Self::MediaType(_) => "unsupported_media_type",
            // the same as for somebody else's object, so that callers cannot tell them apart
            Self::Undeclared(_) => "not_found",
            Self::NoRule(_) => return Rejection::NotAllowed.code(),
            Self::Method { .. } => "method_not_allowed",
            Self::NeverForwarded => "not_implemented",
            Self::Rejected(rejection) => return rejection.code(),
            Self::NotOwned(_) => return Rejection::NotFound.code(),
            Self::Loop => "loop_detected",
            Self::CrossSite => "cross_site_request",
            Self::TooLarge => "too_large",
            Self::TooMany { .. } => "too_many_requests",
            Self::BadAnswer(_) => "bad_gateway",
            Self::NoUpstream | Self::Overloaded | Self::NoOwner(_) | Self::UpstreamTimeout => {
                "temporarily_unavailable"
            }
        })
    }
}

/// The text for a path that differs only in its trailing slash.
const OTHER_SLASH: &str = ": only one that differs in a slash at the end of the path";
