//! The objects that a scan knows, and whose they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    document::{Operation, Place, Slot},
    exchange::IdentityIndex,
    tree::{FoundObject, objects},
    value::Canary,
    word::is_id_name,
};

/// An object of the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Its kind: `order`.
    pub entity: String,
    /// Its owner.
    pub owner: IdentityIndex,
    /// Its values by their names as words joined, those of objects around it among them.
    pub fields: BTreeMap<String, String>,
    /// The canaries in it.
    pub canaries: Vec<Canary>,
    /// The operation by which the scan made it; `None` if it was there before.
    pub made_by: Option<usize>,
    /// The body that it was made with.
    pub sent: Value,
    /// The numbers of the exchanges that made it, parents first.
    pub history: Vec<u64>,
}

impl Object {
    /// Returns its kind and that of what an operation answers with.
    #[must_use]
    pub fn kinds_beside<'a>(&'a self, operation: &'a Operation) -> Vec<&'a str> {
        let kinds = [Some(&self.entity), operation.entity.as_ref()];
        kinds.into_iter().flatten().map(String::as_str).collect()
    }

    /// Returns its value for a slot, if it can be in it.
    #[must_use]
    pub fn value_for(&self, slot: &Slot) -> Option<&String> {
        let names = slot.field_names();
        if slot.entities.contains(&self.entity) {
            return names.iter().find_map(|name| self.fields.get(name));
        }
        // an order knows its user as `user_id`, and never as `id`
        names
            .iter()
            .filter(|name| !is_bare_id(name))
            .find_map(|name| self.fields.get(name))
    }

    /// Returns true if a value in a slot is its own identifier, and not that of something around it.
    #[must_use]
    pub fn is_identified_by(&self, slot: &Slot, value: &str) -> bool {
        let is_own = |name: &String| is_bare_id(name) || name.starts_with(&self.entity);
        let names = slot.field_names();
        let mut own = names.iter().filter(|name| is_own(name));
        slot.entities.contains(&self.entity)
            && own.any(|name| self.fields.get(name).is_some_and(|field| field == value))
    }

    /// Returns true if it is inside of what a slot of a path takes, and knows the identifier of that.
    #[must_use]
    pub fn knows_parent(&self, slot: &Slot) -> bool {
        let is_own = slot.entities.contains(&self.entity);
        slot.place == Place::Path && !is_own && self.value_for(slot).is_some()
    }

    /// Returns the values by which it is identified.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<&str> {
        let own = [format!("{}id", self.entity), format!("{}uuid", self.entity)];
        let is_own = |name: &str| {
            matches!(name, "id" | "uuid" | "guid" | "pk" | "oid" | "slug")
                || own.iter().any(|one| one == name)
        };
        let ids = self.fields.iter().filter(|(name, _)| is_own(name));
        ids.map(|(_, value)| value.as_str()).collect()
    }

    /// Returns true if a text has one of its canaries.
    #[must_use]
    pub fn is_marked_in(&self, text: &str) -> bool {
        self.canaries
            .iter()
            .any(|canary| text.contains(&canary.text))
    }

    /// Returns true if found values are those of this object.
    #[must_use]
    pub fn is_same(&self, found: &FoundObject) -> bool {
        let is_other_kind = found
            .entity
            .as_ref()
            .is_some_and(|entity| *entity != self.entity);
        let ids = self.ids();
        let mut fields = found.fields.iter();
        let by_id = !is_other_kind
            && fields.any(|(name, value)| is_id_name(name) && ids.contains(value.as_str()));
        by_id || found.fields.values().any(|value| self.is_marked_in(value))
    }
}

/// Returns true for the name of a member that identifies the object that has it, and no other.
#[must_use]
pub fn is_bare_id(name: &str) -> bool {
    matches!(
        name,
        "id" | "uuid"
            | "guid"
            | "pk"
            | "oid"
            | "key"
            | "slug"
            | "username"
            | "name"
            | "email"
            | "code"
            | "number"
            | "title"
    )
}

/// The objects that are known, the newest last.
#[derive(Debug, Default)]
pub struct World {
    objects: Vec<Arc<Object>>,
    /// Objects that an attack has changed or deleted.
    retired: Vec<Arc<Object>>,
    /// Objects that an attack may have given to somebody else.
    given: Vec<Arc<Object>>,
}

