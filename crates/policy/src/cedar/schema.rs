//! The columns, parents and members of records, as the schema declares them.

use std::collections::{BTreeSet, HashMap};

use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression, SchemaFragment};
use serde_json::Value as Json;

use super::error::PolicyError;
use crate::{Comparison, Predicate, Value};

/// The kinds of records, without the kinds of callers.
#[derive(Debug)]
pub(super) struct Kinds(HashMap<String, RecordKind>);

/// A kind of record.
#[derive(Debug)]
pub(super) struct RecordKind {
    pub(super) attributes: Vec<Attribute>,
    /// The kinds that a record can be `in`, one level up.
    pub(super) parents: Vec<String>,
}

/// An attribute of an entity type: a column of its records, or its members.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) kind: Type,
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Long,
    Text,
    /// The id of an entity of this type.
    Entity(EntityTypeName),
    /// People: rows of another table, not a column.
    People,
}

/// A text that columns of texts and of UUIDs can be compared with.
pub(super) const PLACEHOLDER_ID: &str = "00000000-0000-0000-0000-000000000000";

impl Kinds {
    pub(super) fn get(&self, kind: &str) -> Option<&RecordKind> {
        self.0.get(kind)
    }

    pub(super) fn attribute(&self, kind: &str, name: &str) -> Option<&Attribute> {
        let mut attributes = self.get(kind)?.attributes.iter();
        attributes.find(|attribute| attribute.name == name)
    }

    pub(super) fn type_of(&self, kind: &str, attribute: &str) -> Option<&Type> {
        self.attribute(kind, attribute).map(|one| &one.kind)
    }

    /// Lists the kinds that a record can be in, at any level; its own only if that leads back to it.
    pub(super) fn above(&self, kind: &str) -> BTreeSet<&str> {
        let parents = |kind: &str| self.get(kind).into_iter().flat_map(|one| &one.parents);
        let mut above = BTreeSet::new();
        let mut left: Vec<&String> = parents(kind).collect();
        while let Some(one) = left.pop() {
            if above.insert(one.as_str()) {
                left.extend(parents(one));
            }
        }
        above
    }

    /// Lists the kinds one level up that are `target`, or through which a record can be in one of it.
    pub(super) fn towards<'a>(&'a self, kind: &str, target: &str) -> impl Iterator<Item = &'a str> {
        let parents = self.get(kind).into_iter().flat_map(|one| &one.parents);
        parents
            .map(String::as_str)
            .filter(move |parent| *parent == target || self.above(parent).contains(target))
    }
}

impl Attribute {
    /// Converts the value of the column to the attribute's type; `None` if it is of another type.
    pub(super) fn expression(&self, value: Value) -> Option<RestrictedExpression> {
        Some(match (&self.kind, value) {
            (Type::Bool, Value::Bool(value)) => RestrictedExpression::new_bool(value),
            (Type::Long, Value::Integer(number)) => RestrictedExpression::new_long(number),
            (Type::Text, Value::Text(text)) => RestrictedExpression::new_string(text),
            (Type::Entity(kind), Value::Text(id)) => {
                RestrictedExpression::new_entity_uid(uid(kind, &id))
            }
            _ => return None,
        })
    }

    pub(super) fn is_column(&self) -> bool {
        self.kind != Type::People
    }

    /// Makes a condition on the column that a database refuses if it is of another type.
    pub(super) fn probe(&self) -> Predicate {
        match &self.kind {
            Type::Bool => Predicate::Is(self.name.clone(), true),
            Type::Long => Predicate::Compare(self.name.clone(), Comparison::Less, 0.into()),
            Type::Text | Type::Entity(_) => Predicate::equal(&self.name, PLACEHOLDER_ID),
            Type::People => Predicate::Always(true),
        }
    }
}

/// Reads the kinds of records of a schema.
pub(super) fn kinds(schema: &str) -> Result<Kinds, PolicyError> {
    let refused = |reason: String| PolicyError::Schema(reason);
    let (fragment, _) =
        SchemaFragment::from_cedarschema_str(schema).map_err(|error| refused(error.to_string()))?;
    let json = fragment.to_json_value();
    let json = json.map_err(|error| refused(error.to_string()))?;
    let namespaces = json.as_object().map(serde_json::Map::len);
    if namespaces != Some(1) {
        return Err(refused("namespaces are not supported".to_owned()));
    }
    let types = json
        .pointer("/~1entityTypes")
        .or_else(|| json.get("")?.get("entityTypes"));
    let mut all = HashMap::new();
    for (kind, entity) in types.and_then(Json::as_object).into_iter().flatten() {
        if matches!(kind.as_str(), "User" | "Client") {
            continue;
        }
        let parents = entity.get("memberOfTypes").and_then(Json::as_array);
        let parents = parents.into_iter().flatten().filter_map(Json::as_str);
        let one = RecordKind {
            attributes: attributes(kind, entity)?,
            parents: parents.map(str::to_owned).collect(),
        };
        all.insert(kind.clone(), one);
    }
    Ok(Kinds(all))
}

fn attributes(kind: &str, entity: &Json) -> Result<Vec<Attribute>, PolicyError> {
    let shape = entity
        .pointer("/shape/attributes")
        .and_then(Json::as_object);
    let attributes = shape.into_iter().flatten().map(|(name, of)| {
        let kind = type_of(of).ok_or_else(|| PolicyError::Attribute {
            kind: kind.to_owned(),
            attribute: name.clone(),
        })?;
        Ok(Attribute {
            name: name.clone(),
            required: of.get("required").and_then(Json::as_bool).unwrap_or(true),
            kind,
        })
    });
    attributes.collect()
}

fn type_of(attribute: &Json) -> Option<Type> {
    let kind = attribute.get("type")?.as_str()?;
    let name = match kind {
        "EntityOrCommon" | "Entity" => attribute.get("name")?.as_str()?,
        "Set" => {
            let of = type_of(attribute.get("element")?)?;
            let is_people = matches!(of, Type::Entity(kind) if kind.to_string() == "User");
            return is_people.then_some(Type::People);
        }
        other => other,
    };
    Some(match name.strip_prefix("__cedar::").unwrap_or(name) {
        "Bool" | "Boolean" => Type::Bool,
        "Long" => Type::Long,
        "String" => Type::Text,
        "Record" | "Extension" | "decimal" | "ipaddr" | "datetime" | "duration" => return None,
        entity => Type::Entity(entity.parse().ok()?),
    })
}

/// Makes the id of an entity.
pub(super) fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
