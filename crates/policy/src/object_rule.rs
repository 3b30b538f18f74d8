//! Object level: may this caller touch this one object?

use std::fmt;

use crate::{
    Decision, FunctionRule, Membership, Object, Predicate, Principal, Reason, principal::present,
};

/// An object-level rule: a [`FunctionRule`], and conditions on the object, all of them.
///
/// It stops BOLA (broken object-level authorization). Made by [`FunctionRule::owner`] or [`FunctionRule::tenant`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRule {
    function_rule: FunctionRule,
    conditions: Vec<ObjectCondition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ObjectCondition {
    Owner,
    Tenant(String),
    Member(Membership),
    OwnerOrMember(Membership),
}

/// The columns of a record that rules are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordColumns<'a> {
    /// Of its key.
    pub key: &'a str,
    /// Of its owner, if it has one.
    pub owner: Option<&'a str>,
    /// Of its tenant, if it has one.
    pub tenant: Option<&'a str>,
}

impl FunctionRule {
    /// Requires also that the object belongs to the caller: `owner = sub`.
    #[must_use]
    pub fn owner(self) -> ObjectRule {
        ObjectRule::new(self).and_owner()
    }

    /// Requires also that the caller is a member of the object.
    #[must_use]
    pub fn member(self, membership: Membership) -> ObjectRule {
        ObjectRule::new(self).and_member(membership)
    }

    /// Requires also that the object belongs to the caller, or that the caller is a member of it.
    #[must_use]
    pub fn owner_or(self, membership: Membership) -> ObjectRule {
        ObjectRule::new(self).and_owner_or(membership)
    }

    /// Allows every object to a caller who meets this rule.
    #[must_use]
    pub fn any_object(self) -> ObjectRule {
        ObjectRule::new(self)
    }

    /// Requires also that the object's tenant equals a claim of the token.
    #[must_use]
    pub fn tenant(self, claim: impl Into<String>) -> ObjectRule {
        ObjectRule::new(self).and_tenant(claim)
    }
}

impl ObjectRule {
    pub(crate) fn new(function_rule: FunctionRule) -> Self {
        Self {
            function_rule,
            conditions: Vec::new(),
        }
    }

    /// Requires also that the object belongs to the caller: `owner = sub`.
    #[must_use]
    pub fn and_owner(mut self) -> Self {
        self.conditions.push(ObjectCondition::Owner);
        self
    }

    /// Requires also that the object's tenant equals a claim of the token.
    #[must_use]
    pub fn and_tenant(mut self, claim: impl Into<String>) -> Self {
        self.conditions.push(ObjectCondition::Tenant(claim.into()));
        self
    }

    /// Requires also that the caller is a member of the object.
    #[must_use]
    pub fn and_member(mut self, membership: Membership) -> Self {
        self.conditions.push(ObjectCondition::Member(membership));
        self
    }

    /// Requires also that the object belongs to the caller, or that the caller is a member of it.
    #[must_use]
    pub fn and_owner_or(mut self, membership: Membership) -> Self {
        self.conditions
            .push(ObjectCondition::OwnerOrMember(membership));
        self
    }

