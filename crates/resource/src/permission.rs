//! Who may: a rule of the code, or policies.

use std::fmt;

use airside_policy::{
    ByPolicies, FunctionRule, KeyColumn, ObjectRule, Predicate, Principal, Row, Value,
};

use crate::{
    Key, ObjectAction, Record, Rejection, ResourceServer, record::object, rejection::enforce,
};

/// Who may touch a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectPermission {
    /// A rule of the code.
    ObjectRule(ObjectRule),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
}

/// Who may call a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FunctionPermission {
    /// A rule of the code.
    FunctionRule(FunctionRule),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
}

impl ObjectPermission {
    /// The part that the token alone decides.
    #[must_use]
    pub fn need(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(owned) => owned.need(),
            Self::ByPolicies(rest) => rest.need(),
        }
    }

    /// Tells whether policies decide the rest.
    #[must_use]
    pub fn is_by_policies(&self) -> bool {
        matches!(self, Self::ByPolicies(_))
    }

    /// Decides about a record that was loaded, for a caller who meets [`Self::need`].
    pub(crate) fn allow<T: Record, A: ObjectAction<T>>(
        &self,
        airside: &ResourceServer,
        principal: &Principal,
        key: &Value,
        record: &T,
    ) -> Result<(), Rejection> {
        match self {
            Self::ObjectRule(owned) => enforce(owned.decide(principal, &object(record))),
            Self::ByPolicies(_) => {
                let policies = airside.policies().ok_or(NO_POLICIES)?;
                let row = Row {
                    kind: T::TYPE,
                    key,
                    column: &|name| record.column(name),
                };
                enforce(policies.decide(principal, A::NAME, &row))
            }
        }
    }

    /// The records that are allowed to a caller who meets [`Self::need`].
    pub(crate) fn filter<T: Record, A: ObjectAction<T>>(
        &self,
        airside: &ResourceServer,
        principal: &Principal,
    ) -> Predicate {
        match (self, airside.policies()) {
            (Self::ObjectRule(owned), _) => owned.filter(principal, T::OWNER, T::TENANT),
            (Self::ByPolicies(_), Some(policies)) => {
                let key = KeyColumn {
                    name: T::KEY,
                    parse: |text| Some(T::Key::parse(text)?.value()),
                };
                policies.filter(principal, A::NAME, T::TYPE, key)
            }
            (Self::ByPolicies(_), None) => Predicate::Always(false),
        }
    }
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

impl From<ObjectRule> for ObjectPermission {
    fn from(owned: ObjectRule) -> Self {
        Self::ObjectRule(owned)
    }
}

impl From<ByPolicies> for ObjectPermission {
    fn from(rest: ByPolicies) -> Self {
        Self::ByPolicies(rest)
    }
}

impl From<FunctionRule> for FunctionPermission {
    fn from(need: FunctionRule) -> Self {
        Self::FunctionRule(need)
    }
}

impl From<ByPolicies> for FunctionPermission {
    fn from(rest: ByPolicies) -> Self {
        Self::ByPolicies(rest)
    }
}

impl fmt::Display for ObjectPermission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectRule(owned) => owned.fmt(formatter),
            Self::ByPolicies(rest) => rest.fmt(formatter),
        }
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
