//! Shapes of bodies that the document does not describe: learned from answers, and from what refusals ask for.

use std::collections::BTreeMap;

use airside_api::document::Schema;
use serde_json::{Map, Value};

use super::Session;
use crate::{
    document::{Api, Kind, Operation, Slot},
    exchange::{IdentityIndex, Recorded},
    request::{Assignment, key, takes_body},
    tree::{leaves, objects, text_of},
    value::{Guess, Tactic, inferred},
    word::{folded, is_id_name, is_privileged},
};

impl Session {
    /// Returns true if a request may have a body, and the document describes none.
    pub(super) fn lacks_body(operation: &Operation) -> bool {
        operation.detail.body.is_none() && takes_body(operation)
    }

    /// Learns the members of a kind of object from an answer, for bodies that the document does not describe.
    pub(super) fn learn_shape(&self, entity: Option<&str>, json: &Value) {
        self.learn_names(json);
        let found = objects(json, entity);
        let mut found = found.iter().filter(|_| entity.is_some());
        let own = found.find(|one| one.entity.as_deref() == entity);
        let raw = own.and_then(|one| raw_object(json, &one.fields));
        let (Some(entity), Some(Value::Object(mut members))) = (entity, raw) else {
            return;
        };
        members.retain(|name, value| {
            let is_own = is_id_name(name) || is_privileged(name);
            !is_own && !value.is_null() && !value.is_object() && !value.is_array()
        });
        let mut shapes = self.shapes.lock();
        let shape = shapes.entry(entity.to_owned()).or_insert_with(|| Schema {
            types: vec!["object".to_owned()],
            ..Schema::default()
        });
        merge(shape, inferred(&Value::Object(members)).properties);
    }

    /// Learns the types of members by their names.
    fn learn_names(&self, json: &Value) {
        let leaves = leaves(json);
        let leaves = leaves.values().filter(|leaf| !leaf.value.is_null());
        let members = leaves.map(|leaf| (leaf.name.to_owned(), inferred(leaf.value)));
        merge(&mut self.seen.lock(), members.take(MAX_NAMES).collect());
    }

    /// Adds identifiers of a caller's own objects for the members that refusals asked for.
    pub(super) fn add_taught_ids(
        &self,
        operation: &Operation,
        tactic: &Tactic,
        caller: IdentityIndex,
        ids: &mut Assignment,
    ) {
        let entity = operation.entity.as_deref();
        let names = tactic.added.keys();
        for slot in names.filter_map(|name| Slot::of_member(name, entity)) {
            let objects = self.world.lock().for_slot(caller, &slot);
            let id = objects
                .first()
                .and_then(|one| one.value_for(&slot).cloned());
            if let Some(id) = id {
                ids.entry(key(&slot)).or_insert(id);
            }
        }
    }

    /// Keeps a body that was accepted, where the document describes none.
    pub(super) fn keep_body(&self, operation: &Operation, exchange: &Recorded) {
        if let (true, Some(body)) = (Self::lacks_body(operation), exchange.request.body.value()) {
            self.accepted.lock().insert(operation.index, body.clone());
        }
    }

    /// Changes objects of a caller, or accounts to be thrown away, by the operations whose bodies the document
    /// does not describe, and so learns what they take.
    pub async fn learn_updates(&self, caller: IdentityIndex) {
        let updates = self.api.of_kind(Kind::Update);
        for operation in updates.filter(|one| Self::lacks_body(one)) {
            let caller = match operation.administrative {
                Some(_) => self.administrators().first().copied(),
                None => Some(caller),
            };
            let Some(caller) = caller else { continue };
            let Ok((owner, object)) = self.own_target(operation, caller).await else {
                continue;
            };
            let Some(ids) = self.assign_own(operation, owner, Some(&object)) else {
                continue;
            };
            let sender = match operation.administrative {
                Some(_) => caller,
                None => owner,
            };
            // what is refused is not learned
            drop(self.try_body(operation, &ids, Some(sender), None).await);
            self.world.lock().retire(&object);
        }
    }

    /// Takes the bodies that were learned for those that the document describes.
    pub fn adopt_bodies(&mut self) {
        let accepted = std::mem::take(&mut *self.accepted.lock());
        for (index, body) in accepted {
            let tactic = self.known_tactic(index);
            let Api {
                operations, things, ..
            } = &mut self.api;
            if let Some(operation) = operations.get_mut(index) {
                *operation = operation.with_body(schema_of(&body, &tactic), things);
            }
        }
    }
}

/// Adds members that a schema lacks.
fn merge(schema: &mut Schema, members: Vec<(String, Schema)>) {
    for (name, member) in members {
        if schema.property(&name).is_none() && schema.properties.len() < MAX_NAMES {
            schema.properties.push((name, member));
        }
    }
}

/// Returns the schema of a body that was accepted: what was not free when it was made keeps its value.
fn schema_of(body: &Value, tactic: &Tactic) -> Schema {
    let mut schema = inferred(body);
    for (name, member) in &mut schema.properties {
        let guess = tactic.added.get(name);
        let is_asked = guess.is_some();
        let is_fixed = guess.is_some_and(|guess| *guess != Guess::Typed);
        let example = member.example.take();
        if is_fixed || tactic.plain.contains(name) {
            member.values.extend(example);
        } else if !is_free(example.as_ref()) {
            member.example = example;
        }
        if is_asked {
            schema.required.insert(name.clone());
        }
    }
    schema
}

/// Returns true for a text with a canary.
fn is_free(value: Option<&Value>) -> bool {
    let text = value.and_then(Value::as_str);
    text.is_some_and(|text| text.contains("zq"))
}

/// Returns the object in JSON that has these values.
fn raw_object(json: &Value, fields: &BTreeMap<String, String>) -> Option<Value> {
    match json {
        Value::Array(items) => items.iter().find_map(|one| raw_object(one, fields)),
        Value::Object(members) => match is_object_of(members, fields) {
            true => Some(json.clone()),
            false => members.values().find_map(|one| raw_object(one, fields)),
        },
        _ => None,
    }
}

/// Returns true if members have no other values than these.
fn is_object_of(members: &Map<String, Value>, fields: &BTreeMap<String, String>) -> bool {
    let own = members.iter();
    let own: Vec<_> = own
        .filter_map(|(name, value)| Some((folded(name), text_of(value)?)))
        .collect();
    !own.is_empty()
        && own
            .iter()
            .all(|(name, value)| fields.get(name) == Some(value))
}

const MAX_NAMES: usize = 400;
