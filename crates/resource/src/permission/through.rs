//! Rules that look at a record's parent.

use std::{marker::PhantomData, sync::OnceLock};

use airside_policy::{FunctionRule, ObjectRule, ParentLink, Predicate, Value};

use super::{ObjectPermission, ObjectRuleOf, RequestFacts};
use crate::{BelongsTo, ObjectAction, Record, path::PathColumn, record};

/// A permission by which an action on a record's parent decides about the record. Made by
/// [`ThroughParent::through`].
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
    filter: fn(&RequestFacts<'_>) -> Predicate,
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

/// Rules of records that belong to another one: a function-level rule, or one about the record itself, such as
/// `.owner()`, which must be met too.
pub trait ThroughParent {
    /// Requires also that the caller may do `A` to the record's parent, function-level part included: a
    /// task is allowed to those who may touch its project. If the path names the parent, the record must
    /// belong to it.
    ///
    /// ```
    /// # use airside_resource::doc::{Account, ReadAccount, Transfer};
    /// use airside_resource::{ThroughParent, actions, rule};
    ///
    /// actions! {
    ///     /// Look at the transfers of an account of one's own.
    ///     ReadTransfer reads Transfer = rule::scope("transfers:read").through::<Account, ReadAccount>();
    /// }
    /// ```
    fn through<P: Record, A: ObjectAction<P>>(self) -> ThroughRule<P, A>;
}

/// A rule that looks at a record's parent.
#[derive(Debug)]
pub struct ThroughRule<P, A> {
    own: ObjectRule,
    join: Join,
    parent: PhantomData<fn() -> (P, A)>,
}

impl ThroughParent for FunctionRule {
    fn through<P: Record, A: ObjectAction<P>>(self) -> ThroughRule<P, A> {
        self.any_object().through()
    }
}

impl ThroughParent for ObjectRule {
    fn through<P: Record, A: ObjectAction<P>>(self) -> ThroughRule<P, A> {
        ThroughRule {
            own: self,
            join: Join::And,
            parent: PhantomData,
        }
    }
}

/// Rules of records that are the caller's, or reached through a parent.
pub trait OrThroughParent {
    /// Allows also records of a parent to which the caller may do `A`: an appointment is allowed to its
    /// patient, and to the staff of the clinic. The function-level part of `A` counts for that alternative
    /// only.
    ///
    /// ```
    /// # use airside_resource::doc::{Account, ReadAccount, Transfer};
    /// use airside_resource::{OrThroughParent, actions, rule};
    ///
    /// actions! {
    ///     /// Look at transfers of one's own, and at those of an account of one's own.
    ///     ReadTransfer reads Transfer =
    ///         rule::scope("transfers:read").owner().or_through::<Account, ReadAccount>();
    /// }
    /// ```
    fn or_through<P: Record, A: ObjectAction<P>>(self) -> ThroughRule<P, A>;
}

impl OrThroughParent for ObjectRule {
    fn or_through<P: Record, A: ObjectAction<P>>(self) -> ThroughRule<P, A> {
        ThroughRule {
            own: self,
            join: Join::Or,
            parent: PhantomData,
        }
    }
}

impl<T: BelongsTo<P>, P: Record, A: ObjectAction<P>> ObjectRuleOf<T> for ThroughRule<P, A> {
    fn permission(self) -> ObjectPermission {
        ObjectPermission::Through(Through {
            own: self.own,
            join: self.join,
            function_rule: OnceLock::new(),
            parent: Parent {
                action: A::NAME,
                link: ParentLink {
                    column: T::COLUMN,
                    shape: record::shape::<P>(),
                },
                permission: A::permission,
                filter: |facts| A::permission().filter::<P, A>(facts),
            },
        })
    }
}
