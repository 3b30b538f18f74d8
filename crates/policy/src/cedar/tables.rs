//! What policies ask, put to the tables that the code declares.
//!
//! INVARIANT: a parent that a policy looks at must be there, not hidden, and have what the schema
//! requires: [`Tables::sound`]. Otherwise the absence of a row would be read as an answer, and the negation
//! of it, or a `forbid`, would allow.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    condition::{Condition, Entity},
    schema::{Kinds, NOBODY, Type},
};
use crate::{Membership, Predicate, RecordShape, Relation, RelationError};

/// The parents that policies look at, and theirs, by the attributes that lead to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Links(BTreeMap<String, Links>);

/// Puts conditions to tables.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) kinds: &'a Kinds,
}

type Put = Result<Predicate, RelationError>;

impl Tables<'_> {
    /// Writes a condition as one on columns and rows of other tables. It is true to the policy for
    /// [`sound`](Self::sound) records.
    pub(super) fn put(self, condition: &Condition, record: RecordShape) -> Put {
        let all = |parts: &[Condition]| -> Result<Vec<_>, RelationError> {
            parts.iter().map(|one| self.put(one, record)).collect()
        };
        match condition {
            Condition::Always(holds) => Ok(Predicate::Always(*holds)),
            Condition::Columns(path, predicate) => {
                self.at(record, path, &|_| Ok(predicate.clone()))
            }
            Condition::Refers(path, column, id) => {
                self.at(record, path, &|shape| refers(shape, column, id.as_deref()))
            }
            Condition::Key(Some(id)) => named(record, record.key, id),
            Condition::Key(None) => Ok(Predicate::Has(record.key.to_owned())),
            Condition::In(path, entity) => {
                self.at(record, path, &|shape| self.is_or_within(shape, entity))
            }
            Condition::Member(path, attribute, person) => self.at(record, path, &|shape| {
                let person = person.as_deref().unwrap_or(NOBODY);
                Ok(self.members(shape, attribute)?.has(person, shape.key))
            }),
            Condition::Not(inner) => Ok(Predicate::Not(Box::new(self.put(inner, record)?))),
            Condition::And(parts) => Ok(Predicate::And(all(parts)?)),
            Condition::Or(parts) => Ok(Predicate::Or(all(parts)?)),
        }
    }

    /// The parents that conditions look at.
    pub(super) fn links<'c>(
        self,
        conditions: impl IntoIterator<Item = &'c Condition>,
        record: RecordShape,
    ) -> Result<Links, RelationError> {
        let mut links = Links::default();
        for condition in conditions {
            self.add_links(&mut links, condition, record)?;
        }
        Ok(links)
    }

    /// The records that have what the schema requires, and whose parents that are looked at have it too.
    pub(super) fn sound(self, record: RecordShape, links: &Links) -> Put {
        let kind = self.kinds.get(record.kind).into_iter();
        let columns = kind.flat_map(|one| &one.attributes);
        let mut parts: Vec<_> = columns
            .filter(|attribute| attribute.required && attribute.is_column())
            .map(|attribute| Predicate::Has(attribute.name.clone()))
            .collect();
        for (attribute, above) in &links.0 {
            let parent = self.parent(record, attribute)?;
            let mut sound = self.sound(parent, above)?;
            if let Some(hidden) = (parent.hidden)() {
                sound = sound.and(Predicate::Not(Box::new(hidden)));
            }
            let is_there = parent.related(attribute, sound);
            let required = self.kinds.attribute(record.kind, attribute);
            parts.push(match required.is_some_and(|one| one.required) {
                true => is_there,
                false => {
                    let has = Predicate::Has(attribute.clone());
                    Predicate::Or(vec![Predicate::Not(Box::new(has)), is_there])
                }
            });
        }
        Ok(Predicate::And(parts))
    }

    /// Checks that code and schema say the same of a record and of the parents that are looked at.
    pub(super) fn check(self, record: RecordShape, links: &Links) -> Result<(), RelationError> {
        let kind = || record.kind.to_owned();
        let mut seen = BTreeSet::new();
        for relation in (record.relations)() {
            let attribute = relation.attribute().to_owned();
            if !seen.insert(relation.attribute()) {
                let kind = kind();
                return Err(RelationError::Twice { kind, attribute });
            }
            match &relation {
                Relation::Parent { shape, .. } => {
                    self.require_parent(record, &attribute, *shape)?;
                }
                Relation::Members { membership, .. } => {
                    self.require_members(record, &attribute, membership)?;
                }
            }
        }
        let mut links = links.0.iter();
        links.try_for_each(|(attribute, above)| self.check(self.parent(record, attribute)?, above))
    }

    /// What `condition` says of the record at the end of a path.
    fn at(
        self,
        shape: RecordShape,
        path: &[String],
        condition: &dyn Fn(RecordShape) -> Put,
    ) -> Put {
        let Some((attribute, rest)) = path.split_first() else {
            return condition(shape);
        };
        let parent = self.parent(shape, attribute)?;
        Ok(parent.related(attribute, self.at(parent, rest, condition)?))
    }

    fn is_or_within(self, shape: RecordShape, entity: &Entity) -> Put {
        let within = self.within(shape, entity)?;
        Ok(match shape.kind == entity.kind {
            true => Predicate::Or(vec![named(shape, shape.key, &entity.id)?, within]),
            false => within,
        })
    }

    fn within(self, shape: RecordShape, entity: &Entity) -> Put {
        let mut ways = Vec::new();
        for (column, parent) in self.ways(shape, &entity.kind)? {
            if parent.kind == entity.kind {
                ways.push(named(parent, column, &entity.id)?);
            }
            if self.kinds.above(parent.kind).contains(entity.kind.as_str()) {
                ways.push(parent.related(column, self.within(parent, entity)?));
            }
        }
        Ok(Predicate::Or(ways))
    }

    /// The parents through which a record can be in one of another kind. All that the schema names must be
    /// declared: one that is not would be one that no record is in.
    fn ways(
        self,
        shape: RecordShape,
        target: &str,
    ) -> Result<Vec<(&'static str, RecordShape)>, RelationError> {
        let mut ways = Vec::new();
        for kind in self.kinds.towards(shape.kind, target) {
            let before = ways.len();
            ways.extend(shape.parents().filter(|(_, parent)| parent.kind == kind));
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
        let found = parents.find(|(column, _)| *column == attribute);
        let (_, parent) = found.ok_or_else(|| RelationError::NoParent {
            kind: shape.kind.to_owned(),
            attribute: attribute.to_owned(),
            parent: match self.kinds.type_of(shape.kind, attribute) {
                Some(Type::Entity(kind)) => kind.to_string(),
                _ => "record".to_owned(),
            },
        })?;
        self.require_parent(shape, attribute, parent)?;
        Ok(parent)
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

    /// Requires that the schema has a parent's attribute as one of its type, if it has it.
    fn require_parent(
        self,
        shape: RecordShape,
        attribute: &str,
        parent: RecordShape,
    ) -> Result<(), RelationError> {
        match self.kinds.type_of(shape.kind, attribute) {
            Some(Type::Entity(kind)) if kind.to_string() == parent.kind => Ok(()),
            None => Ok(()),
            Some(_) => Err(RelationError::OtherType {
                kind: shape.kind.to_owned(),
                attribute: attribute.to_owned(),
                code: format!("the key of a {}", parent.kind),
            }),
        }
    }

    fn require_members(
        self,
        shape: RecordShape,
        attribute: &str,
        membership: &Membership,
    ) -> Result<(), RelationError> {
        let kind = shape.kind.to_owned();
        let attribute = attribute.to_owned();
        if membership.kind() != shape.kind {
            let other = membership.kind().to_owned();
            return Err(RelationError::OtherMembers {
                kind,
                attribute,
                other,
            });
        }
        match self.kinds.attribute(shape.kind, &attribute) {
            Some(declared) if declared.is_column() => Err(RelationError::OtherType {
                kind,
                attribute,
                code: "a set of people".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn add_links(
        self,
        links: &mut Links,
        condition: &Condition,
        record: RecordShape,
    ) -> Result<(), RelationError> {
        match condition {
            Condition::Always(_) | Condition::Key(_) => Ok(()),
            Condition::Columns(path, _)
            | Condition::Refers(path, ..)
            | Condition::Member(path, ..) => self.follow(links, path, record).map(drop),
            Condition::In(path, entity) => {
                let (links, shape) = self.follow(links, path, record)?;
                self.add_ways(links, shape, &entity.kind)
            }
            Condition::Not(inner) => self.add_links(links, inner, record),
            Condition::And(all) | Condition::Or(all) => {
                let mut all = all.iter();
                all.try_for_each(|one| self.add_links(links, one, record))
            }
        }
    }

    fn follow<'l>(
        self,
        mut links: &'l mut Links,
        path: &[String],
        mut shape: RecordShape,
    ) -> Result<(&'l mut Links, RecordShape), RelationError> {
        for attribute in path {
            links = links.0.entry(attribute.clone()).or_default();
            shape = self.parent(shape, attribute)?;
        }
        Ok((links, shape))
    }

    fn add_ways(
        self,
        links: &mut Links,
        shape: RecordShape,
        target: &str,
    ) -> Result<(), RelationError> {
        for (column, parent) in self.ways(shape, target)? {
            let above = links.0.entry(column.to_owned()).or_default();
            if self.kinds.above(parent.kind).contains(target) {
                self.add_ways(above, parent, target)?;
            }
        }
        Ok(())
    }
}

/// A column that holds an entity: the key of a parent, or an id that is a text.
fn refers(shape: RecordShape, column: &str, id: Option<&str>) -> Put {
    let mut parents = shape.parents();
    let parent = parents.find(|(name, _)| *name == column);
    match (parent, id) {
        (Some((_, parent)), Some(id)) => named(parent, column, id),
        (Some((_, parent)), None) => Ok(parent.related(column, Predicate::Always(true))),
        (None, id) => Ok(Predicate::equal(column, id.unwrap_or(NOBODY))),
    }
}

/// The record that a policy names. One that cannot be would never be meant, and a `forbid` of it forbid
/// nothing.
fn named(shape: RecordShape, column: &str, id: &str) -> Put {
    match (shape.parse)(id) {
        Some(key) => Ok(Predicate::equal(column, key)),
        None => Err(RelationError::NoKey {
            kind: shape.kind.to_owned(),
            id: id.to_owned(),
        }),
    }
}
