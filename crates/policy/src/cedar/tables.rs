//! The conditions of policies, mapped to the tables that the code declares.
//!
//! INVARIANT: a parent that a policy uses must exist, not be hidden, and have the columns that the schema
//! requires: [`TableMapper::complete`]. Otherwise a missing row would make a condition false, and its
//! negation, or a `forbid`, would allow.

mod agreement;
mod link;

use std::collections::BTreeMap;

use super::{
    condition::{Entity, RecordCondition},
    schema::{Kinds, PLACEHOLDER_ID, Type},
};
use crate::{Membership, ParentLink, Predicate, RecordShape, RelationError};

/// The parents that policies use, and theirs, by the attributes that lead to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Links(BTreeMap<String, Links>);

/// Maps conditions to tables.
#[derive(Clone, Copy)]
pub(super) struct TableMapper<'a> {
    pub(super) kinds: &'a Kinds,
}

impl TableMapper<'_> {
    /// Maps a condition to columns and rows of other tables. It has the meaning of the policy for
    /// [`complete`](Self::complete) records.
    pub(super) fn predicate(
        self,
        condition: &RecordCondition,
        record: RecordShape,
    ) -> Result<Predicate, RelationError> {
        let all = |parts: &[RecordCondition]| -> Result<Vec<_>, RelationError> {
            parts
                .iter()
                .map(|one| self.predicate(one, record))
                .collect()
        };
        match condition {
            RecordCondition::Always(holds) => Ok(Predicate::Always(*holds)),
            RecordCondition::Columns(path, predicate) => {
                self.at_path(record, path, &|_| Ok(predicate.clone()))
            }
            RecordCondition::Refers(path, column, id) => {
                self.at_path(record, path, &|shape| refers(shape, column, id.as_deref()))
            }
            RecordCondition::Key(Some(id)) => named(record, record.key, id),
            RecordCondition::Key(None) => Ok(Predicate::Has(record.key.to_owned())),
            RecordCondition::In(path, entity) => {
                self.at_path(record, path, &|shape| self.is_or_within(shape, entity))
            }
            RecordCondition::Member(path, attribute, person) => {
                self.at_path(record, path, &|shape| {
                    let person = person.as_deref().unwrap_or(PLACEHOLDER_ID);
                    Ok(self.members(shape, attribute)?.has(person, shape.key))
                })
            }
            RecordCondition::Not(inner) => {
                Ok(Predicate::Not(Box::new(self.predicate(inner, record)?)))
            }
            RecordCondition::And(parts) => Ok(Predicate::And(all(parts)?)),
            RecordCondition::Or(parts) => Ok(Predicate::Or(all(parts)?)),
        }
    }

    /// Returns the records that have the columns that the schema requires, and whose used parents have them
    /// too.
    pub(super) fn complete(
        self,
        record: RecordShape,
        links: &Links,
    ) -> Result<Predicate, RelationError> {
        let kind = self.kinds.get(record.kind).into_iter();
        let columns = kind.flat_map(|one| &one.attributes);
        let mut parts: Vec<_> = columns
            .filter(|attribute| attribute.required && attribute.is_column())
            .map(|attribute| Predicate::Has(attribute.name.clone()))
            .collect();
        for (attribute, above) in &links.0 {
            let is_there = self.is_there(record, attribute, above)?;
            let required = self.kinds.attribute(record.kind, attribute);
            parts.push(match required.is_some_and(|one| one.required) {
                true => is_there,
                false => Predicate::Or(vec![lacks(attribute), is_there]),
            });
        }
        Ok(Predicate::And(parts))
    }

    /// Returns the records whose parent exists, is not hidden and is complete.
    fn is_there(
        self,
        record: RecordShape,
        attribute: &str,
        above: &Links,
    ) -> Result<Predicate, RelationError> {
        let parent = self.parent(record, attribute)?;
        let mut complete = self.complete(parent, above)?;
        if let Some(hidden) = (parent.hidden)() {
            complete = complete.and(Predicate::Not(Box::new(hidden)));
        }
        Ok(parent.related(attribute, complete))
    }

    /// Applies `condition` to the record at the end of a path.
    fn at_path(
        self,
        shape: RecordShape,
        path: &[String],
        condition: &dyn Fn(RecordShape) -> Result<Predicate, RelationError>,
    ) -> Result<Predicate, RelationError> {
        let Some((attribute, rest)) = path.split_first() else {
            return condition(shape);
        };
        let parent = self.parent(shape, attribute)?;
        Ok(parent.related(attribute, self.at_path(parent, rest, condition)?))
    }

    fn is_or_within(self, shape: RecordShape, entity: &Entity) -> Result<Predicate, RelationError> {
        let within = self.within(shape, entity)?;
        Ok(match shape.kind == entity.kind {
            true => Predicate::Or(vec![named(shape, shape.key, &entity.id)?, within]),
            false => within,
        })
    }

    fn within(self, shape: RecordShape, entity: &Entity) -> Result<Predicate, RelationError> {
        let mut ways = Vec::new();
        for link in self.ways(shape, &entity.kind)? {
            let ParentLink {
                column,
                shape: parent,
            } = link;
            if parent.kind == entity.kind {
                ways.push(named(parent, column, &entity.id)?);
            }
            if self.kinds.above(parent.kind).contains(entity.kind.as_str()) {
                ways.push(parent.related(column, self.within(parent, entity)?));
            }
        }
        Ok(Predicate::Or(ways))
    }

    /// Lists the parents through which a record can be in one of another kind. All that the schema names must
    /// be declared: a missing one would make `in` false for every record.
    fn ways(self, shape: RecordShape, target: &str) -> Result<Vec<ParentLink>, RelationError> {
        let mut ways = Vec::new();
        for kind in self.kinds.towards(shape.kind, target) {
            let before = ways.len();
            ways.extend(shape.parents().filter(|link| link.shape.kind == kind));
            if ways.len() == before {
                return Err(RelationError::NotIn {
                    kind: shape.kind.to_owned(),
                    parent: kind.to_owned(),
                });
            }
        }
        Ok(ways)
    }

    fn parent(self, shape: RecordShape, attribute: &str) -> Result<RecordShape, RelationError> {
        let mut parents = shape.parents();
        let found = parents.find(|link| link.column == attribute);
        let link = found.ok_or_else(|| RelationError::NoParent {
            kind: shape.kind.to_owned(),
            attribute: attribute.to_owned(),
            parent: match self.kinds.type_of(shape.kind, attribute) {
                Some(Type::Entity(kind)) => kind.to_string(),
                _ => "record".to_owned(),
            },
        })?;
        self.require_parent(shape, attribute, link.shape)?;
        Ok(link.shape)
    }

    fn members(self, shape: RecordShape, attribute: &str) -> Result<Membership, RelationError> {
        let membership = shape
            .members(attribute)
            .ok_or_else(|| RelationError::NoMembers {
                kind: shape.kind.to_owned(),
                attribute: attribute.to_owned(),
            })?;
        self.require_members(shape, attribute, &membership)?;
        Ok(membership)
    }
}

/// Compares a column that holds an entity: the key of a parent, or an id that is a text.
fn refers(shape: RecordShape, column: &str, id: Option<&str>) -> Result<Predicate, RelationError> {
    let mut parents = shape.parents();
    let parent = parents.find(|link| link.column == column);
    match (parent, id) {
        (Some(parent), Some(id)) => named(parent.shape, column, id),
        (Some(parent), None) => Ok(parent.shape.related(column, Predicate::Always(true))),
        (None, id) => Ok(Predicate::equal(column, id.unwrap_or(PLACEHOLDER_ID))),
    }
}

/// Returns the record that a policy names. A key that cannot exist is refused: a `forbid` of it would forbid
/// nothing.
fn named(shape: RecordShape, column: &str, id: &str) -> Result<Predicate, RelationError> {
    match (shape.parse)(id) {
        Some(key) => Ok(Predicate::equal(column, key)),
        None => Err(RelationError::NoKey {
            kind: shape.kind.to_owned(),
            id: id.to_owned(),
        }),
    }
}

/// Returns the records without a value in a column.
fn lacks(attribute: &str) -> Predicate {
    Predicate::Not(Box::new(Predicate::Has(attribute.to_owned())))
}
