//! Decisions of rules, and their reasons.

use std::fmt;

/// The outcome of a rule, with what a developer needs to understand it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a decision that is not enforced protects nothing"]
pub enum Decision {
    /// The request may go on.
    Allowed {
        /// The policy that allows it; `None` by a rule, which the caller has named.
        policy: Option<String>,
    },
    /// The request is refused.
    Denied {
        /// The rule, in words.
        rule: String,
        /// The first condition that is not met.
        reason: Reason,
    },
}

impl Decision {
    /// Tells whether the request may go on.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }

    /// Turns the decision into a result, so that `?` enforces it.
    ///
    /// # Errors
    ///
    /// The [`Reason`] of a denial.
    pub fn into_result(self) -> Result<(), Reason> {
        match self {
            Self::Allowed { .. } => Ok(()),
            Self::Denied { reason, .. } => Err(reason),
        }
    }

    /// Puts the rule into words only if it denies: nobody reads them otherwise.
    pub(crate) fn of(rule: impl fmt::Display, judged: Result<(), Reason>) -> Self {
        match judged {
            Ok(()) => Self::Allowed { policy: None },
            Err(reason) => Self::Denied {
                rule: rule.to_string(),
                reason,
            },
        }
    }
}

/// The reason why a request is denied. For logs and developers; an attacker learns only the status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The token lacks a scope; the answer is 403 `insufficient_scope`.
    #[error("the token lacks the scope `{0}`")]
    MissingScope(String),
    /// The principal lacks a role; the answer is 403.
    #[error("the token lacks the role `{0}`")]
    MissingRole(String),
    /// The person signed in by another way than these; the answer is 401
    /// `insufficient_user_authentication`.
    #[error("the person did not sign in by `{}`", .0.join("` or `"))]
    OtherAuthentication(Vec<String>),
    /// The person signed in more than this many seconds ago; the answer is 401
    /// `insufficient_user_authentication`.
    #[error("the person signed in more than {0} s ago")]
    OldAuthentication(u32),
    /// The caller is a machine; the answer is 403.
    #[error("the caller is a machine, and only people may do this")]
    Machine,
    /// The object's owner is not known; the answer is 404.
    #[error("the owner of the object is not known")]
    UnknownOwner,
    /// The token has no subject; the answer is 404.
    #[error("the token has no subject")]
    NoSubject,
    /// A machine owns nothing that a person can own; the answer is 404.
    #[error("a client is never the owner of a person's object")]
    ClientIsNoOwner,
    /// The object belongs to another person; the answer is 404.
    #[error("the object belongs to another person")]
    NotOwner,
    /// The object's tenant is not known; the answer is 404.
    #[error("the tenant of the object is not known")]
    UnknownTenant,
    /// The token does not name its tenant; the answer is 404.
    #[error("the token lacks the claim `{0}`, which names its tenant")]
    NoTenantClaim(String),
    /// The object belongs to another tenant; the answer is 404.
    #[error("the object belongs to another tenant")]
    OtherTenant,
    /// No policy allows it.
    #[error("no policy allows it")]
    NoPolicy,
    /// A policy forbids it; its name.
    #[error("the policy `{0}` forbids it")]
    Forbidden(String),
    /// The policies depend on other records too, so that this record alone is not enough to decide.
    #[error("the policies depend on other records, which only a query sees")]
    OtherRecords,
    /// The policies could not be evaluated, which denies.
    #[error("the policies could not be evaluated: {0}")]
    PolicyFailed(String),
}

impl Reason {
    /// Tells whether the refusal must look as if the object did not exist (404, not 403).
    #[must_use]
    pub fn hides_object(&self) -> bool {
        !matches!(
            self,
            Self::MissingScope(_)
                | Self::MissingRole(_)
                | Self::OtherAuthentication(_)
                | Self::OldAuthentication(_)
                | Self::Machine
        )
    }
}
