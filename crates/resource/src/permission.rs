//! The rule of an action: one of the code, or policies.

mod function;
mod through;

use std::{fmt, iter};

use airside_policy::{
    ByPolicies, FunctionRule, Membership, ObjectRule, Predicate, Principal, RecordColumns,
    RecordShape,
};

use self::through::{Join, Parent};
pub use self::{
    function::{FunctionPermission, FunctionRuleOf},
    through::{OrThroughParent, Through, ThroughParent, ThroughRule},
};
use crate::{
    Record, RecordAction, ResourceServer,
    path::{PathColumn, PathParameters},
    record,
};

/// The rule that decides who may touch a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectPermission {
    /// A rule of the code.
    ObjectRule(ObjectRule),
    /// The policies of [`Builder::policies`](crate::Builder::policies) decide.
    ByPolicies(ByPolicies),
    /// An action on the record's parent decides.
    Through(Through),
}

impl ObjectPermission {
    /// Returns the part that the token alone decides.
    #[must_use]
    pub fn function_rule(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(rule) => rule.function_rule(),
            Self::ByPolicies(rule) => rule.function_rule(),
            Self::Through(through) => through.function_rule.get_or_init(|| {
                let mut rule = through.own.function_rule().clone();
                let pairs = self.chain().zip(self.chain().skip(1));
                // where a parent is an alternative, its function-level part belongs to that alternative
                let required = pairs.take_while(|(record, _)| !record.is_alternative());
                for (_, parent) in required {
                    rule = rule.and(parent.own_function_rule().clone());
                }
                rule
            }),
        }
    }

    /// Returns the same without the rules of the parents.
    fn own_function_rule(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(rule) => rule.function_rule(),
            Self::ByPolicies(rule) => rule.function_rule(),
            Self::Through(through) => through.own.function_rule(),
        }
    }

    /// Tells whether the parent's rule is an alternative to the record's own.
    fn is_alternative(&self) -> bool {
        matches!(self, Self::Through(Through { join: Join::Or, .. }))
    }

    /// Returns the rule of the code about the record itself.
    fn own_rule(&self) -> Option<&ObjectRule> {
        match self {
            Self::ObjectRule(rule) => Some(rule),
            Self::Through(through) => Some(&through.own),
            Self::ByPolicies(_) => None,
        }
    }

    /// Iterates over this permission, that of the parent, that of its parent, and so on, up to
    /// [`MAX_PARENTS`].
    fn chain(&self) -> impl Iterator<Item = &Self> {
        let parent = |one: &&Self| Some((one.parent()?.permission)());
        iter::successors(Some(self), parent).take(MAX_PARENTS + 1)
    }

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

    /// Tells whether the parents have no end: such a rule has no query.
    pub(crate) fn is_endless(&self) -> bool {
        self.chain().count() > MAX_PARENTS
    }

    /// Tells whether policies decide the rest.
    #[must_use]
    pub fn is_by_policies(&self) -> bool {
        matches!(self, Self::ByPolicies(_))
    }

    /// Returns the records that are not hidden, and allowed to a caller who meets [`Self::function_rule`].
    pub(crate) fn filter<T: Record, A: RecordAction<T>>(
        &self,
        facts: &RequestFacts<'_>,
    ) -> Predicate {
        let allowed = self.allowed::<T, A>(facts);
        match T::hidden_when() {
            Some(hidden) => allowed.and(Predicate::Not(Box::new(hidden))),
            None => allowed,
        }
    }

    /// Returns the same, hidden records included.
    pub(crate) fn allowed<T: Record, A: RecordAction<T>>(
        &self,
        facts: &RequestFacts<'_>,
    ) -> Predicate {
        match (self, facts.server.policies()) {
            (Self::ObjectRule(rule), _) => {
                let own = rule.filter(facts.principal, columns::<T>());
                named_by_path::<T>(own, facts)
            }
            (Self::ByPolicies(_), Some(policies)) => {
                let shape = record::shape::<T>();
                let allowed = match facts.is_probe {
                    true => policies.check(A::NAME, shape),
                    false => Ok(policies.filter(facts.principal, A::NAME, shape)),
                };
                let allowed = allowed.unwrap_or(Predicate::Always(false));
                allowed.and(record::within(shape, facts.parameters))
            }
            (Self::ByPolicies(_), None) => Predicate::Always(false),
            (Self::Through(through), _) => {
                let own = through.own.filter(facts.principal, columns::<T>());
                let parent = &through.parent;
                let allowed = match through.join {
                    Join::And => own.and(parent.filter(facts)),
                    Join::Or => {
                        Predicate::Or(vec![own, parent.filter_if_function_rule_allows(facts)])
                    }
                };
                named_by_path::<T>(allowed, facts)
            }
        }
    }

    /// Returns the parent through which a record is reached.
    pub(crate) fn parent(&self) -> Option<&Parent> {
        match self {
            Self::Through(through) => Some(&through.parent),
            _ => None,
        }
    }

    /// Lists the path parameters of the record's parents.
    pub(crate) fn parent_parameters(&self, record: RecordShape) -> Vec<&'static str> {
        let mut shape = record;
        let mut parameters = Vec::new();
        for permission in self.chain() {
            match permission {
                Self::Through(through) => {
                    let others = record::pins(shape).into_iter();
                    let own = through.parent.link;
                    let others = others.filter(|link| link.column != own.column);
                    parameters.extend(others.map(|link| link.shape.parameter));
                    shape = own.shape;
                    parameters.push(shape.parameter);
                }
                Self::ByPolicies(_) => parameters.extend(record::parameters(shape)),
                Self::ObjectRule(_) => {
                    let pins = record::pins(shape).into_iter();
                    parameters.extend(pins.map(|link| link.shape.parameter));
                }
            }
        }
        parameters
    }

    /// Returns the question to policies, about the record or a parent.
    pub(crate) fn policy_question(
        &self,
        action: &'static str,
        record: RecordShape,
    ) -> Option<PolicyQuestion> {
        let mut question = PolicyQuestion {
            action,
            shape: record,
        };
        for permission in self.chain() {
            match permission {
                Self::ByPolicies(_) => return Some(question),
                Self::Through(Through { parent, .. }) => {
                    question = PolicyQuestion {
                        action: parent.action,
                        shape: parent.link.shape,
                    };
                }
                Self::ObjectRule(_) => {}
            }
        }
        None
    }

    /// Lists the columns of a new record that the path sets by naming its parents.
    pub(crate) fn set_by_path<T: Record>(&self, facts: &RequestFacts<'_>) -> Vec<PathColumn> {
        match self {
            Self::Through(through) => {
                let parent = &through.parent;
                let mut set = named_parents::<T>(facts);
                set.retain(|one| one.column != parent.link.column);
                set.push(PathColumn {
                    column: parent.link.column,
                    key: parent.named(facts),
                });
                set
            }
            Self::ByPolicies(_) => record::pinned(record::shape::<T>(), facts.parameters),
            Self::ObjectRule(_) => named_parents::<T>(facts),
        }
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

    /// Tells whether the rule fixes the tenant of a new record.
    pub(crate) fn fixes_tenant(&self) -> bool {
        let rule = self.own_rule().filter(|_| !self.is_alternative());
        self.is_by_policies() || rule.is_some_and(ObjectRule::fixes_tenant)
    }
}

