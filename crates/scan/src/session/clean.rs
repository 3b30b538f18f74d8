//! Deleting what the scan made.

use std::{collections::BTreeSet, sync::Arc};

use super::Session;
use crate::{
    document::{Kind, Operation, Slot},
    exchange::IdentityIndex,
    probe::ProbeError,
    word::is_verb,
    world::Object,
};

/// The outcome of trying to delete an object.
enum Deletion {
    Done,
    /// It is still there, for this reason.
    Failed(String),
}

impl Session {
    /// Deletes the objects that the scan made, the newest first, and notes what is left, and why.
    pub async fn clean(&self) {
        let all = self.world.lock().all().to_vec();
        let made = all.iter().rev().filter(|one| one.made_by.is_some());
        let mut left: BTreeSet<String> = BTreeSet::new();
        for object in made {
            let why = match self.delete(object).await {
                Ok(Deletion::Done) => continue,
                Ok(Deletion::Failed(why)) => why,
                Err(error) => error.to_string(),
            };
            left.insert(format!("{}: {why}", self.describe(object)));
        }
        left.into_iter().for_each(|one| self.leave_behind(one));
    }

    /// Deletes an object as its owner, else as another caller: an attack may have given it away.
    async fn delete(&self, object: &Arc<Object>) -> Result<Deletion, ProbeError> {
        let is_given_away = self.world.lock().is_given_away(object);
        let mut why = "no operation of the document deletes it".to_owned();
        for operation in self.deleters(object) {
            let name = operation.name();
            let ids = self.assign_own(operation, object.owner, Some(object));
            let spec = ids.and_then(|ids| self.request(operation, &ids));
            let Some(spec) = spec else {
                why = format!("not all identifiers that `{name}` takes are known");
                continue;
            };
            let mut refusals = Vec::new();
            let mut is_found = false;
            for caller in self.heirs(object) {
                let answer = self.send(Some(caller), spec.clone()).await?;
                let status = answer.answer.status;
                let is_unknown = matches!(status, 404 | 410);
                // what an attack deleted is gone already
                if answer.answer.is_accepted() || is_unknown && !is_given_away {
                    return Ok(Deletion::Done);
                }
                is_found |= !is_unknown;
                refusals.push(format!("{} with {status}", self.name(caller)));
            }
            why = match is_found {
                true => format!("`{name}` refuses {}", refusals.join(", ")),
                false => "no caller of the scan finds it any more".to_owned(),
            };
        }
        Ok(Deletion::Failed(why))
    }

    /// Returns the callers who may delete an object: first its owner, last the administrators, and in between
    /// all others if it may have been given to one of them.
    fn heirs(&self, object: &Arc<Object>) -> Vec<IdentityIndex> {
        let administrators = self.administrators();
        let identities = self.identities();
        let others = identities.iter().enumerate().filter(|(_, one)| {
            let is_usable = !one.is_throwaway && one.lost.read().is_none();
            is_usable && self.world.lock().is_given_away(object)
        });
        let mut heirs = vec![object.owner];
        for heir in others.map(|(index, _)| index).chain(administrators) {
            if !heirs.contains(&heir) {
                heirs.push(heir);
            }
        }
        heirs
    }

    /// Returns the operations that delete an object, those about its kind first.
    fn deleters(&self, object: &Object) -> Vec<&Operation> {
        let is_of = |slot: &Slot| {
            slot.entities.contains(&object.entity) && object.value_for(slot).is_some()
        };
        let deletes = self.api.of_kind(Kind::Delete);
        let own = deletes.filter(|one| one.main_slot().is_some_and(is_of));
        // `DELETE /orders/{id}/items` empties an order
        let is_whole = |one: &&Operation| {
            let is_in_path = one.path_slots().next().is_some();
            !is_in_path || one.ends_with_id() || is_verb(one.last_segment())
        };
        let mut own: Vec<_> = own.filter(is_whole).collect();
        own.sort_by_key(|one| one.entity.as_ref() != Some(&object.entity));
        own
    }

    /// Returns what an object is, who has it, and the operation that made it.
    fn describe(&self, object: &Object) -> String {
        let owner = self.name(object.owner);
        let maker = object.made_by.and_then(|index| self.operation(index));
        let maker = maker.map(Operation::name).unwrap_or_default();
        match identifier(object) {
            Some(id) => format!("{} `{id}` of {owner}, made by `{maker}`", object.entity),
            None => format!("what `{maker}` made for {owner}, whose identifier no answer shows"),
        }
    }
}

/// Returns the value by which an object is found.
fn identifier(object: &Object) -> Option<&str> {
    let own = format!("{}id", object.entity);
    let names = [
        "id", &own, "uuid", "number", "username", "slug", "title", "code",
    ];
    let known = names.iter().find_map(|name| object.fields.get(*name));
    known.map(String::as_str)
}
