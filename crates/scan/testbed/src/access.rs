//! Every access decision of the API, and the only place that a hole turns off.

use crate::{Hole, answer::ApiError, app::App, caller::Caller, database::Record, fields::Field};

impl App {
    /// Passes if it is allowed or the hole is open; otherwise the object does not exist for the caller.
    pub(crate) fn require(&self, is_allowed: bool, hole: Hole) -> Result<(), ApiError> {
        self.require_or(is_allowed, hole, ApiError::NotFound)
    }

    /// Passes if the caller has one of the roles or the hole is open.
    pub(crate) fn require_role(
        &self,
        caller: &Caller,
        roles: &[&str],
        hole: Hole,
    ) -> Result<(), ApiError> {
        self.require_or(
            roles.contains(&caller.role.as_str()),
            hole,
            ApiError::Forbidden,
        )
    }

    /// Passes if the caller belongs to the tenant or the hole is open.
    pub(crate) fn require_tenant(
        &self,
        caller: &Caller,
        tenant: &str,
        hole: Hole,
    ) -> Result<(), ApiError> {
        self.require_or(caller.tenant == tenant, hole, ApiError::Forbidden)
    }

    /// Passes if it is allowed or the hole is open; otherwise refuses in the given way.
    pub(crate) fn require_or(
        &self,
        is_allowed: bool,
        hole: Hole,
        refusal: ApiError,
    ) -> Result<(), ApiError> {
        if is_allowed || self.is_open(hole) {
            Ok(())
        } else {
            Err(refusal)
        }
    }

    /// Removes the columns that are only for their owner, unless the owner asks or the hole is open.
    pub(crate) fn hide(
        &self,
        record: Record,
        secret: &[&str],
        is_owner: bool,
        hole: Hole,
    ) -> Record {
        if is_owner || self.is_open(hole) {
            record
        } else {
            record.without(secret)
        }
    }

    /// Returns the fields that a request may write only while the hole is open.
    pub(crate) fn also(&self, hole: Hole, fields: &'static [Field]) -> &'static [Field] {
        if self.is_open(hole) { fields } else { &[] }
    }

    pub(crate) fn is_open(&self, hole: Hole) -> bool {
        self.holes().contains(hole)
    }
}
