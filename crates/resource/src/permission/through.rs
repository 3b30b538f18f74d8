//! Rules that look at a record's parent.

use std::{marker::PhantomData, sync::OnceLock};

use airside_policy::{FunctionRule, ObjectRule, ParentLink};

use super::{
    ObjectRuleOf,
    object::{Join, ObjectPermission, Parent, Through},
};
use crate::{BelongsTo, ObjectAction, Record, record};

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
