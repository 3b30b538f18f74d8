//! Members of records: rows of another table.

use std::fmt;

use crate::{ColumnPair, Comparison, Predicate, Principal, Related, Value};

/// Rows of another table that name the people who share a record: one row for each record and person.
///
/// ```
/// use airside_policy::{Membership, Predicate, rule};
///
/// let editors = Membership::of("Project")
///     .in_table("project_members")
///     .record_column("project")
///     .person_column("person")
///     .when(Predicate::equal("role", "editor"));
/// let rule = rule::scope("projects:write").owner_or(editors);
/// assert_eq!(rule.to_string(), "scope `projects:write` and (owner = sub or \
///      member in `project_members` where `role` is `editor`)");
/// ```
///
/// It belongs to one kind of record, which the rule must be about: staff of a branch are not staff of a loan
/// that has the branch's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    kind: String,
    table: String,
    record: String,
    person: String,
    condition: Predicate,
}

/// A [`Membership`] whose table is not named yet.
#[derive(Clone, Debug)]
pub struct MembershipOf(String);

impl MembershipOf {
    /// Names the table; its columns are `record` and `person` unless they are named.
    #[must_use]
    pub fn in_table(self, name: impl Into<String>) -> Membership {
        Membership {
            kind: self.0,
            table: name.into(),
            record: "record".to_owned(),
            person: "person".to_owned(),
            condition: Predicate::Always(true),
        }
    }
}

impl Membership {
    /// Begins with the kind of record that people are members of: its name in policies and tables.
    #[must_use]
    pub fn of(kind: impl Into<String>) -> MembershipOf {
        MembershipOf(kind.into())
    }

    /// Returns the kind of record that people are members of.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Names the column that holds the record's key.
    #[must_use]
    pub fn record_column(mut self, name: impl Into<String>) -> Self {
        self.record = name.into();
        self
    }

    /// Names the column that holds the `sub` of a person.
    #[must_use]
    pub fn person_column(mut self, name: impl Into<String>) -> Self {
        self.person = name.into();
        self
    }

    /// Counts only the rows that meet a condition on columns of the table.
    #[must_use]
    pub fn when(mut self, condition: Predicate) -> Self {
        self.condition = self.condition.and(condition);
        self
    }

    /// Returns the records that the caller is a member of; none for a machine.
    pub(crate) fn filter(&self, principal: &Principal, key: &str) -> Predicate {
        match principal.owner_subject() {
            Ok(subject) => self.has(subject, key),
            Err(_) => Predicate::Always(false),
        }
    }

    /// Returns the records whose key, in the column `key`, is shared with this person.
    pub(crate) fn has(&self, person: &str, key: &str) -> Predicate {
        let person = Predicate::equal(&self.person, person);
        Predicate::Related(Box::new(Related {
            table: self.table.clone(),
            joined: vec![ColumnPair::new(&self.record, key)],
            condition: Predicate::And(vec![person, self.condition.clone()]),
        }))
    }
}

impl fmt::Display for Membership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "member in `{}`", self.table)?;
        match self.condition.simplified() {
            Predicate::Always(true) => Ok(()),
            condition => write!(formatter, " where {}", Words(&condition)),
        }
    }
}

/// A condition as people read it, with its values.
struct Words<'a>(&'a Predicate);

impl fmt::Display for Words<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Predicate::And(all) => {
                for (position, one) in all.iter().enumerate() {
                    let and = if position > 0 { " and " } else { "" };
                    write!(formatter, "{and}{}", Words(one))?;
                }
                Ok(())
            }
            Predicate::Compare(column, Comparison::Equal, Value::Text(text)) => {
                write!(formatter, "`{column}` is `{text}`")
            }
            Predicate::In(column, set) => {
                let texts: Vec<_> = set.iter().map(String::as_str).collect();
                write!(formatter, "`{column}` is one of `{}`", texts.join("`, `"))
            }
            Predicate::Is(column, expected) => write!(formatter, "`{column}` is {expected}"),
            Predicate::Has(column) => write!(formatter, "`{column}` is there"),
            other => write!(formatter, "{other}"),
        }
    }
}
