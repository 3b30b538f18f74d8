//! A victim, and the object that is attacked.

use std::sync::Arc;

use super::subject::{deletes, sets_credentials};
use crate::{
    check::Context,
    document::{Form, Operation, Slot},
    exchange::IdentityIndex,
    request::key,
    session::{Session, example},
    word::folded,
    world::Object,
};

/// A victim, and the object that is attacked.
pub(super) struct Prey {
    pub(super) owner: IdentityIndex,
    pub(super) object: Arc<Object>,
    pub(super) is_made: bool,
}

impl Prey {
    /// Finds or makes an object for a slot.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub(super) async fn find(
        context: &Context<'_>,
        operation: &Operation,
        slot: &Slot,
        fresh: bool,
    ) -> Result<Self, String> {
        let session = context.session;
        let name = &slot.name;
        let mut why = format!("no object is known whose identifier could be `{name}`");
        if slot.is_person() {
            match Self::person(session, slot, fresh).await {
                Ok(Some(prey)) => return Ok(prey),
                Ok(None) => {}
                Err(other) => why = format!("there is no account to throw away: {other}"),
            }
            if deletes(operation) || sets_credentials(operation) {
                return Err(why);
            }
        }
        let owners = [vec![context.victim], session.administrators()].concat();
        for owner in owners {
            match Self::of_owner(session, (operation, slot), owner, fresh).await {
                Ok(prey) => return Ok(prey),
                Err(other) => why = other.unwrap_or(why),
            }
        }
        Self::of_document(session, operation, slot).ok_or(why)
    }

    fn made(object: Arc<Object>) -> Self {
        Self {
            owner: object.owner,
            object,
            is_made: true,
        }
    }

    fn found(object: Arc<Object>) -> Self {
        Self {
            is_made: false,
            ..Self::made(object)
        }
    }

    /// Returns an account to be thrown away.
    async fn person(session: &Session, slot: &Slot, fresh: bool) -> Result<Option<Self>, String> {
        let made = match fresh {
            true => session.throwaway(None).await,
            false => session.some_throwaway().await,
        };
        let (_, object) = made?;
        let has_value = object.value_for(slot).is_some();
        Ok(has_value.then(|| Self::made(object)))
    }

    /// Returns an object of an owner: one that the scan made, else a new one, else one that was there.
    async fn of_owner(
        session: &Session,
        (operation, slot): (&Operation, &Slot),
        owner: IdentityIndex,
        fresh: bool,
    ) -> Result<Self, Option<String>> {
        let known = session.world.lock().for_slot(owner, slot);
        let is_of_kind = |one: &&Arc<Object>| slot.entities.contains(&one.entity);
        let mut own = known.iter().filter(is_of_kind);
        let made = own.find(|one| one.made_by.is_some() && !fresh);
        if let Some(object) = made {
            return Ok(Self::made(Arc::clone(object)));
        }
        let mut why = None;
        for entity in &slot.entities {
            match session.make(entity, owner).await {
                Ok(object) if object.value_for(slot).is_some() => return Ok(Self::made(object)),
                Ok(_) => {}
                Err(other) => why = Some(other.to_string()),
            }
        }
        let found = known.iter().find(is_of_kind).or(known.first());
        let found = found.filter(|_| !deletes(operation));
        found.map(|one| Self::found(Arc::clone(one))).ok_or(why)
    }

    /// Returns a flag or a setting, which is named in the document only.
    fn of_document(session: &Session, operation: &Operation, slot: &Slot) -> Option<Self> {
        operation.administrative.as_ref()?;
        let value = example(operation, slot).filter(|_| !deletes(operation))?;
        let owner = session.administrators().first().copied()?;
        let (_, name) = key(slot);
        let object = session.world.lock().add(Object {
            entity: slot.entities.first().cloned().unwrap_or_default(),
            owner,
            fields: [(folded(&name), value)].into(),
            ..Object::default()
        });
        Some(Self::found(object))
    }
}

/// Makes an object for the attacker that a deletion of several can name before the victim's.
pub(super) async fn make_beside(context: &Context<'_>, operation: &Operation) {
    let session = context.session;
    let lists = operation.slots.iter().filter(|one| one.form != Form::One);
    for slot in lists.filter(|_| deletes(operation)) {
        let known = session.world.lock().for_slot(context.attacker, slot);
        let Some(entity) = slot.entities.first().filter(|_| known.is_empty()) else {
            continue;
        };
        // without one the victim's is named alone
        drop(session.make(entity, context.attacker).await);
    }
}
