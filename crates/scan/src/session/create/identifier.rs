//! The identifiers of a new object.

use std::collections::BTreeMap;

use crate::{
    document::{Operation, Place},
    exchange::Answer,
    probe::ProbeError,
    request::{Assignment, key},
    session::Session,
    tree::objects,
    word::{folded, is_id_name},
    world::Object,
};

impl Session {
    /// Returns true if the object has a value for every slot that takes objects of its kind.
    pub(super) fn is_addressable(&self, object: &Object) -> bool {
        let slots = self.api.operations.iter().flat_map(|one| one.path_slots());
        let mut own = slots.filter(|slot| slot.entities.first() == Some(&object.entity));
        own.all(|slot| object.value_for(slot).is_some())
    }

    /// Takes an identifier from the address of a new object.
    pub(super) fn add_location(
        &self,
        operation: &Operation,
        answer: &Answer,
        fields: &mut BTreeMap<String, String>,
    ) {
        let Some(location) = answer.location.as_deref() else {
            return;
        };
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let last = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let entity = operation.entity.as_deref().unwrap_or_default();
        let is_collection = crate::word::kind_of_segment(last).as_deref() == Some(entity);
        let has_id = fields.keys().any(|name| name == "id");
        if !last.is_empty() && !is_collection && !has_id && path.contains('/') {
            fields.insert("id".to_owned(), last.to_owned());
        }
    }

    /// Takes the values of an object from a list of its owner that has its canary.
    pub(super) async fn find_in_lists(
        &self,
        operation: &Operation,
        object: &mut Object,
    ) -> Result<(), ProbeError> {
        for list in self.lists_of(&object.entity, operation) {
            let Some(spec) = self.own_request(list, object.owner, object) else {
                continue;
            };
            let exchange = self.send(Some(object.owner), spec).await?;
            let Some(json) = &exchange.answer.json else {
                continue;
            };
            let found = objects(json, Some(&object.entity));
            let own = found.into_iter().find(|one| {
                one.fields.keys().any(|name| is_id_name(name))
                    && one.fields.values().any(|text| object.is_marked_in(text))
            });
            if let Some(own) = own {
                object.history.push(exchange.number);
                for (name, value) in own.fields {
                    object.fields.entry(name).or_insert(value);
                }
                return Ok(());
            }
        }
        Ok(())
    }

    /// Returns the operations that list objects of a kind, those of the same collection first.
    #[must_use]
    pub fn lists_of(&self, entity: &str, maker: &Operation) -> Vec<&Operation> {
        let mut lists: Vec<_> = self
            .api
            .reads()
            .filter(|one| one.entity.as_deref() == Some(entity))
            .filter(|one| {
                !one.slots.iter().any(|slot| {
                    slot.place == Place::Path
                        && slot.entities.first().map(String::as_str) == Some(entity)
                })
            })
            .collect();
        lists.sort_by_key(|one| (one.collection != maker.collection, one.path.len()));
        lists.truncate(3);
        lists
    }
}

/// Gives an object the identifiers of those around it, under the names that its slots have.
pub(super) fn add_parents(
    operation: &Operation,
    ids: &Assignment,
    fields: &mut BTreeMap<String, String>,
) {
    for slot in &operation.slots {
        let (Some(value), Some(entity)) = (ids.get(&key(slot)), slot.entities.first()) else {
            continue;
        };
        let field = match slot.field.as_str() {
            "" => "id",
            field => field,
        };
        fields
            .entry(format!("{entity}{field}"))
            .or_insert_with(|| value.clone());
        let own = folded(slot.name.rsplit('/').next().unwrap_or_default());
        if own != "id" {
            fields.entry(own).or_insert_with(|| value.clone());
        }
    }
}
