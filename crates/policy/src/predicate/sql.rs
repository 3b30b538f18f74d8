//! A condition as SQL, for SQLite and PostgreSQL alike.

use std::{fmt, fmt::Write};

use super::{Comparison, Predicate, Related, Wildcard};
use crate::Value;

/// The dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// SQL with parameters numbered in the order of their values: `$1`, `$2` …, which both databases
/// read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The text. It holds no value: only names of columns and numbers of parameters.
    pub text: String,
    /// The values of the parameters.
    pub values: Vec<Value>,
    dialect: Dialect,
    /// The names of the tables around, the innermost last: columns belong to that one.
    tables: Vec<String>,
}

impl Predicate {
    /// Appends the condition to a query, in parentheses.
    pub fn write(&self, sql: &mut Sql) {
        match self {
            Self::Always(true) => sql.push("(1 = 1)"),
            Self::Always(false) => sql.push("(1 = 0)"),
            Self::Has(name) => {
                sql.push("(");
                sql.push_column(name);
                sql.push(" IS NOT NULL)");
            }
            Self::Is(name, expected) => {
                sql.push_atom(name, |sql| {
                    sql.push(" = ");
                    sql.push_value(Value::Bool(*expected));
                });
            }
            Self::Compare(_, _, Value::Null | Value::Texts(_) | Value::Json(_)) => {
                sql.push("(1 = 0)")
            }
            Self::Compare(name, comparison, value) => sql.push_atom(name, |sql| {
                sql.push(comparison.sql());
                sql.push_value(value.clone());
                if matches!(value, Value::Text(_) | Value::Timestamp(_)) {
                    sql.push_binary();
                }
            }),
            Self::Like(name, pattern) => sql.push_atom(name, |sql| sql.push_like(pattern)),
            Self::In(_, set) if set.is_empty() => sql.push("(1 = 0)"),
            Self::In(name, set) => sql.push_atom(name, |sql| {
                sql.push_binary();
                sql.push(" IN (");
                for (position, text) in set.iter().enumerate() {
                    sql.push(if position > 0 { ", " } else { "" });
                    sql.push_value(Value::Text(text.clone()));
                }
                sql.push(")");
            }),
            Self::Related(related) => related.write(sql),
            Self::Not(inner) => {
                sql.push("(NOT ");
                inner.write(sql);
                sql.push(")");
            }
            Self::And(all) => sql.push_joined(all, " AND ", true),
            Self::Or(any) => sql.push_joined(any, " OR ", false),
        }
    }
}

impl Related {
    fn write(&self, sql: &mut Sql) {
        let outer = sql.tables.last().cloned();
        let alias = format!("related_{}", sql.tables.len());
        if outer.is_none() && !self.joined.is_empty() {
            // a column without its table could be one of the other table
            return sql.push("(1 = 0)");
        }
        sql.push("(EXISTS (SELECT 1 FROM ");
        sql.push_name(&self.table);
        sql.push(" AS ");
        sql.push_name(&alias);
        sql.push(" WHERE ");
        for pair in &self.joined {
            sql.about(&alias, |sql| sql.push_column(&pair.theirs));
            sql.push(" = ");
            sql.push_column(&pair.ours);
            sql.push(" AND ");
        }
        sql.about(&alias, |sql| self.condition.write(sql));
        sql.push("))");
    }
}

impl Comparison {
    fn sql(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::Less => " < ",
            Self::LessOrEqual => " <= ",
        }
    }
}

impl Sql {
    /// Begins an empty text.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            text: String::new(),
            values: Vec::new(),
            dialect,
            tables: Vec::new(),
        }
    }

    /// Appends what `write` writes about the columns of a table, by the name that the query has for it.
    pub fn about(&mut self, table: &str, write: impl FnOnce(&mut Self)) {
        self.tables.push(table.to_owned());
        write(self);
        self.tables.pop();
    }

    /// Appends SQL that was written by a programmer.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends the quoted name of a column, and before it that of its table, within [`about`](Self::about).
    pub fn push_column(&mut self, name: &str) {
        if let Some(table) = self.tables.last().cloned() {
            self.push_name(&table);
            self.text.push('.');
        }
        self.push_name(name);
    }

    /// Appends a quoted name.
    pub fn push_name(&mut self, name: &str) {
        self.text.push('"');
        self.text.push_str(&name.replace('"', "\"\""));
        self.text.push('"');
    }

    /// Appends a parameter.
    pub fn push_value(&mut self, value: Value) {
        self.values.push(value);
        // writing to a String cannot fail
        let _ = write!(self.text, "${}", self.values.len());
    }

    /// Appends a comparison that is false for `NULL`, which would make it and its negation unknown.
    fn push_atom(&mut self, column: &str, rest: impl FnOnce(&mut Self)) {
        self.push("(");
        self.push_column(column);
        self.push(" IS NOT NULL AND ");
        self.push_column(column);
        rest(self);
        self.push(")");
    }

    fn push_joined(&mut self, parts: &[Predicate], separator: &str, of_none: bool) {
        if parts.is_empty() {
            return Predicate::Always(of_none).write(self);
        }
        self.push("(");
        for (position, part) in parts.iter().enumerate() {
            self.push(if position > 0 { separator } else { "" });
            part.write(self);
        }
        self.push(")");
    }

    /// Compares byte by byte in SQLite, also if the column has a collation: `NOCASE` would make two people
    /// equal.
    fn push_binary(&mut self) {
        if self.dialect == Dialect::Sqlite {
            self.push(" COLLATE BINARY");
        }
    }

    /// Appends a pattern. SQLite's `LIKE` ignores case, so `GLOB` is used there.
    fn push_like(&mut self, pattern: &[Wildcard]) {
        let (operator, any, special): (_, _, fn(char) -> Option<String>) = match self.dialect {
            Dialect::Sqlite => (" GLOB ", "*", |letter| {
                "*?[".contains(letter).then(|| format!("[{letter}]"))
            }),
            Dialect::Postgres => (" LIKE ", "%", |letter| {
                "%_\\".contains(letter).then(|| format!("\\{letter}"))
            }),
        };
        let mut text = String::new();
        for part in pattern {
            match part {
                Wildcard::Any => text.push_str(any),
                Wildcard::Text(literal) => {
                    for letter in literal.chars() {
                        match special(letter) {
                            Some(escaped) => text.push_str(&escaped),
                            None => text.push(letter),
                        }
                    }
                }
            }
        }
        self.push(operator);
        self.push_value(Value::Text(text));
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sql = Sql::new(Dialect::Postgres);
        self.write(&mut sql);
        formatter.write_str(&sql.text)
    }
}
