//! The view in which an owner sees an object.

use super::Session;
use crate::{
    document::{Operation, Slot},
    exchange::{Exchange, Recorded, RequestSpec},
    probe::ProbeError,
    request::Assignment,
    tree::FoundObject,
    word::folded,
    world::Object,
};

impl Session {
    /// Returns a request by which the owner of an object sees it: by its identifier, else in a list.
    /// `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ProbeError`].
    pub async fn view(&self, object: &Object) -> Result<Option<RequestSpec>, ProbeError> {
        let is_made = self
            .identity(object.owner)
            .is_some_and(|one| one.is_throwaway);
        let name = (object.entity.clone(), object.made_by, is_made);
        let known = self.views.lock().get(&name).copied();
        if let Some(known) = known {
            let Some(operation) = known.and_then(|index| self.operation(index)) else {
                return Ok(None);
            };
            return match self.own_request(operation, object.owner, object) {
                Some(spec) => Ok(Some(self.on_page(operation, spec, object).await?)),
                None => Ok(None),
            };
        }
        let best = self.best_view(object).await?;
        let index = best.as_ref().map(|spec| spec.operation);
        self.views.lock().insert(name, index);
        Ok(best)
    }

    /// Returns the request that shows most of an object.
    async fn best_view(&self, object: &Object) -> Result<Option<RequestSpec>, ProbeError> {
        let mut best: Option<(usize, RequestSpec)> = None;
        for operation in self.view_candidates(object) {
            let Some(spec) = self.own_request(operation, object.owner, object) else {
                continue;
            };
            let exchange = self.send(Some(object.owner), spec.clone()).await?;
            let shown = self.shown(&exchange, object);
            if let (true, Some(json)) = (shown > 0, &exchange.answer.json) {
                self.learn_shape(operation.entity.as_deref(), json);
            }
            if shown > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((shown, spec));
            }
        }
        Ok(best.map(|(_, spec)| spec))
    }

    /// Returns how much of an object an answer shows: its canaries, and 1 for its identifier.
    pub(super) fn shown(&self, exchange: &Exchange, object: &Object) -> usize {
        if !exchange.answer.is_accepted() {
            return 0;
        }
        let text = &exchange.answer.text;
        let canaries = object.canaries.iter();
        let canaries = canaries.filter(|one| text.contains(&one.text)).count();
        let found = self.objects_in(exchange, Some(&object.entity));
        canaries * 2 + usize::from(found.iter().any(|one| object.is_same(one)))
    }

    /// Returns the reads that could show an object, those by its identifier first.
    fn view_candidates(&self, object: &Object) -> Vec<&Operation> {
        let is_about = |one: &Operation| one.entity.as_ref() == Some(&object.entity);
        let is_of = |slot: &Slot| {
            slot.entities.contains(&object.entity) && object.value_for(slot).is_some()
        };
        let by_id = self.api.reads();
        let by_id = by_id.filter(|one| one.main_slot().is_some_and(is_of));
        let mut by_id: Vec<_> = by_id.collect();
        by_id.sort_by_key(|one| (!is_about(one), !one.ends_with_id(), one.path.len()));
        by_id.truncate(3);
        // an account is seen where its holder sees itself
        let is_me = |one: &Operation| object.entity == "user" && is_of_caller(one);
        let others = self.api.reads();
        let mut others: Vec<_> = others
            .filter(|one| is_about(one) && is_list_of(one, &object.entity) || is_me(one))
            .filter(|one| !by_id.iter().any(|other| other.index == one.index))
            .collect();
        others.sort_by_key(|one| (!is_me(one), one.path.len()));
        others.truncate(3);
        by_id.extend(others);
        by_id
    }

    /// Returns the read at the address of an operation, or at that of the collection in which it makes.
    #[must_use]
    pub fn twin(&self, operation: &Operation) -> Option<&Operation> {
        let mut reads = self.api.reads().filter(|one| one.index != operation.index);
        reads.find(|one| one.path.trim_end_matches('/') == operation.path.trim_end_matches('/'))
    }

    /// Returns true if a list among the reads of a caller has an object.
    #[must_use]
    pub fn is_listed(&self, object: &Object, reads: &[Recorded]) -> bool {
        let mut reads = reads.iter().filter(|one| one.answer.is_accepted());
        reads.any(|exchange| {
            let operation = self.operation(exchange.request.operation);
            // a list of administrators that is open is a hole of its own
            let is_about = operation.is_some_and(|one| {
                one.administrative.is_none() && one.entity.as_ref() == Some(&object.entity)
            });
            if !is_about {
                return false;
            }
            let items = self.objects_in(exchange, Some(&object.entity));
            let mut items = items.iter().filter(|one| one.is_item);
            items.any(|one| object.is_same(one) || names(one, object, self))
        })
    }

    /// Returns true if a list of another name among the reads of a caller has an object: a feed that lists posts.
    #[must_use]
    pub fn is_in_other_list(&self, object: &Object, reads: &[Recorded]) -> bool {
        let mut reads = reads.iter().filter(|one| one.answer.is_accepted());
        reads.any(|exchange| {
            let operation = self.operation(exchange.request.operation);
            let operation = operation.filter(|one| one.administrative.is_none());
            if operation.is_none() {
                return false;
            }
            let items = self.objects_in(exchange, None);
            let mut items = items.iter().filter(|one| one.is_item);
            items.any(|one| is_row_of(one, object))
        })
    }
}

