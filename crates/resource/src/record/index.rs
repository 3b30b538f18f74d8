//! The query that finds the index of a column.

use airside_policy::{Dialect, Sql};

/// Writes in SQL whether an index, or the primary key, of a table begins with a column: a query that answers
/// a row then. It answers one for a view too, which has no index of its own.
#[must_use]
pub fn index_sql(table: &str, column: &str, dialect: Dialect) -> Sql {
    let mut sql = Sql::new(dialect);
    match dialect {
        Dialect::Sqlite => {
            sql.push("SELECT 1 FROM pragma_table_info(");
            sql.push_value(table.into());
            sql.push(") WHERE pk = 1 AND name = ");
            sql.push_value(column.into());
            sql.push(" COLLATE NOCASE UNION ALL SELECT 1 FROM pragma_index_list(");
            sql.push_value(table.into());
            sql.push(") AS list, pragma_index_info(list.name) AS part WHERE part.seqno = 0 AND part.name = ");
            sql.push_value(column.into());
            sql.push(" COLLATE NOCASE UNION ALL SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ");
            sql.push_value(table.into());
        }
        Dialect::Postgres => {
            sql.push("SELECT 1 FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = to_regclass(quote_ident(");
            sql.push_value(table.into());
            sql.push(")) AND a.attname = ");
            sql.push_value(column.into());
            sql.push(" UNION ALL SELECT 1 FROM pg_class WHERE relkind = 'v' AND oid = to_regclass(quote_ident(");
            sql.push_value(table.into());
            sql.push("))");
        }
    }
    sql
}
