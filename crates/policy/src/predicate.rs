//! A condition on the columns of one record: evaluated here, or by a database in a query.
//!
//! Every condition is two-valued: what is not known makes an atom false, never unknown, so that `not`
//! of it means the same here and in SQL.

use std::{collections::BTreeSet, fmt, fmt::Write};

/// A value of a record's column, or a constant that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Value {
    /// No value: SQL's `NULL`.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A set of texts; a constant only.
    Texts(BTreeSet<String>),
}

/// A condition on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Predicate {
    /// Holds for every record, or for none.
    Always(bool),
    /// The column has a value.
    Has(String),
    /// The column is this bool: a `NULL` is neither.
    Is(String, bool),
    /// The column's value stands so to this one.
    Compare(String, Comparison, Value),
    /// The column's text matches.
    Like(String, Vec<Wildcard>),
    /// The column's text is one of these.
    In(String, BTreeSet<String>),
    /// Not so.
    Not(Box<Predicate>),
    /// All of them.
    And(Vec<Predicate>),
    /// One of them at least.
    Or(Vec<Predicate>),
}

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// A smaller number.
    Less,
    /// A smaller number, or the same.
    LessOrEqual,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// This very text.
    Text(String),
    /// Anything, or nothing.
    Any,
}

/// Which SQL to write.
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
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Predicate {
    /// The column has this text.
    #[must_use]
    pub fn equal(column: &str, value: impl Into<Value>) -> Self {
        Self::Compare(column.to_owned(), Comparison::Equal, value.into())
    }

    /// Holds if all of them do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            one => Self::And(vec![one, other]),
        }
    }

    /// Tells whether it holds for a record, whose columns `column` reads.
    pub fn holds(&self, column: &dyn Fn(&str) -> Value) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::Has(name) => column(name) != Value::Null,
            Self::Is(name, expected) => column(name) == Value::Bool(*expected),
            Self::Compare(name, comparison, value) => comparison.holds(&column(name), value),
            Self::Like(name, pattern) => {
                matches!(column(name), Value::Text(text) if matches(&text, pattern))
            }
            Self::In(name, set) => matches!(column(name), Value::Text(text) if set.contains(&text)),
            Self::Not(inner) => !inner.holds(column),
            Self::And(all) => all.iter().all(|one| one.holds(column)),
            Self::Or(any) => any.iter().any(|one| one.holds(column)),
        }
    }

    /// Returns the condition on a record as it will be once these columns have these values: what it says
    /// of them is decided, and what it says of other columns stays.
    #[must_use]
    pub fn assigned(&self, values: &[(&str, Value)]) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.assigned(values)).collect();
        let name = match self {
            Self::Always(_) => return self.clone(),
            Self::Not(inner) => return Self::Not(Box::new(inner.assigned(values))),
            Self::And(parts) => return Self::And(all(parts)),
            Self::Or(parts) => return Self::Or(all(parts)),
            Self::Has(name)
            | Self::Is(name, _)
            | Self::Compare(name, _, _)
            | Self::Like(name, _)
            | Self::In(name, _) => name,
        };
        match values.iter().find(|(column, _)| column == name) {
            Some((_, value)) => Self::Always(self.holds(&|_| value.clone())),
            None => self.clone(),
        }
    }

    /// Appends it to a query, in parentheses.
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
            Self::Compare(_, _, Value::Null | Value::Texts(_)) => sql.push("(1 = 0)"),
            Self::Compare(name, comparison, value) => sql.push_atom(name, |sql| {
                sql.push(comparison.sql());
                sql.push_value(value.clone());
            }),
            Self::Like(name, pattern) => sql.push_atom(name, |sql| sql.push_like(pattern)),
            Self::In(_, set) if set.is_empty() => sql.push("(1 = 0)"),
            Self::In(name, set) => sql.push_atom(name, |sql| {
                sql.push(" IN (");
                for (position, text) in set.iter().enumerate() {
                    sql.push(if position > 0 { ", " } else { "" });
                    sql.push_value(Value::Text(text.clone()));
                }
                sql.push(")");
            }),
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

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> bool {
        match (self, left, right) {
            (_, Value::Null, _) | (_, _, Value::Null) => false,
            (Self::Equal, left, right) => left == right,
            (Self::Less, Value::Integer(left), Value::Integer(right)) => left < right,
            (Self::LessOrEqual, Value::Integer(left), Value::Integer(right)) => left <= right,
            (Self::Less | Self::LessOrEqual, _, _) => false,
        }
    }

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
        }
    }

    /// Appends SQL that was written by a programmer.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends the quoted name of a table or column.
    pub fn push_column(&mut self, name: &str) {
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

    /// A `NULL` would make the comparison unknown, and `NOT` of it too: this makes it false.
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

    /// SQLite's `LIKE` has no case; `GLOB` has.
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

/// Tells whether a text matches a pattern, without going back further than to the last wildcard.
fn matches(text: &str, pattern: &[Wildcard]) -> bool {
    let mut rest = text;
    let mut floating = false;
    for (position, part) in pattern.iter().enumerate() {
        let Wildcard::Text(literal) = part else {
            floating = true;
            continue;
        };
        if position + 1 == pattern.len() && floating {
            return rest.ends_with(literal.as_str());
        }
        let found = if floating {
            rest.split_once(literal.as_str()).map(|(_, after)| after)
        } else {
            rest.strip_prefix(literal.as_str())
        };
        let Some(after) = found else { return false };
        rest = after;
        floating = false;
    }
    floating || rest.is_empty()
}

impl fmt::Display for Predicate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sql = Sql::new(Dialect::Postgres);
        self.write(&mut sql);
        formatter.write_str(&sql.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str) -> Value {
        match name {
            "owner" => "alice".into(),
            "balance" => 40.into(),
            "closed" => false.into(),
            _ => Value::Null,
        }
    }

    fn sql(predicate: &Predicate, dialect: Dialect) -> (String, Vec<Value>) {
        let mut sql = Sql::new(dialect);
        predicate.write(&mut sql);
        (sql.text, sql.values)
    }

    #[test]
    fn what_is_not_known_is_false_and_its_negation_true() {
        for atom in [
            Predicate::equal("tenant", "acme"),
            Predicate::equal("owner", Value::Null),
            Predicate::Compare("tenant".into(), Comparison::Less, 5.into()),
            Predicate::Compare("owner".into(), Comparison::Less, 5.into()),
            Predicate::Is("tenant".into(), false),
            Predicate::Like("tenant".into(), vec![Wildcard::Any]),
            Predicate::In("tenant".into(), BTreeSet::from(["acme".to_owned()])),
            Predicate::In("owner".into(), BTreeSet::new()),
            Predicate::Has("tenant".into()),
            Predicate::Or(Vec::new()),
        ] {
            assert!(!atom.holds(&record), "{atom}");
            assert!(Predicate::Not(Box::new(atom)).holds(&record));
        }
        assert!(Predicate::And(Vec::new()).holds(&record));
    }

    #[test]
    fn a_value_is_a_parameter_and_a_name_is_quoted() {
        let predicate = Predicate::equal("own\"er", "'; DROP TABLE accounts; --")
            .and(Predicate::Not(Box::new(Predicate::Has("balance".into()))));
        let (text, values) = sql(&predicate, Dialect::Sqlite);
        assert_eq!(
            text,
            "((\"own\"\"er\" IS NOT NULL AND \"own\"\"er\" = $1) AND (NOT (\"balance\" IS NOT NULL)))"
        );
        assert_eq!(values, ["'; DROP TABLE accounts; --".into()]);
    }

    #[test]
    fn a_pattern_keeps_its_literal_letters() {
        let pattern = vec![Wildcard::Text("50%_*?[\\".into()), Wildcard::Any];
        let like = Predicate::Like("owner".into(), pattern);
        let (_, values) = sql(&like, Dialect::Sqlite);
        assert_eq!(values, ["50%_[*][?][[]\\*".into()]);
        let (_, values) = sql(&like, Dialect::Postgres);
        assert_eq!(values, ["50\\%\\_*?[\\\\%".into()]);
    }

    /// D04: whoever goes back to every wildcard would still be at it.
    #[test]
    fn a_pattern_with_many_wildcards_takes_no_time() {
        let ending = |last: Wildcard| {
            let part = [Wildcard::Any, Wildcard::Text("a".to_owned())];
            let parts = std::iter::repeat_n(part, 500).flatten();
            parts.chain([Wildcard::Any, last]).collect::<Vec<_>>()
        };
        let (a, b) = (Wildcard::Text("a".into()), Wildcard::Text("b".into()));
        let text = "a".repeat(10_000);
        assert!(matches(&text, &ending(a)));
        assert!(!matches(&text, &ending(b)));
    }

    #[test]
    fn patterns_match_as_written() {
        let any = Wildcard::Any;
        let text = |text: &str| Wildcard::Text(text.to_owned());
        for (pattern, matching, other) in [
            (vec![text("ab")], "ab", "abc"),
            (vec![text("a"), any.clone()], "abc", "ba"),
            (vec![any.clone(), text("c")], "abc", "cab"),
            (vec![any.clone(), text("b"), any.clone()], "abc", "ac"),
            (vec![text("a"), any.clone(), text("a")], "aba", "a"),
            (
                vec![any.clone(), text("ab"), any.clone(), text("ab")],
                "abxab",
                "xab",
            ),
            (vec![any.clone(), text("aab")], "aaab", "aabx"),
        ] {
            assert!(matches(matching, &pattern), "{matching} {pattern:?}");
            assert!(!matches(other, &pattern), "{other} {pattern:?}");
        }
        assert!(matches("", &[any]));
        assert!(!matches("a", &[]));
    }

    #[test]
    fn what_is_said_of_assigned_columns_is_decided_and_the_rest_stays() {
        let rule = Predicate::equal("owner", "alice")
            .and(Predicate::Not(Box::new(Predicate::Is(
                "closed".into(),
                true,
            ))))
            .and(Predicate::Or(vec![
                Predicate::Has("label".into()),
                Predicate::equal("tenant", "acme"),
            ]));
        let holds = |rule: &Predicate, owner: &str, closed: bool| {
            rule.holds(&|name| match name {
                "owner" => owner.into(),
                "closed" => closed.into(),
                "tenant" => "acme".into(),
                _ => Value::Null,
            })
        };
        let closing = rule.assigned(&[("closed", true.into())]);
        assert!(!holds(&closing, "alice", false));
        let opening = rule.assigned(&[("closed", false.into())]);
        assert!(
            holds(&opening, "alice", true),
            "the value that is there does not count"
        );
        assert!(!holds(&opening, "bob", true), "what is not assigned does");
        let given_away = rule.assigned(&[("owner", "bob".into()), ("tenant", "other".into())]);
        assert!(!holds(&given_away, "alice", false));
        assert_eq!(rule.assigned(&[]), rule);
    }
}
