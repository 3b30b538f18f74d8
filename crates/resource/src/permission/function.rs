//! Who may call a function.

use std::fmt;

use airside_policy::{ByPolicies, FunctionRule, Principal};

use crate::{Rejection, ResourceServer, rejection::enforce};

/// Who may call a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FunctionPermission {
    /// A rule of the code.
    FunctionRule(FunctionRule),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
}

impl FunctionPermission {
    /// The part that the token alone decides.
    #[must_use]
    pub fn need(&self) -> &FunctionRule {
        match self {
            Self::FunctionRule(need) => need,
            Self::ByPolicies(rest) => rest.need(),
        }
    }

    /// Tells whether policies decide the rest.
    #[must_use]
    pub fn is_by_policies(&self) -> bool {
        matches!(self, Self::ByPolicies(_))
    }

    pub(crate) fn allow(
        &self,
        airside: &ResourceServer,
        principal: &Principal,
        action: &str,
    ) -> Result<(), Rejection> {
        enforce(self.need().decide(principal))?;
        if !self.is_by_policies() {
            return Ok(());
        }
        let policies = airside.policies().ok_or(NO_POLICIES)?;
        // there is no object to hide
        enforce(policies.decide_function(principal, action)).map_err(|rejection| match rejection {
            Rejection::NotFound => Rejection::NotAllowed,
            other => other,
        })
    }
}

/// What an action without a record may be given as its rule.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule of a function, which has no record",
    label = "name the record in the list: `actions! {{ Action reads Record = …; }}`, or leave out `.owner()` and the like"
)]
pub trait FunctionRuleOf {
    /// The permission that it is.
    fn permission(self) -> FunctionPermission;
}

impl FunctionRuleOf for FunctionRule {
    fn permission(self) -> FunctionPermission {
        FunctionPermission::FunctionRule(self)
    }
}

impl FunctionRuleOf for ByPolicies {
    fn permission(self) -> FunctionPermission {
        FunctionPermission::ByPolicies(self)
    }
}

impl fmt::Display for FunctionPermission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FunctionRule(need) => need.fmt(formatter),
            Self::ByPolicies(rest) => rest.fmt(formatter),
        }
    }
}

const NO_POLICIES: Rejection = Rejection::Misused("a rule needs policies, and there are none");
