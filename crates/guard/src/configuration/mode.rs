//! The modes of the guard.

use airside_config::choice;

use crate::error::RequestError;

/// The treatment of a request that is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is refused.
    Enforce,
    /// It is noted and forwarded, if its token is good.
    Observe,
}

impl Mode {
    /// Applies the mode to a verdict: `Ok` is forwarded, with the denial that is only noted. A request
    /// that the guard cannot read, or cannot answer, is refused in every mode.
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

    /// Tells whether answers are filtered by the rules.
    pub(crate) fn changes_answers(self) -> bool {
        self == Self::Enforce
    }
}

choice!(Mode: Enforce = "enforce", Observe = "observe");

/// The treatment of requests while revocations are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnUnavailable {
    /// Requests are served.
    FailOpen,
    /// Requests are refused.
    FailClosed,
}

choice!(OnUnavailable: FailOpen = "serve", FailClosed = "refuse");