impl World {
    /// Adds an object.
    pub fn add(&mut self, object: Object) -> Arc<Object> {
        let object = Arc::new(object);
        self.objects.push(Arc::clone(&object));
        object
    }

    /// Returns the objects of an owner that could be in a slot: those that the scan made first, the
    /// newest first.
    #[must_use]
    pub fn for_slot(&self, owner: IdentityIndex, slot: &Slot) -> Vec<Arc<Object>> {
        let mut found: Vec<_> = self
            .objects
            .iter()
            .rev()
            .filter(|object| object.owner == owner && object.value_for(slot).is_some())
            .filter(|object| !self.retired.iter().any(|one| Arc::ptr_eq(one, object)))
            .cloned()
            .collect();
        found.sort_by_key(|object| {
            let rank = slot.entities.iter().position(|one| *one == object.entity);
            (rank.unwrap_or(usize::MAX), object.made_by.is_none())
        });
        found
    }

    /// Takes an object out of use: it is no longer as its owner made it.
    pub fn retire(&mut self, object: &Arc<Object>) {
        self.retired.push(Arc::clone(object));
    }

    /// Notes that an object may be somebody else's now.
    pub fn give_away(&mut self, object: &Arc<Object>) {
        self.given.push(Arc::clone(object));
    }

    /// Returns true if an object may be somebody else's than its owner's.
    #[must_use]
    pub fn is_given_away(&self, object: &Arc<Object>) -> bool {
        self.given.iter().any(|one| Arc::ptr_eq(one, object))
    }

    /// Returns the objects that no attack has changed, the newest first.
    pub fn usable(&self) -> impl Iterator<Item = Arc<Object>> {
        let usable = self.objects.iter().rev();
        usable
            .filter(|object| !self.retired.iter().any(|one| Arc::ptr_eq(one, object)))
            .cloned()
    }

    /// Returns all objects.
    #[must_use]
    pub fn all(&self) -> &[Arc<Object>] {
        &self.objects
    }

    /// Returns every canary in objects of an owner.
    #[must_use]
    pub fn canaries_of(&self, owner: IdentityIndex) -> Vec<Canary> {
        let own = self.objects.iter().filter(|object| object.owner == owner);
        let canaries: BTreeSet<_> = own.flat_map(|object| object.canaries.clone()).collect();
        canaries.into_iter().collect()
    }
}

/// Returns the values of a new object: those of the objects that its answer has, else what was sent.
#[must_use]
pub fn fields_of_new(
    entity: &str,
    found: &[FoundObject],
    sent: &Value,
    canaries: &[Canary],
) -> BTreeMap<String, String> {
    let best = best(found, entity, canaries);
    let mut fields = best.map(|one| one.fields.clone()).unwrap_or_default();
    // the identifier may be outside of the object: `{"order_id": 5, "order": {…}}`
    let others = found.iter().flat_map(|one| &one.fields);
    let outside = others.filter(|(name, _)| name.starts_with(entity) && is_id_name(name));
    let sent = objects(sent, Some(entity));
    let sent = sent.first().into_iter().flat_map(|one| &one.fields);
    for (name, value) in outside.chain(sent) {
        fields.entry(name.clone()).or_insert_with(|| value.clone());
    }
    fields
}

/// Returns the object in an answer that is likeliest the new one.
fn best<'a>(
    found: &'a [FoundObject],
    entity: &str,
    canaries: &[Canary],
) -> Option<&'a FoundObject> {
    let has_canary = |one: &FoundObject| {
        let mut values = one.fields.values();
        values.any(|value| canaries.iter().any(|canary| value.contains(&canary.text)))
    };
    let is_own = |one: &FoundObject| one.entity.as_deref() == Some(entity);
    let has_id = |one: &FoundObject| one.fields.keys().any(|name| is_id_name(name));
    let first = |is: &dyn Fn(&FoundObject) -> bool| found.iter().find(|one| is(one));
    first(&|one| has_canary(one) && is_own(one) && has_id(one))
        .or_else(|| first(&|one| is_own(one) && has_id(one)))
        .or_else(|| first(&has_canary))
        .or_else(|| first(&has_id))
}

#[cfg(test)]
mod tests;
