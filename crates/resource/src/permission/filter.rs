//! The rule of an action as a condition of a query.

use airside_policy::{Predicate, RecordColumns};

use super::{
    object::{Join, ObjectPermission},
    request_facts::RequestFacts,
};
use crate::{Action, Record, path::PathColumn, record};

impl ObjectPermission {
    /// Returns the records that are not hidden, and allowed to a caller who meets [`Self::function_rule`].
    pub(crate) fn filter<T: Record, A: Action>(&self, facts: &RequestFacts<'_>) -> Predicate {
        let allowed = self.allowed::<T, A>(facts);
        match T::hidden_when() {
            Some(hidden) => allowed.and(Predicate::Not(Box::new(hidden))),
            None => allowed,
        }
    }

    /// Returns the same, hidden records included.
    pub(crate) fn allowed<T: Record, A: Action>(&self, facts: &RequestFacts<'_>) -> Predicate {
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

/// Returns the columns of a record that rules are about.
fn columns<T: Record>() -> RecordColumns<'static> {
    RecordColumns {
        key: T::KEY,
        owner: T::OWNER,
        tenant: T::TENANT,
    }
}