/// Lists the columns that hold the keys of the parents that the path names.
fn named_parents<T: Record>(facts: &RequestFacts<'_>) -> Vec<PathColumn> {
    let pins = record::pins(record::shape::<T>()).into_iter();
    pins.filter_map(|link| PathColumn::of(link, facts.parameters))
        .collect()
}

/// Requires also that the record belongs to the parents that the path names.
fn named_by_path<T: Record>(allowed: Predicate, facts: &RequestFacts<'_>) -> Predicate {
    let named = named_parents::<T>(facts).into_iter();
    named.fold(allowed, |all, one| {
        all.and(one.key.map_or(Predicate::Always(false), |key| {
            Predicate::equal(one.column, key)
        }))
    })
}

/// The most parents, one above the other, that a record may have.
const MAX_PARENTS: usize = 16;

/// Returns the columns of a record that rules are about.
fn columns<T: Record>() -> RecordColumns<'static> {
    RecordColumns {
        key: T::KEY,
        owner: T::OWNER,
        tenant: T::TENANT,
    }
}

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

/// The facts of a request that a rule decides on.
pub(crate) struct RequestFacts<'a> {
    pub(crate) server: &'a ResourceServer,
    pub(crate) principal: &'a Principal,
    /// The parameters of the path.
    pub(crate) parameters: &'a PathParameters,
    /// True if the query only tests that the database has the tables and columns of the rule.
    pub(crate) is_probe: bool,
}

/// A type that can be the rule of an action on a record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule about one `{T}`",
    label = "say which ones: `.owner()`, `.tenant(\"…\")`, `.owner_or(…)`, `.through::<Parent, Action>()`, `.policies()`, or `.any_object()`"
)]
pub trait ObjectRuleOf<T: Record> {
    /// Makes the permission.
    fn permission(self) -> ObjectPermission;
}

impl<T: Record> ObjectRuleOf<T> for ObjectRule {
    fn permission(self) -> ObjectPermission {
        ObjectPermission::ObjectRule(self)
    }
}

impl<T: Record> ObjectRuleOf<T> for ByPolicies {
    fn permission(self) -> ObjectPermission {
        ObjectPermission::ByPolicies(self)
    }
}

impl fmt::Display for ObjectPermission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectRule(rule) => rule.fmt(formatter),
            Self::ByPolicies(rule) => rule.fmt(formatter),
            Self::Through(through) => {
                let Parent { action, link, .. } = through.parent;
                let (function_rule, kind) = (self.function_rule(), link.shape.kind);
                let conditions = through.own.conditions().to_string();
                if through.join == Join::And {
                    return write!(
                        formatter,
                        "{function_rule}{conditions} and {action} of its {kind}"
                    );
                }
                let own = conditions.strip_prefix(" and ").unwrap_or("any object");
                write!(
                    formatter,
                    "{function_rule} and ({own} or {action} of its {kind})"
                )
            }
        }
    }
}
