//! Objects that callers see without identifiers.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Answers;
use crate::{
    document::Operation,
    exchange::{IdentityIndex, Recorded},
    identity::Identity,
    session::Session,
    tree::FoundObject,
    word::is_id_name,
    world::Object,
};

impl Session {
    /// Adds the objects that only one caller sees, or that name their owner.
    pub(super) fn learn_objects(&self, answers: &Answers) {
        for (operation, answers) in answers {
            let Some(operation) = self.operation(*operation) else {
                continue;
            };
            let accepted = answers.iter().filter(|(_, one)| one.answer.is_accepted());
            let answers: Vec<_> = accepted.map(|(caller, one)| (*caller, one)).collect();
            self.learn_objects_of(operation, &answers);
        }
    }

    /// Adds the accounts of the callers as objects.
    pub(super) fn add_accounts(&self) {
        for (index, identity) in self.identities().iter().enumerate() {
            self.add_account(index, identity);
        }
    }

    fn learn_objects_of(
        &self,
        operation: &Operation,
        answers: &[(Option<IdentityIndex>, &Recorded)],
    ) {
        let entity = operation.entity.as_deref();
        let found = answers.iter().filter_map(|(caller, exchange)| {
            self.learn_shape(entity, exchange.answer.json.as_ref()?);
            Some((*caller, self.objects_in(exchange, entity)))
        });
        let found: BTreeMap<_, Vec<FoundObject>> = found.collect();
        for (caller, own) in &found {
            let Some((caller, identity)) =
                caller.and_then(|caller| Some((caller, self.identity(caller)?)))
            else {
                continue;
            };
            let others = || found.iter().filter(|(other, _)| **other != Some(caller));
            let has_id = |one: &&FoundObject| one.fields.keys().any(|name| is_id_name(name));
            for one in own.iter().filter(has_id) {
                let mut others = others().flat_map(|(_, all)| all);
                let is_alone = others.all(|other| other.fields != one.fields);
                if is_alone || names_owner(one, &identity) {
                    self.add_found(caller, one, entity);
                }
            }
        }
    }

    fn add_found(&self, owner: IdentityIndex, found: &FoundObject, entity: Option<&str>) {
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
    fn add_account(&self, owner: IdentityIndex, identity: &Identity) {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |name: &str, value: String| {
            fields.entry(name.to_owned()).or_insert(value);
        };
        for (name, value) in identity.facts.read().iter() {
            add(name, value.clone());
        }
        let id = identity.fact(&["id", "userid", "uid", "useruuid", "uuid", "sub"]);
        id.into_iter().for_each(|id| add("id", id));
        let username = identity.fact(&["username", "preferredusername", "login", "sub", "name"]);
        add(
            "username",
            username.unwrap_or_else(|| identity.name.clone()),
        );
        // an earlier list may have told the identifier
        let mut world = self.world.lock();
        let mut known = world.all().iter();
        let known = known.find(|one| one.owner == owner && is_account_of(one, &fields));
        for (name, value) in known.iter().flat_map(|one| &one.fields) {
            fields.entry(name.clone()).or_insert_with(|| value.clone());
        }
        world.add(Object {
            entity: "user".to_owned(),
            owner,
            fields,
            ..Object::default()
        });
    }
}

/// Returns true if an object names a caller as its owner.
fn names_owner(one: &FoundObject, identity: &Identity) -> bool {
    one.fields.iter().any(|(name, value)| {
        let member = (name.clone(), Value::String(value.clone()));
        identity.is_carried_by(&Map::from_iter([member]))
    })
}

/// Returns true if an object is the account with these values.
fn is_account_of(object: &Object, fields: &BTreeMap<String, String>) -> bool {
    let has_same = |name: &str| object.fields.get(name) == fields.get(name);
    let has_email = object.fields.contains_key("email");
    object.entity == "user" && (has_same("username") || has_email && has_same("email"))
}

const MAX_FOUND: usize = 12;
