//! The checks of a rule when an API is built.

use airside_policy::{Membership, ObjectRule, RecordShape};

use super::object::{Join, ObjectPermission, Through};
use crate::{Record, record};

/// A column that a key is unique within, and that the token does not fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenKeyColumn {
    pub(crate) column: &'static str,
    /// The path parameter that fixes it.
    pub(crate) parameter: Option<&'static str>,
}

/// A question to policies: may a caller do this action to a record of this kind?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PolicyQuestion {
    pub(crate) action: &'static str,
    pub(crate) shape: RecordShape,
}

impl ObjectPermission {
    /// Finds a membership of another kind of record than the rule is about, in this one or a parent's.
    pub(crate) fn other_membership(&self, record: &'static str) -> Option<&str> {
        let mut kind = record;
        for permission in self.chain() {
            if let Some(rule) = permission.own_rule() {
                let mut memberships = rule.memberships().map(Membership::kind);
                if let Some(other) = memberships.find(|other| *other != kind) {
                    return Some(other);
                }
            }
            kind = permission
                .parent()
                .map_or(kind, |parent| parent.link.shape.kind);
        }
        None
    }

    /// Finds a kind of record that another table refers to by a key which is unique only within something.
    pub(crate) fn ambiguous_reference<T: Record>(&self) -> Option<&'static str> {
        let own = self.own_rule();
        let has_members = own.is_some_and(|rule| rule.memberships().next().is_some());
        if has_members && !T::KEY_WITHIN.is_empty() {
            return Some(T::TYPE);
        }
        let mut shape = record::shape::<T>();
        for permission in self.chain() {
            if permission.is_by_policies() {
                return record::ambiguous_reference(shape);
            }
            shape = permission.parent()?.link.shape;
            if !shape.key_within.is_empty() {
                return Some(shape.kind);
            }
        }
        None
    }

    /// Lists the columns that the key of a record is unique within, and that the token does not fix.
    pub(crate) fn open_key_columns<T: Record>(&self) -> Vec<OpenKeyColumn> {
        let own = self.own_rule().filter(|_| !self.is_alternative());
        let owner = T::OWNER.filter(|_| own.is_some_and(ObjectRule::fixes_owner));
        let tenant = T::TENANT.filter(|_| own.is_some_and(ObjectRule::fixes_tenant));
        let columns = T::KEY_WITHIN.iter().copied();
        let open = columns.filter(|column| Some(*column) != owner && Some(*column) != tenant);
        let shape = record::shape::<T>();
        let mut parents: Vec<_> = match self {
            Self::ByPolicies(_) => shape.parents().collect(),
            _ => record::pins(shape),
        };
        parents.extend(self.parent().map(|parent| parent.link));
        let open = open.map(|column| OpenKeyColumn {
            column,
            parameter: parents
                .iter()
                .find(|link| link.column == column)
                .map(|link| link.shape.parameter),
        });
        open.collect()
    }

    /// Returns the question to policies, about the record or a parent.
    pub(crate) fn policy_question(
        &self,
        action: &'static str,
        record: RecordShape,
    ) -> Option<PolicyQuestion> {
        let (mut action, mut shape) = (action, record);
        for permission in self.chain() {
            match permission {
                Self::ByPolicies(_) => return Some(PolicyQuestion { action, shape }),
                Self::Through(Through { parent, .. }) => {
                    (action, shape) = (parent.action, parent.link.shape);
                }
                Self::ObjectRule(_) => {}
            }
        }
        None
    }

    /// Finds a column of a parent's key that handlers may set, and that no part of the rule checks.
    pub(crate) fn unchecked_parent<T: Record>(&self) -> Option<&'static str> {
        let checked = match self {
            Self::ByPolicies(_) => return None,
            Self::Through(through) if through.join == Join::And => Some(through.parent.link.column),
            _ => None,
        };
        let shape = record::shape::<T>();
        let parents = shape.parents().map(|link| link.column);
        let mut open = parents.filter(|column| Some(*column) != checked);
        open.find(|column| T::WRITABLE.contains(column))
    }

    /// Returns `owner` or `tenant`, if the rule compares it and the record does not have it.
    pub(crate) fn missing_column<T: Record>(&self) -> Option<&'static str> {
        let rule = self.own_rule()?;
        match (rule.has_owner(), rule.fixes_tenant()) {
            (true, _) if T::OWNER.is_none() => Some("owner"),
            (_, true) if T::TENANT.is_none() => Some("tenant"),
            _ => None,
        }
    }
}
