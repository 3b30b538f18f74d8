//! The queries to a database, each with the rule in it, and their SQL.

use airside_policy::{Dialect, Predicate, Sql, Value};

use super::Record;

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

    /// Writes it in SQL, answering one row with one whole number.
    #[must_use]
    pub fn sql<T: Record>(&self, dialect: Dialect) -> Sql {
        let mut sql = Sql::new(dialect);
        sql.push("SELECT COUNT(*) FROM ");
        sql.push_name(T::TABLE);
        sql.push(" WHERE ");
        sql.about(T::TABLE, |sql| self.filter.write(sql));
        sql
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

    /// Writes it in SQL, answering whole rows.
    #[must_use]
    pub fn sql<T: Record>(self, dialect: Dialect) -> Sql {
        let mut sql = Sql::new(dialect);
        match self {
            Self::Load { key, filter } => {
                select::<T>(&mut sql);
                sql.about(T::TABLE, |sql| by_key::<T>(sql, key, &filter));
            }
            Self::List {
                filter,
                order,
                after,
                limit,
            } => {
                select::<T>(&mut sql);
                sql.about(T::TABLE, |sql| match order.as_slice() {
                    [] => list::<T>(sql, &filter, after),
                    order => sorted::<T>(sql, &filter, order, after),
                });
                sql.push(" LIMIT ");
                sql.push_value(i64::from(limit).into());
            }
            Self::Insert { values, .. } => {
                sql.push("INSERT INTO ");
                sql.push_name(T::TABLE);
                sql.push(" (");
                for (position, (column, _)) in values.iter().enumerate() {
                    sql.push(if position > 0 { ", " } else { "" });
                    sql.push_name(column);
                }
                sql.push(") VALUES (");
                for (position, (_, value)) in values.into_iter().enumerate() {
                    sql.push(if position > 0 { ", " } else { "" });
                    sql.push_value(value);
                }
                sql.push(") RETURNING *");
            }
            Self::Update {
                key,
                filter,
                values,
            } => {
                sql.push("UPDATE ");
                sql.push_name(T::TABLE);
                sql.push(" SET ");
                for (position, (column, value)) in values.into_iter().enumerate() {
                    sql.push(if position > 0 { ", " } else { "" });
                    sql.push_name(column);
                    sql.push(" = ");
                    sql.push_value(value);
                }
                sql.push(" WHERE ");
                sql.about(T::TABLE, |sql| by_key::<T>(sql, key, &filter));
                sql.push(" RETURNING *");
            }
            Self::Delete { key, filter } => {
                sql.push("DELETE FROM ");
                sql.push_name(T::TABLE);
                sql.push(" WHERE ");
                sql.about(T::TABLE, |sql| by_key::<T>(sql, key, &filter));
                sql.push(" RETURNING *");
            }
        }
        sql
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

fn select<T: Record>(sql: &mut Sql) {
    sql.push("SELECT * FROM ");
    sql.push_name(T::TABLE);
    sql.push(" WHERE ");
}

fn by_key<T: Record>(sql: &mut Sql, key: Value, filter: &Predicate) {
    sql.push_column(T::KEY);
    sql.push(" = ");
    sql.push_value(key);
    sql.push(" AND ");
    filter.write(sql);
}

fn list<T: Record>(sql: &mut Sql, filter: &Predicate, after: Option<Value>) {
    filter.write(sql);
    if let Some(after) = after {
        sql.push(" AND ");
        sql.push_column(T::KEY);
        sql.push(" > ");
        sql.push_value(after);
    }
    sql.push(" ORDER BY ");
    sql.push_column(T::KEY);
}

fn sorted<T: Record>(sql: &mut Sql, filter: &Predicate, order: &[Order], after: Option<Value>) {
    filter.write(sql);
    if let Some(after) = after {
        // the position of the last record of the previous page, if the caller may see it
        sql.push(" AND EXISTS (SELECT 1 FROM ");
        sql.push_name(T::TABLE);
        sql.push(" AS ");
        sql.push_name(LAST);
        sql.push(" WHERE ");
        sql.about(LAST, |sql| by_key::<T>(sql, after, filter));
        sql.push(" AND ");
        behind_last::<T>(sql, order);
        sql.push(")");
    }
    sql.push(" ORDER BY ");
    for one in order {
        let (column, direction) = match one {
            Order::Ascending(column) => (column, ""),
            Order::Descending(column) => (column, " DESC"),
        };
        sql.push("(");
        sql.push_column(column);
        sql.push(" IS NULL), ");
        sql.push_column(column);
        sql.push(direction);
        sql.push(", ");
    }
    sql.push_column(T::KEY);
}

/// Writes that the record comes after [`LAST`]: by the first order, or it is equal in that and comes after it by the rest.
fn behind_last<T: Record>(sql: &mut Sql, order: &[Order]) {
    let last = |sql: &mut Sql, name: &str| sql.about(LAST, |sql| sql.push_column(name));
    let Some((first, rest)) = order.split_first() else {
        sql.push_column(T::KEY);
        sql.push(" > ");
        return last(sql, T::KEY);
    };
    let (column, behind) = match first {
        Order::Ascending(column) => (column, " > "),
        Order::Descending(column) => (column, " < "),
    };
    sql.push("((");
    last(sql, column);
    sql.push(" IS NOT NULL AND ");
    sql.push_column(column);
    sql.push(" IS NULL) OR ");
    sql.push_column(column);
    sql.push(behind);
    last(sql, column);
    sql.push(" OR ((");
    sql.push_column(column);
    sql.push(" = ");
    last(sql, column);
    sql.push(" OR (");
    sql.push_column(column);
    sql.push(" IS NULL AND ");
    last(sql, column);
    sql.push(" IS NULL)) AND ");
    behind_last::<T>(sql, rest);
    sql.push("))");
}

/// The name of the last record of the previous page, in a query.
const LAST: &str = "last_of_page";

/// Makes a query that answers no record, and fails if the database lacks a table or a column that the
/// program is about.
pub(crate) fn probe<T: Record>(filter: Predicate, parent: Option<&'static str>) -> Query {
    let named = [Some(T::KEY), T::OWNER, T::TENANT, T::VERSION, parent];
    let columns = named.into_iter().flatten();
    let columns = columns.chain(T::KEY_WITHIN.iter().copied());
    let columns = columns.chain(T::WRITABLE.iter().copied());
    let mut all: Vec<_> = columns
        .map(|column| Predicate::Has(column.to_owned()))
        .collect();
    all.extend([filter, Predicate::Always(false)]);
    Query::List {
        filter: Predicate::And(all),
        order: Vec::new(),
        after: None,
        limit: 0,
    }
}
