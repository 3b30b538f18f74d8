//! Checks that code and schema agree about the relations of records.

use std::collections::BTreeSet;

use super::{Links, TableMapper};
use crate::{Membership, RecordShape, Relation, RelationError, cedar::schema::Type};

impl TableMapper<'_> {
    /// Checks that code and schema agree about a record and its used parents.
    pub(in crate::cedar) fn check(
        self,
        record: RecordShape,
        links: &Links,
    ) -> Result<(), RelationError> {
        let mut names = BTreeSet::new();
        for relation in (record.relations)() {
            let attribute = relation.attribute().to_owned();
            if !names.insert(relation.attribute()) {
                let kind = record.kind.to_owned();
                return Err(RelationError::Twice { kind, attribute });
            }
            match &relation {
                Relation::Parent { shape, .. } => self.require_parent(record, &attribute, *shape),
                Relation::Members { membership, .. } => {
                    self.require_members(record, &attribute, membership)
                }
            }?;
        }
        self.check_above(record, links)
    }

    fn check_above(self, record: RecordShape, links: &Links) -> Result<(), RelationError> {
        let mut links = links.0.iter();
        links.try_for_each(|(attribute, above)| self.check(self.parent(record, attribute)?, above))
    }

    /// Requires that the schema has a parent's attribute as one of its type, if it has it.
    pub(super) fn require_parent(
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

    pub(super) fn require_members(
        self,
        shape: RecordShape,
        attribute: &str,
        membership: &Membership,
    ) -> Result<(), RelationError> {
        let (kind, attribute) = (shape.kind.to_owned(), attribute.to_owned());
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
}
