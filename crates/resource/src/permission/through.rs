//! Rules that look at a record's parent.

use std::{marker::PhantomData, sync::OnceLock};

use airside_policy::{FunctionRule, ObjectRule, Predicate, RecordShape, Value};

use super::{Asked, ObjectPermission, ObjectRuleOf};
use crate::{BelongsTo, ObjectAction, Record, record};

/// What a caller may do to a record's parent decides about the record. Made by
/// [`ThroughParent::through`].
#[derive(Clone, Debug)]
pub struct Through {
    pub(super) own: ObjectRule,
    pub(super) join: Join,
    /// With what the parents need. Read late: a list of actions may name a parent's before it is there.
    pub(super) need: OnceLock<FunctionRule>,
    pub(super) parent: Parent,
}

/// How a record's own rule and its parent's decide together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
}

/// The parent of a record, and what a caller must be allowed to do to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(super) action: &'static str,
    pub(crate) shape: RecordShape,
    /// The record's column that holds the parent's key.
    pub(crate) column: &'static str,
    pub(super) permission: fn() -> &'static ObjectPermission,
    filter: fn(&Asked<'_>) -> Predicate,
}

impl Parent {
    /// The records whose parent the caller may touch, and which belong to the one that the path names.
    pub(super) fn filter(&self, asked: &Asked<'_>) -> Predicate {
        let mut parameters = asked.parameters.iter();
        let named = parameters.find(|(name, _)| name == self.shape.parameter);
        let pinned = match named {
            None => Predicate::Always(true),
            Some((_, text)) => self.shape.named(self.shape.key, text),
        };
        let condition = pinned.and((self.filter)(asked));
        self.shape.related(self.column, condition)
    }

    /// The same for a caller who meets what the parent's action needs of the token; none for others.
    pub(super) fn filter_if_needs_are_met(&self, asked: &Asked<'_>) -> Predicate {
        let need = (self.permission)().need();
        match asked.is_probe || need.decide(asked.principal).is_allowed() {
            true => self.filter(asked),
            false => Predicate::Always(false),
        }
    }

    /// The key of the parent that the path names; `None` if there can be no such one.
    pub(crate) fn named(&self, asked: &Asked<'_>) -> Option<Value> {
        let mut parameters = asked.parameters.iter();
        let (_, text) = parameters.find(|(name, _)| name == self.shape.parameter)?;
        (self.shape.parse)(text)
    }
}

/// Rules of records that belong to another one: a function-level rule, or one about the record itself, such as
/// `.owner()`, which must be met as well.
pub trait ThroughParent {
    /// Requires also that the caller may do `A` to the record's parent, function-level part included: a
    /// task to whoever may touch its project. Where the path names the parent, the record must be its.
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
    /// Allows also what belongs to a parent to which the caller may do `A`: an appointment to its patient, and to
    /// the staff of the clinic. What `A` needs of the token is needed for that way only.
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
            need: OnceLock::new(),
            parent: Parent {
                action: A::NAME,
                shape: record::shape::<P>(),
                column: T::COLUMN,
                permission: A::permission,
                filter: |asked| A::permission().filter::<P, A>(asked),
            },
        })
    }
}
