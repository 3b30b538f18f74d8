//! A kind of record for policies: its key, its parents and its members.

use crate::{ColumnPair, Membership, Predicate, Related, Value};

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
    /// Parses a key as policies and requests name it; `None` if there cannot be such a record.
    pub parse: fn(&str) -> Option<Value>,
    /// Returns a condition under which a record is hidden from every caller.
    pub hidden: fn() -> Option<Predicate>,
    /// Returns the parents and members. A function, since a chain of parents may lead back.
    pub relations: fn() -> Vec<Relation>,
}

/// A relation of a record to its parent or its members: an attribute of its type in the schema.
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

/// A parent of a record, and the record's column that holds its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentLink {
    /// The column.
    pub column: &'static str,
    /// The kind of the parent.
    pub shape: RecordShape,
}

/// The reason why policies cannot decide about a kind of record as the code declares it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelationError {
    /// A policy uses a parent that the code does not declare.
    #[error(
        "they use the {parent} that `{kind}.{attribute}` names, and the code does not declare it: `#[record(parent = {parent})]` at the field `{attribute}`"
    )]
    NoParent {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
        /// The type of the attribute.
        parent: String,
    },
    /// A policy uses `in`, and the code declares no such parent.
    #[error(
        "they use what a {kind} is `in`, and the code does not declare that it belongs to a {parent}: `#[record(parent = {parent})]`"
    )]
    NotIn {
        /// The kind of record.
        kind: String,
        /// The kind of record that the schema puts it in.
        parent: String,
    },
    /// A policy uses members, and the code does not declare their table.
    #[error(
        "they use the people of `{kind}.{attribute}`, and the code does not declare their table: `#[record(members({attribute} = …))]`"
    )]
    NoMembers {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
    },
    /// An attribute is different in the code and the schema.
    #[error("`{kind}.{attribute}` is {code} in the code, and something else in the schema")]
    OtherType {
        /// The kind of record.
        kind: String,
        /// Its attribute.
        attribute: String,
        /// Its type in the code.
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
    /// A policy names a record that cannot exist.
    #[error("they name `{kind}::{id:?}`, which is not a key of a {kind}")]
    NoKey {
        /// The kind of record.
        kind: String,
        /// The key in the policy.
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
    /// Returns the records whose `column` names one of these records that meets a condition.
    #[must_use]
    pub fn related(&self, column: &str, condition: Predicate) -> Predicate {
        Predicate::Related(Box::new(Related {
            table: self.table.to_owned(),
            joined: vec![ColumnPair::new(self.key, column)],
            condition,
        }))
    }

    /// Returns the record whose key a request names; none if the text cannot be a key.
    #[must_use]
    pub fn named(&self, column: &str, key: &str) -> Predicate {
        match (self.parse)(key) {
            Some(key) => Predicate::equal(column, key),
            None => Predicate::Always(false),
        }
    }

    /// Lists the parents, with the columns that hold their keys.
    pub fn parents(&self) -> impl Iterator<Item = ParentLink> {
        let relations = (self.relations)().into_iter();
        relations.filter_map(|relation| match relation {
            Relation::Parent { column, shape } => Some(ParentLink { column, shape }),
            Relation::Members { .. } => None,
        })
    }

    /// Returns the members of an attribute.
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
    /// Returns the attribute of the schema.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Parent { column, .. } => column,
            Self::Members { attribute, .. } => attribute,
        }
    }
}
