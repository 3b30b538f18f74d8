//! Policies in the [Cedar](https://www.cedarpolicy.com) language, with its traps closed.
//!
//! Cedar skips a `forbid` that fails: here a policy that fails denies. Cedar evaluates every policy: here
//! only those of the action and the kind of record count. A policy that does not fit the schema, or that
//! a database query cannot express, is refused when it is read.
//!
//! | module | holds |
//! |---|---|
//! | `parse` | reading policies and schema, and checking them |
//! | `schema` | the columns and parents of records, as the schema declares them |
//! | `fragment` | the part of Cedar that a query can express, and its translation |
//! | `condition` | the translated conditions, before tables are known |
//! | `tables` | the same conditions on the tables that the code declares |
//! | `evaluate` | decisions about one record, and filters for queries |
//! | `error` | the reasons why policies are refused |

mod condition;
mod error;
mod evaluate;
mod fragment;
mod parse;
mod schema;
mod tables;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use cedar_policy::{Authorizer, EntityTypeName, EntityUid, PolicySet, Schema};

pub use self::error::{PolicyError, TranslationError};
use self::{condition::RecordCondition, schema::Kinds, tables::TableMapper};
use crate::{Decision, Policies, Predicate, Principal, RecordShape, RelationError, Row};

/// Cedar policies and their schema, checked when they were read.
///
/// The schema declares the records and the actions; callers are declared already:
///
/// ```text
/// entity User   { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
/// entity Client { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
/// entity Api;
/// ```
///
/// An attribute whose type is an entity of the schema leads to another record, and a `Set<User>` is the
/// people who are members, if the code says so ([`RecordShape::relations`]): then policies may look at the
/// attributes of parents, at what a record is `in`, and at who is a member.
///
/// Tags are the token's further claims whose value is a string. `Api::"api"` is the resource of an
/// action without a record.
///
/// ```
/// use airside_policy::{Policies, Principal, RecordShape, Row, cedar::Cedar};
///
/// let schema = r#"
///     entity Account { owner: User, balance: Long, closed?: Bool };
///     action ReadAccount appliesTo { principal: [User], resource: [Account] };
/// "#;
/// let policies = r#"
///     @id("own-accounts")
///     permit (principal, action == Action::"ReadAccount", resource)
///     when { resource.owner == principal && principal.scopes.contains("accounts:read") };
///     @id("not-closed")
///     forbid (principal, action == Action::"ReadAccount", resource)
///     when { resource has closed && resource.closed };
/// "#;
/// let policies = Cedar::parse(schema, policies)?;
/// let alice = Principal::user("alice", "spa").with_scopes("accounts:read");
/// let column = |name: &str| match name {
///     "owner" => "alice".into(),
///     "balance" => 7.into(),
///     _ => airside_policy::Value::Null,
/// };
/// let account = Row { kind: "Account", key: &1.into(), column: &column };
/// assert!(policies.decide(&alice, "ReadAccount", &account).is_allowed());
/// let accounts = RecordShape {
///     kind: "Account",
///     table: "accounts",
///     key: "id",
///     key_within: &[],
///     parameter: "account",
///     parse: |text| Some(text.parse::<i64>().ok()?.into()),
///     hidden: || None,
///     relations: Vec::new,
/// };
/// assert!(policies.filter(&alice, "ReadAccount", accounts).holds(&column));
/// # Ok::<(), airside_policy::cedar::PolicyError>(())
/// ```
pub struct Cedar {
    schema: Schema,
    relevant: HashMap<PolicyKey, RelevantPolicies>,
    kinds: Kinds,
    user: EntityTypeName,
    client: EntityTypeName,
    authorizer: Authorizer,
}

/// An action, and a kind of record that it applies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PolicyKey {
    action: String,
    kind: String,
}

/// The policies that can matter to an action on a kind of record. Names are parsed once, since that takes
/// longer than to decide.
struct RelevantPolicies {
    action: EntityUid,
    kind: EntityTypeName,
    policies: PolicySet,
    /// The conditions on records that the policies have for callers of any kind.
    conditions: Vec<RecordCondition>,
}

impl Cedar {
    fn relevant(&self, action: &str, kind: &str) -> Option<&RelevantPolicies> {
        self.relevant.get(&PolicyKey {
            action: action.to_owned(),
            kind: kind.to_owned(),
        })
    }
}

impl Policies for Cedar {
    fn knows(&self, action: &str, kind: &str) -> bool {
        self.relevant(action, kind).is_some()
    }

    fn check(&self, action: &str, record: RecordShape) -> Result<Predicate, RelationError> {
        let Some(relevant) = self.relevant(action, record.kind) else {
            return Ok(Predicate::Always(false));
        };
        let tables = TableMapper { kinds: &self.kinds };
        let links = tables.links(&relevant.conditions, record)?;
        tables.check(record, &links)?;
        let mut all = vec![tables.complete(record, &links)?];
        for condition in &relevant.conditions {
            all.push(tables.predicate(condition, record)?);
        }
        Ok(Predicate::And(all))
    }

    /// Decides about one record. A column that the schema requires and that has no value, or one of another
    /// type, denies.
    fn decide(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Decision {
        match self.judge(principal, action, row) {
            Ok(policy) => Decision::Allowed {
                policy: Some(policy),
            },
            Err(reason) => Decision::Denied {
                rule: format!("policies of `{action}`"),
                reason,
            },
        }
    }

    fn filter(&self, principal: &Principal, action: &str, record: RecordShape) -> Predicate {
        let filter = self.residual(principal, action, record);
        filter.unwrap_or(Predicate::Always(false))
    }
}

impl fmt::Debug for Cedar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cedar").finish_non_exhaustive()
    }
}
