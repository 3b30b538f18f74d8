//! Who may: a rule of the code, or policies.

use std::fmt;

use airside_policy::{ByPolicies, KeyColumn, Need, Owned, Predicate, Principal, Row, Value};

use crate::{Airside, Key, ObjectAction, Record, Rejection, record::object, rejection::obey};

/// Who may touch a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectRule {
    /// A rule of the code.
    Owned(Owned),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
}

/// Who may call a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FunctionRule {
    /// A rule of the code.
    Need(Need),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
}

impl ObjectRule {
    /// The part that the token alone decides.
    #[must_use]
    pub fn need(&self) -> &Need {
        match self {
            Self::Owned(owned) => owned.need(),
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
        airside: &Airside,
        principal: &Principal,
        key: &Value,
        record: &T,
    ) -> Result<(), Rejection> {
        match self {
            Self::Owned(owned) => obey(owned.decide(principal, &object(record))),
            Self::ByPolicies(_) => {
                let policies = airside.policies().ok_or(NO_POLICIES)?;
                let row = Row {
                    kind: T::TYPE,
                    key,
                    column: &|name| record.column(name),
                };
                obey(policies.decide(principal, A::NAME, &row))
            }
        }
    }

    /// The records that are allowed to a caller who meets [`Self::need`].
    pub(crate) fn filter<T: Record, A: ObjectAction<T>>(
        &self,
        airside: &Airside,
        principal: &Principal,
    ) -> Predicate {
        match (self, airside.policies()) {
            (Self::Owned(owned), _) => owned.filter(principal, T::OWNER, T::TENANT),
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

impl FunctionRule {
    /// The part that the token alone decides.
    #[must_use]
    pub fn need(&self) -> &Need {
        match self {
            Self::Need(need) => need,
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
        airside: &Airside,
        principal: &Principal,
        action: &str,
    ) -> Result<(), Rejection> {
        obey(self.need().decide(principal))?;
        if !self.is_by_policies() {
            return Ok(());
        }
        let policies = airside.policies().ok_or(NO_POLICIES)?;
        // there is no object to hide
        obey(policies.decide_function(principal, action)).map_err(|rejection| match rejection {
            Rejection::NotFound => Rejection::NotAllowed,
            other => other,
        })
    }
}

impl From<Owned> for ObjectRule {
    fn from(owned: Owned) -> Self {
        Self::Owned(owned)
    }
}

impl From<ByPolicies> for ObjectRule {
    fn from(rest: ByPolicies) -> Self {
        Self::ByPolicies(rest)
    }
}

impl From<Need> for FunctionRule {
    fn from(need: Need) -> Self {
        Self::Need(need)
    }
}

impl From<ByPolicies> for FunctionRule {
    fn from(rest: ByPolicies) -> Self {
        Self::ByPolicies(rest)
    }
}

impl fmt::Display for ObjectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owned(owned) => owned.fmt(formatter),
            Self::ByPolicies(rest) => rest.fmt(formatter),
        }
    }
}

impl fmt::Display for FunctionRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Need(need) => need.fmt(formatter),
            Self::ByPolicies(rest) => rest.fmt(formatter),
        }
    }
}

const NO_POLICIES: Rejection = Rejection::Misused("a rule needs policies, and there are none");
