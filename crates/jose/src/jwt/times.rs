//! The times of a token.

use super::VerifyError;
use crate::UnixSeconds;

/// `exp`, `iat` and `nbf`, none before 1970.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) expires_at: UnixSeconds,
    pub(super) issued_at: UnixSeconds,
    pub(super) not_before: Option<UnixSeconds>,
}

impl Times {
    /// Requires that `exp` has not passed.
    pub(super) fn require_unexpired(
        &self,
        now: UnixSeconds,
        leeway: i64,
    ) -> Result<(), VerifyError> {
        // RFC7519-4.1.4: on or after `exp` the token must not be accepted
        let until = self.expires_at.saturating_add(leeway);
        (now < until).then_some(()).ok_or(VerifyError::Expired)
    }

    /// Requires that `nbf` and `iat` are not in the future.
    pub(super) fn require_begun(&self, now: UnixSeconds, leeway: i64) -> Result<(), VerifyError> {
        let latest = now.saturating_add(leeway);
        // RFC7519-4.1.5: before `nbf` the token must not be accepted
        if self
            .not_before
            .is_some_and(|not_before| not_before > latest)
        {
            return Err(VerifyError::NotYetValid);
        }
        (self.issued_at <= latest)
            .then_some(())
            .ok_or(VerifyError::IssuedInFuture)
    }

    /// Requires a lifetime that an offline verifier accepts.
    pub(super) fn require_short_life(&self, longest_seconds: i64) -> Result<(), VerifyError> {
        // neither is negative, so that the difference is exact
        let short = self.expires_at.seconds_since(self.issued_at) <= longest_seconds;
        short.then_some(()).ok_or(VerifyError::LifetimeTooLong)
    }
}
