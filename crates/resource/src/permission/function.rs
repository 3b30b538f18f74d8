//! The rule of a function.

use std::fmt;

use airside_policy::{ByPolicies, FunctionRule, Principal};

use crate::{Rejection, ResourceServer, rejection::enforce};

/// The rule that decides who may call a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FunctionPermission {
    /// A rule of the code.
    FunctionRule(FunctionRule),
    /// The policies of [`Builder::policies`](crate::Builder::policies) decide.
    ByPolicies(ByPolicies),
}

impl FunctionPermission {
    /// Returns the part that the token alone decides.
    #[must_use]
    pub fn function_rule(&self) -> &FunctionRule {
        match self {
            Self::FunctionRule(rule) => rule,
            Self::ByPolicies(rule) => rule.function_rule(),
        }
    }

    /// Tells whether policies decide the rest.
    #[must_use]
    pub fn is_by_policies(&self) -> bool {
        matches!(self, Self::ByPolicies(_))
    }

    pub(crate) fn allow(
        &self,
        server: &ResourceServer,
        principal: &Principal,
        action: &str,
    ) -> Result<(), Rejection> {
        enforce(self.function_rule().decide(principal))?;
        if !self.is_by_policies() {
            return Ok(());
        }
        let policies = server.policies().ok_or(NO_POLICIES)?;
        // a function has no object to hide
        enforce(policies.decide_function(principal, action)).map_err(|rejection| match rejection {
            Rejection::NotFound => Rejection::NotAllowed,
            other => other,
        })
    }
}

/// A type that can be the rule of an action without a record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule of a function, which has no record",
    label = "name the record in the list: `actions! {{ Action reads Record = …; }}`, or leave out `.owner()` and the like"
)]
pub trait FunctionRuleOf {
    /// Makes the permission.
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
            Self::FunctionRule(rule) => rule.fmt(formatter),
            Self::ByPolicies(rule) => rule.fmt(formatter),
        }
    }
}

const NO_POLICIES: Rejection = Rejection::Misused("a rule needs policies, and there are none");
