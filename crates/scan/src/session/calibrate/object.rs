//! Objects that callers see without identifiers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use crate::{
    exchange::{IdentityIndex, Recorded},
    session::Session,
    tree::{FoundObject, objects},
    value::inferred,
    word::is_id_name,
    world::Object,
};

impl Session {
    /// Adds the objects that only one caller sees, or that name their owner.
    pub(super) fn learn_objects(
        &self,
        answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>,
    ) {
        let identities = self.identities();
        for (operation, answers) in answers {
            let Some(operation) = self.operation(*operation) else {
                continue;
            };
            let entity = operation.entity.as_deref();
            let found: BTreeMap<Option<IdentityIndex>, Vec<FoundObject>> = answers
                .iter()
                .filter(|(_, one)| one.answer.is_accepted())
                .map(|(caller, one)| {
                    let json = one.answer.json.as_ref();
                    (
                        *caller,
                        json.map(|json| objects(json, entity)).unwrap_or_default(),
                    )
                })
                .collect();
            for answers in answers.values().filter(|one| one.answer.is_accepted()) {
                self.learn_shape(entity, answers.answer.json.as_ref());
            }
            for (caller, own) in &found {
                let Some(caller) = caller else { continue };
                let Some(identity) = identities.get(*caller) else {
                    continue;
                };
                for one in own
                    .iter()
                    .filter(|one| one.fields.keys().any(|name| is_id_name(name)))
                {
                    let is_seen_by_others = found.iter().any(|(other, all)| {
                        *other != Some(*caller) && all.iter().any(|two| two.fields == one.fields)
                    });
                    let names_owner = one.fields.iter().any(|(name, value)| {
                        let mut members = serde_json::Map::new();
                        members.insert(name.clone(), Value::String(value.clone()));
                        identity.is_carried_by(&members)
                    });
                    if is_seen_by_others && !names_owner {
                        continue;
                    }
                    self.add_found(*caller, one, entity);
                }
            }
        }
        for (index, identity) in identities.iter().enumerate() {
            self.add_account(index, identity);
        }
    }

    pub(super) fn add_found(
        &self,
        owner: IdentityIndex,
        found: &FoundObject,
        entity: Option<&str>,
    ) {
        let entity = found.entity.as_deref().or(entity).unwrap_or_default();
        let object = Object {
            entity: entity.to_owned(),
            owner,
            fields: found.fields.clone(),
            ..Object::default()
        };
        let mut world = self.world.lock();
        let is_known = world.all().iter().any(|one| {
            one.owner == owner && one.entity == object.entity && one.fields == object.fields
        });
        let count = world
            .all()
            .iter()
            .filter(|one| one.owner == owner && one.entity == object.entity)
            .count();
        if !is_known && count < MAX_FOUND {
            world.add(object);
        }
    }

    /// Adds a caller's own account as an object.
    pub(super) fn add_account(
        &self,
        owner: IdentityIndex,
        identity: &Arc<crate::identity::Identity>,
    ) {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in identity.facts.read().iter() {
            fields.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let id = identity.fact(&["id", "userid", "uid", "useruuid", "uuid"]);
        let id = id.or_else(|| identity.fact(&["sub"]));
        if let Some(id) = id {
            fields.entry("id".to_owned()).or_insert(id);
        }
        let username = identity.fact(&["username", "preferredusername", "login", "sub", "name"]);
        let username = username.unwrap_or_else(|| identity.name.clone());
        fields.entry("username".to_owned()).or_insert(username);
        // an earlier list may have told the identifier
        let mut world = self.world.lock();
        let known = world.all().iter().find(|one| {
            one.entity == "user"
                && one.owner == owner
                && (one.fields.get("username") == fields.get("username")
                    || one.fields.contains_key("email")
                        && one.fields.get("email") == fields.get("email"))
        });
        if let Some(known) = known {
            for (name, value) in known.fields.clone() {
                fields.entry(name).or_insert(value);
            }
        }
        world.add(Object {
            entity: "user".to_owned(),
            owner,
            fields,
            ..Object::default()
        });
    }

    /// Learns the members of a kind of object, for bodies that the document does not describe.
    pub(super) fn learn_shape(&self, entity: Option<&str>, json: Option<&Value>) {
        let (Some(entity), Some(json)) = (entity, json) else {
            return;
        };
        let found = objects(json, Some(entity));
        let Some(one) = found
            .iter()
            .find(|one| one.entity.as_deref() == Some(entity))
        else {
            return;
        };
        let raw = raw_object(json, &one.fields);
        let Some(Value::Object(mut members)) = raw else {
            return;
        };
        members.retain(|name, value| {
            !is_id_name(name) && !value.is_null() && !value.is_object() && !value.is_array()
        });
        self.shapes
            .lock()
            .entry(entity.to_owned())
            .or_insert_with(|| inferred(&Value::Object(members)));
    }
}

/// Returns the object in JSON that has these values.
fn raw_object(json: &Value, fields: &BTreeMap<String, String>) -> Option<Value> {
    match json {
        Value::Array(items) => items.iter().find_map(|one| raw_object(one, fields)),
        Value::Object(members) => {
            let own: BTreeMap<_, _> = members
                .iter()
                .filter_map(|(name, value)| {
                    Some((crate::word::folded(name), crate::tree::text_of(value)?))
                })
                .collect();
            let is_same = !fields.is_empty()
                && fields
                    .iter()
                    .all(|(name, value)| own.get(name).is_none_or(|one| one == value))
                && !own.is_empty()
                && own.keys().all(|name| fields.contains_key(name));
            match is_same {
                true => Some(json.clone()),
                false => members.values().find_map(|one| raw_object(one, fields)),
            }
        }
        _ => None,
    }
}

const MAX_FOUND: usize = 12;
