//! A victim, and the object that is attacked.

use std::sync::Arc;

use super::subject::{deletes, sets_credentials};
use crate::{
    check::Context,
    document::{Operation, Slot},
    exchange::IdentityIndex,
    request::key,
    world::Object,
};

/// A victim, and the object that is attacked.
pub(super) struct Prey {
    pub(super) owner: IdentityIndex,
    pub(super) object: Arc<Object>,
    pub(super) is_made: bool,
}

/// Finds or makes an object for a slot.
pub(super) async fn prey(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    fresh: bool,
) -> Result<Prey, String> {
    let session = context.session;
    let mut why = format!(
        "no object is known whose identifier could be `{}`",
        slot.name
    );
    if slot.entities.iter().any(|one| one == "user") {
        let made = match fresh {
            true => session.throwaway(None).await,
            false => session.some_throwaway().await,
        };
        match made {
            Ok((owner, object)) if object.value_for(slot).is_some() => {
                return Ok(Prey {
                    owner,
                    object,
                    is_made: true,
                });
            }
            Ok(_) => {}
            Err(other) => why = format!("there is no account to throw away: {other}"),
        }
        let is_risky = deletes(operation) || sets_credentials(operation);
        if is_risky {
            return Err(why);
        }
    }
    let administrators = session.identities().into_iter().enumerate();
    let administrators = administrators
        .filter(|(_, one)| *one.is_privileged.read() && !one.is_throwaway)
        .map(|(index, _)| index);
    let owners: Vec<_> = [context.victim].into_iter().chain(administrators).collect();
    for owner in owners {
        let known = session.world.lock().for_slot(owner, slot);
        let made = known
            .iter()
            .find(|one| one.made_by.is_some() && slot.entities.contains(&one.entity));
        if let (Some(object), false) = (made, fresh) {
            return Ok(Prey {
                owner,
                object: Arc::clone(object),
                is_made: true,
            });
        }
        for entity in &slot.entities {
            match session.make(entity, owner).await {
                Ok(object) if object.value_for(slot).is_some() => {
                    return Ok(Prey {
                        owner,
                        object,
                        is_made: true,
                    });
                }
                Ok(_) => {}
                Err(other) => why = other.to_string(),
            }
        }
        let found = known
            .iter()
            .find(|one| slot.entities.contains(&one.entity))
            .or(known.first())
            .cloned();
        if let (Some(object), false) = (found, deletes(operation)) {
            return Ok(Prey {
                owner,
                object,
                is_made: false,
            });
        }
    }
    // a flag or a setting is named in the document only
    if let (Some(_), Some(value), false) = (
        &operation.administrative,
        crate::session::example(operation, slot),
        deletes(operation),
    ) {
        let owner = session.identities().iter().position(|one| {
            *one.is_privileged.read() && !one.is_throwaway && one.lost.read().is_none()
        });
        let (_, name) = key(slot);
        let object = Object {
            entity: slot.entities.first().cloned().unwrap_or_default(),
            owner: owner.ok_or(why)?,
            fields: [(crate::word::folded(&name), value)].into(),
            ..Object::default()
        };
        let object = session.world.lock().add(object);
        return Ok(Prey {
            owner: object.owner,
            object,
            is_made: false,
        });
    }
    Err(why)
}
