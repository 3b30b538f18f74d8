//! The outcome of a request, for the access log and the metrics.

use airside_resource::Rejection;
use http::StatusCode;

use crate::error::RequestError;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was forwarded, and the answer has a status of this class.
    Forwarded(StatusCode),
    /// A proxy that forwards requests itself was told to allow it.
    Allowed,
    /// The guard answered for itself: a sign-in, a preflight, its metadata.
    Own,
    /// Its caller hung up before the answer; the upstream may have acted.
    Abandoned,
    /// It was refused, for a reason of [`REASONS`].
    Refused(&'static str),
}

impl Outcome {
    /// Returns its place among [`COUNT`] outcomes.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Forwarded(status) => {
                usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1
            }
            Self::Allowed => CLASSES.len(),
            Self::Own => CLASSES.len() + 1,
            Self::Abandoned => CLASSES.len() + 2,
            Self::Refused(reason) => {
                let place = REASONS.iter().position(|one| *one == reason);
                CLASSES.len() + 3 + place.unwrap_or(0)
            }
        }
    }

    /// Returns the labels `outcome`, `status` and `reason` of the outcome at a place.
    pub(crate) fn labels(index: usize) -> [&'static str; 3] {
        if let Some(class) = CLASSES.get(index) {
            return ["forwarded", class, ""];
        }
        match index - CLASSES.len() {
            0 => ["allowed", "", ""],
            1 => ["own", "", ""],
            2 => ["abandoned", "", ""],
            place => ["refused", "", REASONS.get(place - 3).unwrap_or(&OTHER)],
        }
    }
}

/// Returns why a request is refused, in one word of [`REASONS`].
pub(crate) fn reason(error: &RequestError) -> &'static str {
    match error {
        RequestError::Ambiguous(_) => "ambiguous",
        RequestError::Undeclared(_) | RequestError::NoRule(_) => "undeclared",
        RequestError::Method { .. } => "method_not_allowed",
        RequestError::NeverForwarded => "method_never_forwarded",
        RequestError::Rejected(rejection) => of_rejection(rejection),
        RequestError::NotOwned(_) => "not_found",
        RequestError::Field(_) => "field_not_allowed",
        RequestError::Loop => "loop",
        RequestError::MediaType(_) => "media_type",
        RequestError::CrossSite => "cross_site",
        RequestError::TooLarge => "too_large",
        RequestError::TooMany { .. } => "rate_limit",
        RequestError::BadAnswer(_) => "bad_answer",
        RequestError::NoUpstream => "no_upstream",
        RequestError::Overloaded => "overloaded",
        RequestError::NoOwner(_) => "no_owner",
        RequestError::UpstreamTimeout => "upstream_timeout",
    }
}

fn of_rejection(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NoToken => "no_token",
        Rejection::Malformed(_) => "malformed_authorization",
        Rejection::InvalidToken(_) => "invalid_token",
        Rejection::InsufficientScope { .. } => "missing_scope",
        Rejection::MissingRole { .. } => "missing_role",
        Rejection::StepUp { .. } => "step_up",
        Rejection::BadProof(_) => "bad_proof",
        Rejection::NonceNeeded { .. } => "nonce_needed",
        Rejection::Busy => "overloaded",
        Rejection::NotFound => "not_found",
        Rejection::NotAllowed => "not_allowed",
        Rejection::PeopleOnly => "people_only",
        Rejection::Unavailable => "no_keys",
        _ => OTHER,
    }
}

/// The reason of a forward-auth request without the secret.
pub(crate) const UNKNOWN_PROXY: &str = "unknown_proxy";
/// Returns why a request was rejected before the guard saw it, by the status of its answer.
pub(crate) fn of_rejected(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => MALFORMED_REQUEST,
        _ => HEADER_TOO_LARGE,
    }
}

const MALFORMED_REQUEST: &str = "malformed_request";
const HEADER_TOO_LARGE: &str = "header_too_large";
const OTHER: &str = "other";
/// The reasons; the first one stands for all that are not listed.
const REASONS: [&str; 31] = [
    OTHER,
    "ambiguous",
    "undeclared",
    "method_not_allowed",
    "method_never_forwarded",
    "no_token",
    "malformed_authorization",
    "invalid_token",
    "missing_scope",
    "missing_role",
    "step_up",
    "bad_proof",
    "nonce_needed",
    "not_found",
    "not_allowed",
    "people_only",
    "no_keys",
    "field_not_allowed",
    "loop",
    "media_type",
    "cross_site",
    "too_large",
    "rate_limit",
    "bad_answer",
    "no_upstream",
    "overloaded",
    "no_owner",
    "upstream_timeout",
    UNKNOWN_PROXY,
    MALFORMED_REQUEST,
    HEADER_TOO_LARGE,
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The number of outcomes: the number of time series of an operation.
pub(crate) const COUNT: usize = CLASSES.len() + 3 + REASONS.len();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ownership::OwnershipError;

    #[test]
    fn each_outcome_has_labels_of_its_own() {
        let mut all: Vec<_> = (0..COUNT).map(Outcome::labels).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), COUNT);
        let labels = |outcome: Outcome| Outcome::labels(outcome.index());
        let forwarded = Outcome::Forwarded(StatusCode::NOT_FOUND);
        assert_eq!(labels(forwarded), ["forwarded", "4xx", ""]);
        assert_eq!(labels(Outcome::Allowed), ["allowed", "", ""]);
        assert_eq!(labels(Outcome::Own), ["own", "", ""]);
        assert_eq!(labels(Outcome::Abandoned), ["abandoned", "", ""]);
        for reason in REASONS {
            assert_eq!(labels(Outcome::Refused(reason)), ["refused", "", reason]);
        }
    }

    #[test]
    fn each_reason_is_counted_by_its_own_word() {
        for error in [
            RequestError::Ambiguous(""),
            RequestError::Undeclared(""),
            RequestError::NoRule(String::new()),
            OwnershipError::Machine.into(),
            Rejection::PeopleOnly.into(),
            RequestError::Method {
                allowed: String::new(),
            },
            RequestError::NeverForwarded,
            Rejection::NoToken.into(),
            Rejection::Malformed("").into(),
            Rejection::InvalidToken(String::new()).into(),
            Rejection::NotFound.into(),
            Rejection::NotAllowed.into(),
            Rejection::Unavailable.into(),
            Rejection::Busy.into(),
            RequestError::Field(String::new()),
            RequestError::Loop,
            RequestError::MediaType(""),
            RequestError::CrossSite,
            RequestError::TooLarge,
            RequestError::TooMany { retry_after: 1 },
            RequestError::BadAnswer(""),
            RequestError::NoUpstream,
            RequestError::Overloaded,
            RequestError::NoOwner(String::new()),
            RequestError::UpstreamTimeout,
        ] {
            let word = reason(&error);
            assert!(REASONS[1..].contains(&word), "{word}");
        }
    }
}
