//! The queries to a database, each with the rule in it.

mod sql;

pub(crate) use self::sql::probe;

use airside_policy::{Dialect, Predicate, Sql, Value};

/// A query to [`Records`](super::Records). Only declarations make one: a handler that holds the database
/// cannot bypass the rule of a record. An adapter matches with `..`.
///
/// ```compile_fail
/// # use airside_resource::{Query, policy::{Predicate, Value}};
/// let anybodys = Query::Delete { key: Value::from(7), filter: Predicate::Always(true) };
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Query {
    /// One record, if the rule allows it.
    #[non_exhaustive]
    Load {
        /// The key of the record.
        key: Value,
        /// The rule.
        filter: Predicate,
    },
    /// The records that a rule allows, in an order, or in that of their keys.
    #[non_exhaustive]
    List {
        /// The rule.
        filter: Predicate,
        /// Their order, the most important first; records that are equal in it are in that of their keys.
        order: Vec<Order>,
        /// The key of the last record of the previous page. With an [`Order`], no records follow one that
        /// the caller cannot see any more.
        after: Option<Value>,
        /// The most records to answer.
        limit: u32,
    },
    /// A new record.
    #[non_exhaustive]
    Insert {
        /// Its columns, owner and tenant among them.
        values: Vec<(&'static str, Value)>,
        /// The precondition, such as a parent that the caller may touch: a condition without columns of the
        /// record itself.
        only_if: Predicate,
    },
    /// A change of one record, if the rule still allows it.
    #[non_exhaustive]
    Update {
        /// The key of the record.
        key: Value,
        /// The rule.
        filter: Predicate,
        /// The columns that change.
        values: Vec<(&'static str, Value)>,
    },
    /// The end of one record, if the rule still allows it.
    #[non_exhaustive]
    Delete {
        /// The key of the record.
        key: Value,
        /// The rule.
        filter: Predicate,
    },
}

/// The order of a list by one column. Records without a value are the last in either; texts are as the
/// database compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    Ascending(&'static str),
    /// The greatest first.
    Descending(&'static str),
}

/// A query for the number of records that a rule allows. Only [`Listed`](crate::Listed) makes one.
#[derive(Clone, Debug)]
pub struct Count {
    pub(crate) filter: Predicate,
}

impl Count {
    /// Makes a query for the test of an adapter: no rule restricts it.
    #[must_use]
    pub fn unprotected(filter: Predicate) -> Self {
        Self { filter }
    }

    /// Returns the rule.
    #[must_use]
    pub fn filter(&self) -> &Predicate {
        &self.filter
    }
}

impl Query {
    /// Makes a query for the test of an adapter: every record, since no rule restricts it.
    #[must_use]
    pub fn unprotected_list(filter: Predicate, after: Option<Value>, limit: u32) -> Self {
        Self::List {
            filter,
            order: Vec::new(),
            after,
            limit,
        }
    }

    /// Makes a query for the test of an adapter: a record with these columns, of any owner.
    #[must_use]
    pub fn unprotected_insert(values: Vec<(&'static str, Value)>) -> Self {
        Self::Insert {
            values,
            only_if: Predicate::Always(true),
        }
    }

    /// Writes the precondition of a new record in SQL: a query that answers a row if it is met. `None`
    /// without a precondition. Both queries run in one transaction, and this one first.
    #[must_use]
    pub fn precondition(&self, dialect: Dialect) -> Option<Sql> {
        let Self::Insert { only_if, .. } = self else {
            return None;
        };
        let only_if = only_if.simplified();
        (only_if != Predicate::Always(true)).then(|| {
            let mut sql = Sql::new(dialect);
            sql.push("SELECT 1 WHERE ");
            only_if.write(&mut sql);
            sql
        })
    }
}