/// Returns true if a row of a list of any kind is an object, and does not merely name it: it has a canary in the
/// member that it was written to, or an identifier that no object of another kind has.
fn is_row_of(row: &FoundObject, object: &Object) -> bool {
    // people are named in the rows of others
    if object.entity == "user" {
        return false;
    }
    let has = |name: &str, text: &str| row.fields.get(name).is_some_and(|own| own.contains(text));
    let mut canaries = object.canaries.iter();
    let ids = object.ids();
    let is_unique =
        |id: &str| id.len() >= MIN_UNIQUE && !id.bytes().all(|one| one.is_ascii_digit());
    canaries.any(|one| has(&folded(&one.name), &one.text))
        || ["id", "uuid", "guid"].iter().any(|name| {
            let own = row.fields.get(*name);
            own.is_some_and(|own| is_unique(own) && ids.contains(own.as_str()))
        })
}

/// Returns true if an operation shows callers themselves, by the end of its path.
fn is_of_caller(operation: &Operation) -> bool {
    let last = operation.last_segment().to_ascii_lowercase();
    operation.slots.is_empty()
        && matches!(
            last.as_str(),
            "me" | "profile" | "self" | "account" | "whoami" | "user" | "dashboard"
        )
}

/// Returns true unless the path of an operation takes the identifier of an object of this kind.
fn is_list_of(operation: &Operation, entity: &str) -> bool {
    let mut own = operation.path_slots();
    !own.any(|slot| slot.entities.first().is_some_and(|one| one == entity))
}

/// Returns true if an item has the value by which slots address an object.
fn names(found: &FoundObject, object: &Object, session: &Session) -> bool {
    let slots = session
        .api
        .operations
        .iter()
        .flat_map(|one| one.path_slots());
    let mut own = slots.filter(|slot| slot.entities.first() == Some(&object.entity));
    own.any(|slot| {
        let value = object.value_for(slot);
        let fields = slot.field_names();
        value.is_some_and(|value| {
            fields
                .iter()
                .any(|name| found.fields.get(name) == Some(value))
        })
    }) && found
        .entity
        .as_deref()
        .is_none_or(|entity| entity == object.entity)
}

/// Returns the values of a request's identifiers.
#[must_use]
pub fn id_values(ids: &Assignment) -> Vec<String> {
    ids.values().cloned().collect()
}

/// The length of an identifier that is unlikely to be another's by chance.
const MIN_UNIQUE: usize = 8;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::{tree::objects, value::Canary};

    fn is_listed(row: &Value) -> bool {
        let post = Object {
            entity: "post".to_owned(),
            fields: BTreeMap::from([("id".to_owned(), "p-81f20c4e".to_owned())]),
            canaries: vec![Canary {
                name: "title".to_owned(),
                text: "zqtitle12345".to_owned(),
            }],
            ..Object::default()
        };
        let found = objects(&json!([row]), None);
        found.iter().any(|one| is_row_of(one, &post))
    }

    #[test]
    fn a_feed_lists_what_it_shows_and_not_what_it_names() {
        assert!(is_listed(&json!({"id": 1, "title": "zqtitle12345"})));
        assert!(is_listed(&json!({"id": "p-81f20c4e"})));
        // the control: a comment that names the post
        assert!(!is_listed(&json!({"id": 1, "post": "zqtitle12345"})));
        assert!(!is_listed(&json!({"id": 1, "post_id": "p-81f20c4e"})));
    }
}
