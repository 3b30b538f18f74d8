//! What the schema says of the columns of records.

use std::collections::HashMap;

use cedar_policy::{EntityTypeName, RestrictedExpression, SchemaFragment};
use serde_json::Value as Json;

use super::{PolicyError, uid};
use crate::Value;

/// An attribute of an entity type: a column of its records.
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
}

impl Attribute {
    /// The value of the column, as the attribute's; `None` if it is of another type.
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
}

/// The attributes of each entity type but those that ask.
pub(super) fn attributes(schema: &str) -> Result<HashMap<String, Vec<Attribute>>, PolicyError> {
    let refused = |why: String| PolicyError::Schema(why);
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
        let shape = entity
            .pointer("/shape/attributes")
            .and_then(Json::as_object);
        let mut columns = Vec::new();
        for (name, of) in shape.into_iter().flatten() {
            let kind = column(of).ok_or_else(|| PolicyError::Attribute {
                kind: kind.clone(),
                attribute: name.clone(),
            })?;
            columns.push(Attribute {
                name: name.clone(),
                required: of.get("required").and_then(Json::as_bool).unwrap_or(true),
                kind,
            });
        }
        all.insert(kind.clone(), columns);
    }
    Ok(all)
}

fn column(attribute: &Json) -> Option<Type> {
    let kind = attribute.get("type")?.as_str()?;
    let name = match kind {
        "EntityOrCommon" | "Entity" => attribute.get("name")?.as_str()?,
        other => other,
    };
    Some(match name.strip_prefix("__cedar::").unwrap_or(name) {
        "Bool" | "Boolean" => Type::Bool,
        "Long" => Type::Long,
        "String" => Type::Text,
        "Set" | "Record" | "Extension" | "decimal" | "ipaddr" | "datetime" | "duration" => {
            return None;
        }
        entity => Type::Entity(entity.parse().ok()?),
    })
}
