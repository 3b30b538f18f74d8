//! The identifiers of a new object.

use std::collections::BTreeMap;

use crate::{
    document::{Operation, Place},
    probe::ProbeError,
    request::{Assignment, key},
    session::{Session, address::add_parent},
    word::is_id_name,
    world::Object,
};

impl Session {
    /// Returns true if the object has a value for every slot that takes objects of its kind.
    pub(super) fn is_addressable(&self, object: &Object) -> bool {
        let slots = self.api.operations.iter().flat_map(|one| one.path_slots());
        let mut own = slots.filter(|slot| slot.entities.first() == Some(&object.entity));
        own.all(|slot| object.value_for(slot).is_some())
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
            let found = self.objects_in(&exchange, Some(&object.entity));
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
        if let Some(value) = ids.get(&key(slot)) {
            add_parent(slot, value, fields);
        }
    }
}
