//! The conditions of a policy on a record and its relations, before they are mapped to tables.

use crate::Predicate;

/// A condition on a record.
#[derive(Clone, Debug)]
pub(super) enum RecordCondition {
    Always(bool),
    /// A condition on columns.
    Columns(Path, Predicate),
    /// The column holds the id of this entity; `None` if it is not known yet.
    Refers(Path, String, Option<String>),
    /// The record has this key; `None` if it is not known yet.
    Key(Option<String>),
    /// The record is this one, or belongs to it at some level.
    In(Path, Entity),
    /// This person is in the set of people of an attribute; `None` if it is not known yet.
    Member(Path, String, Option<String>),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// The attributes that lead from the record to one of its parents; none to the record itself.
pub(super) type Path = Vec<String>;

/// An entity that a policy names.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) kind: String,
    pub(super) id: String,
}

impl RecordCondition {
    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Tells whether it depends on rows of other tables.
    pub(super) fn has_relations(&self) -> bool {
        match self {
            Self::Always(_) | Self::Key(_) => false,
            Self::Columns(path, _) | Self::Refers(path, ..) => !path.is_empty(),
            Self::In(..) | Self::Member(..) => true,
            Self::Not(inner) => inner.has_relations(),
            Self::And(all) | Self::Or(all) => all.iter().any(Self::has_relations),
        }
    }
}
