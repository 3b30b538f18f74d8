//! The rule of an action: one of the code, or policies.
//!
//! | module | holds |
//! |---|---|
//! | `function` | the rule of a function |
//! | `object` | the rule of an action on a record |
//! | `object_rule_of` | the types that can be such a rule |
//! | `through` | rules that look at a record's parent |
//! | `filter` | the rule as a condition of a query |
//! | `check` | the checks of a rule when an API is built |
//! | `request_facts` | the facts of a request that a rule decides on |

mod check;
mod filter;
mod function;
mod object;
mod object_rule_of;
mod request_facts;
mod through;

pub(crate) use self::{
    check::{OpenKeyColumn, PolicyQuestion},
    request_facts::RequestFacts,
};
pub use self::{
    function::{FunctionPermission, FunctionRuleOf},
    object::{ObjectPermission, Through},
    object_rule_of::ObjectRuleOf,
    through::{OrThroughParent, ThroughParent, ThroughRule},
};
