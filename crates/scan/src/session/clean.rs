//! Deleting what the scan made.

use std::collections::BTreeSet;

use super::Session;
use crate::{
    document::{Kind, Operation},
    probe::ProbeError,
    value::Tactic,
    world::Object,
};

impl Session {
    /// Deletes the objects that the scan made, the newest first, and notes what is left.
    pub async fn clean(&self) {
        let made: Vec<_> = {
            let world = self.world.lock();
            world
                .all()
                .iter()
                .rev()
                .filter(|one| one.made_by.is_some())
                .cloned()
                .collect()
        };
        let mut unmade: BTreeSet<String> = BTreeSet::new();
        for object in made {
            match self.delete(&object).await {
                Ok(true) => {}
                Ok(false) => {
                    unmade.insert(describe(&object, "no operation deleted it"));
                }
                Err(error) => {
                    unmade.insert(describe(&object, &error.to_string()));
                }
            }
        }
        unmade.into_iter().for_each(|one| self.leave_behind(one));
    }

    /// Deletes an object as its owner, or as an administrator.
    async fn delete(&self, object: &Object) -> Result<bool, ProbeError> {
        let deletes: Vec<&Operation> = self
            .api
            .operations
            .iter()
            .filter(|one| one.kind == Kind::Delete)
            .filter(|one| {
                let last = one.path_slots().last().or_else(|| one.slots.first());
                last.is_some_and(|slot| {
                    slot.entities.first() == Some(&object.entity)
                        && object.value_for(slot).is_some()
                })
            })
            .collect();
        let administrators = self.identities().into_iter().enumerate();
        let administrators =
            administrators.filter(|(_, one)| *one.is_privileged.read() && !one.is_throwaway);
        let callers: Vec<_> = [object.owner]
            .into_iter()
            .chain(administrators.map(|(index, _)| index))
            .collect();
        for operation in deletes {
            for caller in &callers {
                let Some(ids) = self.assign_own(operation, object.owner, Some(object)) else {
                    continue;
                };
                let Ok(built) = self.build(operation, &ids, &Tactic::default(), None) else {
                    continue;
                };
                let answer = self.send(Some(*caller), built.spec).await?;
                // what an attack deleted is gone already
                if answer.answer.is_accepted() || matches!(answer.answer.status, 404 | 410) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn describe(object: &Object, why: &str) -> String {
    let id = ["id", "uuid", "username", "slug"]
        .iter()
        .find_map(|name| object.fields.get(*name));
    let id = id.or_else(|| object.fields.values().next());
    format!(
        "{} `{}`: {why}",
        object.entity,
        id.map_or("?", String::as_str)
    )
}
