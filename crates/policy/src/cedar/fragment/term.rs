//! The operands of comparisons.

use cedar_policy::pst::EntityUID;

use crate::{
    Predicate, Value,
    cedar::{
        condition::{Entity, Path, RecordCondition},
        error::TranslationError,
        schema::{Attribute, Type},
    },
};

pub(super) enum Term {
    /// The record, of its kind.
    Record(String),
    Column(RecordPath, Attribute),
    Constant(Value),
    Entity(Entity),
    /// A constant of a policy that is only checked.
    Unknown,
}

/// The record, or one of its parents.
#[derive(Default)]
pub(super) struct RecordPath {
    pub(super) path: Path,
    pub(super) kind: String,
}

pub(super) fn equal(left: Term, right: Term) -> Result<RecordCondition, TranslationError> {
    match (left, right) {
        (Term::Column(target, column), other) | (other, Term::Column(target, column)) => {
            match (other, &column.kind) {
                (_, Type::People) => Err(TranslationError::SetOfPeople),
                (Term::Constant(value), _) => {
                    let equal = Predicate::equal(&column.name, value);
                    Ok(RecordCondition::Columns(target.path, equal))
                }
                (Term::Entity(entity), Type::Entity(kind)) if kind.to_string() == entity.kind => {
                    Ok(RecordCondition::Refers(
                        target.path,
                        column.name,
                        Some(entity.id),
                    ))
                }
                (Term::Entity(_), _) => Ok(always(target, false)),
                (Term::Unknown, Type::Entity(_)) => {
                    Ok(RecordCondition::Refers(target.path, column.name, None))
                }
                (Term::Unknown, _) => Ok(RecordCondition::Columns(target.path, column.probe())),
                _ => Err(TranslationError::TwoColumns),
            }
        }
        (Term::Record(kind), Term::Entity(entity)) | (Term::Entity(entity), Term::Record(kind)) => {
            Ok(match kind == entity.kind {
                true => RecordCondition::Key(Some(entity.id)),
                false => RecordCondition::Always(false),
            })
        }
        (Term::Record(_), Term::Unknown) | (Term::Unknown, Term::Record(_)) => {
            Ok(RecordCondition::Key(None))
        }
        _ => Err(TranslationError::TwoColumns),
    }
}

/// Makes a condition that is the same for every record that a path leads to.
pub(super) fn always(target: RecordPath, holds: bool) -> RecordCondition {
    RecordCondition::Columns(target.path, Predicate::Always(holds))
}

pub(super) fn named(entity: &EntityUID) -> Entity {
    Entity {
        kind: entity.ty.0.to_string(),
        id: entity.eid.to_string(),
    }
}
