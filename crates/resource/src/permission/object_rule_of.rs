//! The types that can be the rule of an action on a record.

use airside_policy::{ByPolicies, ObjectRule};

use super::object::ObjectPermission;
use crate::Record;

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
