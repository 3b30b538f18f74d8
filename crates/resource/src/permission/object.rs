//! The rule of an action on a record.

use std::{fmt, iter, sync::OnceLock};

use airside_policy::{
    ByPolicies, FunctionRule, ObjectRule, ParentLink, Predicate, RecordShape, Value,
};

use super::request_facts::RequestFacts;
use crate::{path::PathColumn, record};

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

/// A permission by which an action on a record's parent decides about the record. Made by
/// [`ThroughParent::through`](crate::ThroughParent::through).
#[derive(Clone, Debug)]
pub struct Through {
    pub(super) own: ObjectRule,
    pub(super) join: Join,
    /// The function-level part, those of the parents included. Filled late: a list of actions may name the
    /// action of a parent before it is declared.
    pub(super) function_rule: OnceLock<FunctionRule>,
    pub(super) parent: Parent,
}

/// The way in which a record's own rule and its parent's decide together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
}

/// The parent of a record, and the action on it that must be allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(super) action: &'static str,
    pub(crate) link: ParentLink,
    pub(super) permission: fn() -> &'static ObjectPermission,
    pub(super) filter: fn(&RequestFacts<'_>) -> Predicate,
}

impl Parent {
    /// Returns the records whose parent the caller may touch, and which belong to the parent that the path
    /// names.
    pub(super) fn filter(&self, facts: &RequestFacts<'_>) -> Predicate {
        let shape = self.link.shape;
        let pinned = match facts.parameters.get(shape.parameter) {
            None => Predicate::Always(true),
            Some(text) => shape.named(shape.key, text),
        };
        let condition = pinned.and((self.filter)(facts));
        shape.related(self.link.column, condition)
    }

    /// Returns the same for a caller who meets the function-level part of the parent's rule; none for
    /// others.
    pub(super) fn filter_if_function_rule_allows(&self, facts: &RequestFacts<'_>) -> Predicate {
        let rule = (self.permission)().function_rule();
        match facts.is_probe || rule.decide(facts.principal).is_allowed() {
            true => self.filter(facts),
            false => Predicate::Always(false),
        }
    }

    /// Returns the key of the parent that the path names; `None` if the text cannot be one.
    pub(crate) fn named(&self, facts: &RequestFacts<'_>) -> Option<Value> {
        PathColumn::of(self.link, facts.parameters)?.key
    }
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
    pub(super) fn own_function_rule(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(rule) => rule.function_rule(),
            Self::ByPolicies(rule) => rule.function_rule(),
            Self::Through(through) => through.own.function_rule(),
        }
    }

    /// Tells whether the parent's rule is an alternative to the record's own.
    pub(super) fn is_alternative(&self) -> bool {
        matches!(self, Self::Through(Through { join: Join::Or, .. }))
    }

    /// Returns the rule of the code about the record itself.
    pub(super) fn own_rule(&self) -> Option<&ObjectRule> {
        match self {
            Self::ObjectRule(rule) => Some(rule),
            Self::Through(through) => Some(&through.own),
            Self::ByPolicies(_) => None,
        }
    }

    /// Iterates over this permission, that of the parent, that of its parent, and so on, up to
    /// [`MAX_PARENTS`].
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        let parent = |one: &&Self| Some((one.parent()?.permission)());
        iter::successors(Some(self), parent).take(MAX_PARENTS + 1)
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

    /// Tells whether the rule fixes the tenant of a new record.
    pub(crate) fn fixes_tenant(&self) -> bool {
        let rule = self.own_rule().filter(|_| !self.is_alternative());
        self.is_by_policies() || rule.is_some_and(ObjectRule::fixes_tenant)
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

/// The most parents, one above the other, that a record may have.
const MAX_PARENTS: usize = 16;
