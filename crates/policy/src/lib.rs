//! Function-level and object-level authorization rules: pure decisions with reasons.
//!
//! ```
//! use airside_policy::{Decision, Object, Principal, rule};
//!
//! let rule = rule::scope("accounts:read").owner();
//! let alice = Principal::user("alice", "spa").with_scopes("accounts:read accounts:write");
//!
//! assert!(rule.decide(&alice, &Object::owned_by("alice")).is_allowed());
//!
//! let Decision::Denied { rule, reason } = rule.decide(&alice, &Object::owned_by("bob")) else {
//!     panic!("bob's account is not hers");
//! };
//! assert_eq!(rule, "scope `accounts:read` and owner = sub");
//! assert_eq!(reason.to_string(), "the object belongs to another person");
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`principal`] | the caller, and the object of a request |
//! | [`rule`] | the functions that begin a rule |
//! | [`function_rule`] | function level: [`FunctionRule`], decided by the token alone |
//! | [`object_rule`] | object level: [`ObjectRule`], which cannot be decided without the object |
//! | [`membership`] | [`Membership`]: the people who share a record |
//! | [`policies`] | rules outside the code: [`Policies`], which decide by the name of the action |
//! | `cedar` | policies in the Cedar language (feature `cedar`) |
//! | [`shape`] | a kind of record for policies: its key, its parents, its members |
//! | [`predicate`] | [`Predicate`]: a condition on the columns of a record, as SQL too |
//! | [`value`] | [`Value`]: a value of a column |
//! | [`decision`] | [`Decision`] and its [`Reason`] |
//!
//! Everything fails closed: a fact that is missing or empty denies.

#[cfg(feature = "cedar")]
pub mod cedar;
pub mod decision;
pub mod function_rule;
pub mod membership;
pub mod object_rule;
pub mod policies;
pub mod predicate;
pub mod principal;
pub mod rule;
pub mod shape;
pub mod value;

pub use decision::{Decision, Reason};
pub use function_rule::{FunctionCondition, FunctionRule};
pub use membership::{Membership, MembershipOf};
pub use object_rule::{ObjectRule, RecordColumns};
pub use policies::{ByPolicies, Policies, Row};
pub use predicate::{
    ColumnPair, Columns, Comparison, Dialect, Lookup, Predicate, Related, Sql, TableRows, Wildcard,
};
pub use principal::{Kind, Object, Principal};
pub use shape::{ParentLink, RecordShape, Relation, RelationError};
pub use value::{Float, Timestamp, TimestampError, Value};
