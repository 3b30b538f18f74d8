//! What happens to requests that are not allowed, or about which too little is known.

use airside_config::choice;

use crate::error::RequestError;

/// What happens to a request that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is refused.
    Enforce,
    /// It is noted and forwarded, if its token is good.
    Observe,
}

impl Mode {
    /// What becomes of a verdict: `Ok` is forwarded, with the refusal that is noted instead. What the
    /// guard cannot read, or cannot answer, is refused in every mode.
    pub(crate) fn apply(
        self,
        verdict: Result<(), RequestError>,
    ) -> Result<Option<RequestError>, RequestError> {
        match (self, verdict) {
            (_, Ok(())) => Ok(None),
            (Self::Observe, Err(error)) if error.is_of_authorization() => Ok(Some(error)),
            (_, Err(error)) => Err(error),
        }
    }

    /// Whether answers reach the caller with what the rules leave of them.
    pub(crate) fn changes_answers(self) -> bool {
        self == Self::Enforce
    }
}

choice!(Mode: Enforce = "enforce", Observe = "observe");

/// What happens while it cannot be known what is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnUnavailable {
    /// Requests are served.
    FailOpen,
    /// Requests are refused.
    FailClosed,
}

choice!(OnUnavailable: FailOpen = "serve", FailClosed = "refuse");