    /// Lists the memberships in the rule.
    pub fn memberships(&self) -> impl Iterator<Item = &Membership> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition {
                ObjectCondition::Member(membership)
                | ObjectCondition::OwnerOrMember(membership) => Some(membership),
                ObjectCondition::Owner | ObjectCondition::Tenant(_) => None,
            })
    }

    /// Returns the object-level part in words, each condition with ` and ` before it.
    #[must_use]
    pub fn conditions(&self) -> impl fmt::Display + '_ {
        Conditions(&self.conditions)
    }

    /// Tells whether it compares the owner.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|condition| {
            matches!(
                condition,
                ObjectCondition::Owner | ObjectCondition::OwnerOrMember(_)
            )
        })
    }

    /// Tells whether all objects that it allows to a caller have one owner: the caller.
    #[must_use]
    pub fn fixes_owner(&self) -> bool {
        self.conditions.contains(&ObjectCondition::Owner)
    }

    /// Tells whether all objects that it allows to a caller have one tenant.
    #[must_use]
    pub fn fixes_tenant(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|condition| matches!(condition, ObjectCondition::Tenant(_)))
    }

    /// Returns the function-level part, to refuse a caller before the object is loaded.
    #[must_use]
    pub fn function_rule(&self) -> &FunctionRule {
        &self.function_rule
    }

    /// Returns the object-level part as a condition on the columns that hold owner and tenant, for queries.
    ///
    /// Holds for exactly the objects that [`Self::decide`] allows and those that are shared by a
    /// [`Membership`], for a caller who meets [`Self::function_rule`]; for no object at all if a column is missing.
    #[must_use]
    pub fn filter(&self, principal: &Principal, columns: RecordColumns<'_>) -> Predicate {
        let equal = |column: Option<&str>, value: Option<&str>| match (column, value) {
            (Some(column), Some(value)) => Predicate::equal(column, value),
            _ => Predicate::Always(false),
        };
        let owned = || equal(columns.owner, principal.owner_subject().ok());
        let conditions = self.conditions.iter().map(|condition| match condition {
            ObjectCondition::Owner => owned(),
            ObjectCondition::Tenant(claim) => {
                equal(columns.tenant, present(principal.claims.get(claim)))
            }
            ObjectCondition::Member(members) => members.filter(principal, columns.key),
            ObjectCondition::OwnerOrMember(members) => {
                Predicate::Or(vec![owned(), members.filter(principal, columns.key)])
            }
        });
        Predicate::And(conditions.collect())
    }

    /// Decides from the token's facts and the object's. Members of an object are not among them: a rule
    /// with a [`Membership`] allows here what its other part allows.
    pub fn decide(&self, principal: &Principal, object: &Object) -> Decision {
        let judged = self.function_rule.judge(principal).and_then(|()| {
            let mut conditions = self.conditions.iter();
            conditions.try_for_each(|condition| condition.judge(principal, object))
        });
        Decision::of(self, judged)
    }
}

impl ObjectCondition {
    fn judge(&self, principal: &Principal, object: &Object) -> Result<(), Reason> {
        match self {
            Self::Owner => judge_owner(principal, object),
            Self::Tenant(claim) => judge_tenant(claim, principal, object),
            // members are rows that only a database sees
            Self::Member(_) => Err(Reason::NotOwner),
            Self::OwnerOrMember(_) => judge_owner(principal, object),
        }
    }
}

fn judge_owner(principal: &Principal, object: &Object) -> Result<(), Reason> {
    let subject = principal.owner_subject()?;
    let owner = present(object.owner.as_ref()).ok_or(Reason::UnknownOwner)?;
    if owner != subject {
        return Err(Reason::NotOwner);
    }
    Ok(())
}

fn judge_tenant(claim: &str, principal: &Principal, object: &Object) -> Result<(), Reason> {
    let own = present(principal.claims.get(claim))
        .ok_or_else(|| Reason::NoTenantClaim(claim.to_owned()))?;
    let tenant = present(object.tenant.as_ref()).ok_or(Reason::UnknownTenant)?;
    if tenant != own {
        return Err(Reason::OtherTenant);
    }
    Ok(())
}

impl fmt::Display for ObjectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.function_rule, self.conditions())
    }
}

/// The conditions of a rule, each with ` and ` before it.
struct Conditions<'a>(&'a [ObjectCondition]);

impl fmt::Display for Conditions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for condition in self.0 {
            match condition {
                ObjectCondition::Owner => formatter.write_str(" and owner = sub")?,
                ObjectCondition::Tenant(claim) => write!(formatter, " and tenant = `{claim}`")?,
                ObjectCondition::Member(members) => write!(formatter, " and {members}")?,
                ObjectCondition::OwnerOrMember(members) => {
                    write!(formatter, " and (owner = sub or {members})")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
