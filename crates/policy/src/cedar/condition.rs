//! What a policy asks of a record and of those around it, before the code says in which tables they are.

use crate::Predicate;

/// A condition on a record.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Always(bool),
    /// The columns say so.
    Columns(Path, Predicate),
    /// The column holds the id of this entity, or of one that is not known yet.
    Refers(Path, String, Option<String>),
    /// The record has this key, or one that is not known yet.
    Key(Option<String>),
    /// The record is this one, or belongs to it at some level.
    In(Path, Entity),
    /// This person, or one that is not known yet, is in the set of people that an attribute stands for.
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

impl Condition {
    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Tells whether rows of other tables decide too.
    pub(super) fn looks_beyond(&self) -> bool {
        match self {
            Self::Always(_) | Self::Key(_) => false,
            Self::Columns(path, _) | Self::Refers(path, ..) => !path.is_empty(),
            Self::In(..) | Self::Member(..) => true,
            Self::Not(inner) => inner.looks_beyond(),
            Self::And(all) | Self::Or(all) => all.iter().any(Self::looks_beyond),
        }
    }
}
