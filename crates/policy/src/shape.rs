//! What policies can know of a kind of record beside its columns: its key, and what belongs to it.

use crate::{Membership, Predicate, Related, Value};

/// A kind of record as the code declares it.
#[derive(Clone, Copy, Debug)]
pub struct RecordShape {
    /// Its name: a type of the schema.
    pub kind: &'static str,
    /// The table.
    pub table: &'static str,
    /// The column of the key.
    pub key: &'static str,
    /// The columns within which the key is unique, if it is not in the whole table.
    pub key_within: &'static [&'static str],
    /// The name by which a request names one, such as that of a path parameter.
    pub parameter: &'static str,
    /// Reads a key as policies and requests name it; `None` if there can be no such record.
    pub parse: fn(&str) -> Option<Value>,
    /// A condition under which a record is there for nobody.
    pub hidden: fn() -> Option<Predicate>,
    /// What belongs to a record, and what it belongs to. Read when it is asked for, since a chain of
    /// parents may lead back.
    pub relations: fn() -> Vec<Relation>,
}

/// What belongs to a record, or what it belongs to: an attribute of its type in the schema.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Relation {
    /// A column holds the key of another record; the attribute has the column's name.
    Parent {
        /// The column.
        column: &'static str,
        /// The kind of the other record.
        shape: RecordShape,
    },
    /// People are members of the record; the attribute is a `Set<User>`.
    Members {
        /// The attribute.
        attribute: &'static str,
        /// The table that holds them.
        membership: Membership,
    },
}

/// Why policies cannot decide about a kind of record as the code declares it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelationError {
    /// A policy looks at a parent that the code does not declare.
    #[error(
        "they look at the {parent} that `{kind}.{attribute}` names, and the code does not say where it is: `#[record(parent = {parent})]` at the field `{attribute}`"
    )]
    NoParent {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
        /// The type of the attribute.
        parent: String,
    },
    /// A policy asks what a record is in, and the code declares no such parent.
    #[error(
        "they ask what a {kind} is `in`, and the code does not say that it belongs to a {parent}: `#[record(parent = {parent})]`"
    )]
    NotIn {
        /// The kind of record.
        kind: String,
        /// What the schema says that it is in.
        parent: String,
    },
    /// A policy asks who is a member, and the code does not say which table holds them.
    #[error(
        "they ask for the people of `{kind}.{attribute}`, and the code does not say which table holds them: `#[record(members({attribute} = …))]`"
    )]
    NoMembers {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
    },
    /// The code and the schema say different things of an attribute.
    #[error("`{kind}.{attribute}` is {code} in the code, and the schema says something else")]
    OtherType {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
        /// What it is in the code.
        code: String,
    },
    /// The members are of another kind of record.
    #[error(
        "`{kind}.{attribute}` has the members of a {other}: a key of one would be taken for a key of the other"
    )]
    OtherMembers {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
        /// The kind of record that people are members of.
        other: String,
    },
    /// A policy names a record that there cannot be.
    #[error("they name `{kind}::{id:?}`, which is no key of a {kind}")]
    NoKey {
        /// The kind of record.
        kind: String,
        /// What the policy says.
        id: String,
    },
    /// Two relations of a record have one name.
    #[error("`{kind}.{attribute}` is declared twice in the code")]
    Twice {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
    },
}

impl RecordShape {
    /// The records whose `column` names one of these, if that meets a condition.
    #[must_use]
    pub fn related(&self, column: &str, condition: Predicate) -> Predicate {
        Predicate::Related(Box::new(Related {
            table: self.table.to_owned(),
            joined: vec![(self.key.to_owned(), column.to_owned())],
            condition,
        }))
    }

    /// The record whose key a request names; none if there can be no such one.
    #[must_use]
    pub fn named(&self, column: &str, key: &str) -> Predicate {
        match (self.parse)(key) {
            Some(key) => Predicate::equal(column, key),
            None => Predicate::Always(false),
        }
    }

    /// The parents, with the columns that hold their keys.
    pub fn parents(&self) -> impl Iterator<Item = (&'static str, Self)> {
        let relations = (self.relations)().into_iter();
        relations.filter_map(|relation| match relation {
            Relation::Parent { column, shape } => Some((column, shape)),
            Relation::Members { .. } => None,
        })
    }

    /// The members that an attribute stands for.
    #[must_use]
    pub fn members(&self, attribute: &str) -> Option<Membership> {
        let mut relations = (self.relations)().into_iter();
        relations.find_map(|relation| match relation {
            Relation::Members {
                attribute: name,
                membership,
            } if name == attribute => Some(membership),
            _ => None,
        })
    }
}

/// Two are the same if they are of one kind, in one table.
impl PartialEq for RecordShape {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.table, self.key) == (other.kind, other.table, other.key)
    }
}

impl Eq for RecordShape {}

impl Relation {
    /// The attribute of the schema.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Parent { column, .. } => column,
            Self::Members { attribute, .. } => attribute,
        }
    }
}
