//! Members that are records themselves.

use airside_policy::{Membership, Predicate};

use crate::{BelongsTo, Record};

/// The people who have a record of the kind `M` below a `P`: staff of a clinic, members of a project. The person
/// is its [`Record::OWNER`], or without one its [`Record::KEY`]; one that is hidden counts no more.
///
/// ```
/// # use airside_resource::doc::{Account, Transfer};
/// use airside_resource::{actions, members, rule};
///
/// actions! {
///     SeeAccount reads Account = rule::scope("accounts:read").owner_or(members::<Account, Transfer>());
/// }
/// ```
#[must_use]
pub fn members<P: Record, M: BelongsTo<P>>() -> Membership {
    let members = Membership::of(P::TYPE)
        .in_table(M::TABLE)
        .record_column(<M as BelongsTo<P>>::COLUMN)
        .person_column(M::OWNER.unwrap_or(M::KEY));
    match M::hidden_when() {
        Some(hidden) => members.when(Predicate::Not(Box::new(hidden))),
        None => members,
    }
}
