//! Deleting what the scan made.

use std::collections::BTreeSet;

use super::Session;
use crate::{
    document::{Kind, Slot},
    probe::ProbeError,
    world::Object,
};

impl Session {
    /// Deletes the objects that the scan made, the newest first, and notes what is left.
    pub async fn clean(&self) {
        let all = self.world.lock().all().to_vec();
        let made = all.iter().rev().filter(|one| one.made_by.is_some());
        let mut left: BTreeSet<String> = BTreeSet::new();
        for object in made {
            let why = match self.delete(object).await {
                Ok(true) => continue,
                Ok(false) => "no operation deleted it".to_owned(),
                Err(error) => error.to_string(),
            };
            left.insert(describe(object, &why));
        }
        left.into_iter().for_each(|one| self.leave_behind(one));
    }

    /// Deletes an object as its owner, or as an administrator.
    async fn delete(&self, object: &Object) -> Result<bool, ProbeError> {
        let is_of = |slot: &Slot| {
            slot.entities.first() == Some(&object.entity) && object.value_for(slot).is_some()
        };
        let deletes = self.api.of_kind(Kind::Delete);
        let callers = [vec![object.owner], self.administrators()].concat();
        for operation in deletes.filter(|one| one.main_slot().is_some_and(is_of)) {
            let Some(spec) = self.own_request(operation, object.owner, object) else {
                continue;
            };
            for caller in &callers {
                let answer = self.send(Some(*caller), spec.clone()).await?;
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
