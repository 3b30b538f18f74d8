//! The SQL of queries.

use airside_policy::{Dialect, Predicate, Sql, Value};

use super::{Count, Order, Query};
use crate::record::Record;

impl Count {
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
            Self::Insert { values, .. } => insert::<T>(&mut sql, values),
            Self::Update {
                key,
                filter,
                values,
            } => {
                set::<T>(&mut sql, values);
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
}

fn insert<T: Record>(sql: &mut Sql, values: Vec<(&'static str, Value)>) {
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

fn set<T: Record>(sql: &mut Sql, values: Vec<(&'static str, Value)>) {
    sql.push("UPDATE ");
    sql.push_name(T::TABLE);
    sql.push(" SET ");
    for (position, (column, value)) in values.into_iter().enumerate() {
        sql.push(if position > 0 { ", " } else { "" });
        sql.push_name(column);
        sql.push(" = ");
        sql.push_value(value);
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
