//! Objects that the scan makes.
//!
//! | module | holds |
//! |---|---|
//! | `body` | bodies, one after another, until one is accepted |
//! | `identifier` | the identifiers of a new object |
//! | `visible` | waiting until reads know of a new object |

mod body;
mod identifier;
mod visible;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::identifier::add_parents;
use crate::{
    document::{Operation, Place, Slot},
    exchange::{IdentityIndex, Recorded},
    probe::ProbeError,
    request::{Assignment, chosen_id, key},
    session::Session,
    value::Canary,
    world::{Object, fields_of_new},
};

/// The reason why an object could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// A request had no answer.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The API refuses it.
    #[error("`{0}` is refused with {1}")]
    Refused(String, u16),
    /// An identifier is not known.
    #[error("no value is known for `{0}`")]
    Missing(String),
    /// No operation makes such an object.
    #[error("no operation makes a {0}")]
    NoMaker(String),
}

impl Session {
    /// Returns an object of a kind that the scan made for an owner: a new one, or one that no attack has
    /// changed.
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub async fn make(
        &self,
        entity: &str,
        owner: IdentityIndex,
    ) -> Result<Arc<Object>, CreateError> {
        let mut why = CreateError::NoMaker(entity.to_owned());
        for operation in self.makers(entity, owner) {
            match self.create(operation, owner, None).await {
                Ok(object) => return Ok(object),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// Returns the operations that make objects of a kind, the simplest first.
    #[must_use]
    pub fn makers(&self, entity: &str, owner: IdentityIndex) -> Vec<&Operation> {
        let is_privileged = self
            .identity(owner)
            .is_some_and(|one| *one.is_privileged.read());
        let failed = self.failed_makers.lock();
        let mut makers: Vec<_> = self
            .api
            .makers()
            .filter(|one| one.entity.as_deref() == Some(entity))
            .filter(|one| one.administrative.is_none() || is_privileged)
            .filter(|one| !failed.contains_key(&(one.index, owner)))
            .collect();
        makers.sort_by_key(|one| (one.slots.len(), one.path.len()));
        makers
    }

    /// Makes an object by an operation; objects around it are made where none is known.
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub async fn create(
        &self,
        operation: &Operation,
        owner: IdentityIndex,
        extra: Option<&Map<String, Value>>,
    ) -> Result<Arc<Object>, CreateError> {
        let (ids, history) = self.own_ids(operation, owner).await?;
        let made = self.try_body(operation, &ids, Some(owner), extra).await;
        if let (Err(error @ CreateError::Refused(..)), None) = (&made, extra) {
            let mut failed = self.failed_makers.lock();
            failed.insert((operation.index, owner), error.to_string());
        }
        let made = New {
            operation,
            ids,
            history,
            body: made?,
        };
        let mut object = self.object_of(made, owner);
        if !self.is_addressable(&object) {
            self.find_in_lists(operation, &mut object).await?;
        }
        // what is made is known to the cleaning before anything else can fail
        let object = self.world.lock().add(object);
        self.await_visible(operation, &object).await?;
        Ok(object)
    }

    /// Returns an object of a caller that an operation changes, with its owner: an account to be thrown away
    /// where the operation changes the caller's own.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub async fn own_target(
        &self,
        operation: &Operation,
        caller: IdentityIndex,
    ) -> Result<(IdentityIndex, Arc<Object>), String> {
        let slot = operation.main_slot().filter(|slot| !slot.is_person());
        let Some(slot) = slot else {
            return self.some_throwaway().await;
        };
        let name = &slot.name;
        let mut why = format!("no object is known whose identifier could be `{name}`");
        for entity in &slot.entities {
            match self.make(entity, caller).await {
                Ok(object) => return Ok((caller, object)),
                Err(error) => why = error.to_string(),
            }
        }
        Err(why)
    }

    /// Returns the object that a request made.
    fn object_of(&self, made: New<'_>, owner: IdentityIndex) -> Object {
        let (exchange, canaries) = made.body;
        let mut history = made.history;
        history.push(exchange.number);
        let entity = made.operation.entity.clone().unwrap_or_default();
        let sent = exchange.request.body.value().cloned().unwrap_or_default();
        if let Some(json) = &exchange.answer.json {
            self.learn_shape(Some(&entity), json);
        }
        let found = self.objects_in(&exchange, Some(&entity));
        let mut fields = fields_of_new(&entity, &found, &sent, &canaries);
        self.add_location(&exchange, &entity, &mut fields);
        add_parents(made.operation, &made.ids, &mut fields);
        Object {
            entity,
            owner,
            fields,
            canaries,
            made_by: Some(made.operation.index),
            sent,
            history,
        }
    }

    /// Finds identifiers of the owner for an operation, and makes objects where none is known.
    async fn own_ids(
        &self,
        operation: &Operation,
        owner: IdentityIndex,
    ) -> Result<(Assignment, Vec<u64>), CreateError> {
        let mut ids = Assignment::new();
        let mut history = Vec::new();
        let mut inner: Option<Arc<Object>> = None;
        // the innermost object comes first: it knows those around it
        for slot in operation.slots.iter().rev() {
            if operation.puts_by_id() && operation.main_slot() == Some(slot) {
                let chosen = chosen_id(operation, slot, &self.mint);
                let chosen = chosen.ok_or_else(|| CreateError::Missing(slot.name.clone()))?;
                ids.insert(key(slot), chosen);
                continue;
            }
            if let (true, Some(value)) = (slot.is_ambient(), self.known_id(owner, slot)) {
                ids.insert(key(slot), value);
                continue;
            }
            let around = inner.clone().filter(|one| one.knows_parent(slot));
            let object = match around {
                Some(inner) => Some(inner),
                None => self.own_object(operation, slot, owner).await,
            };
            match object.as_ref().and_then(|object| object.value_for(slot)) {
                Some(value) => drop(ids.insert(key(slot), value.clone())),
                None if slot.is_required && slot.place != Place::Body => {
                    return Err(CreateError::Missing(slot.name.clone()));
                }
                None => continue,
            }
            let parents = object.iter().filter(|_| slot.is_required);
            history.extend(parents.flat_map(|one| one.history.clone()));
            inner = inner.or(object.filter(|_| slot.place == Place::Path));
        }
        history.sort_unstable();
        history.dedup();
        Ok((ids, history))
    }

    /// Returns an object of the owner for a slot, a new one where none is known and one is needed.
    async fn own_object(
        &self,
        operation: &Operation,
        slot: &Slot,
        owner: IdentityIndex,
    ) -> Option<Arc<Object>> {
        let known = self.world.lock().for_slot(owner, slot).first().cloned();
        if known.is_some() || !slot.is_required && slot.place != Place::Body {
            return known;
        }
        let others = slot.entities.iter();
        for entity in others.filter(|one| Some(*one) != operation.entity.as_ref()) {
            if let Ok(made) = Box::pin(self.make(entity, owner)).await {
                return Some(made);
            }
        }
        None
    }
}

/// A request that made an object.
struct New<'a> {
    operation: &'a Operation,
    ids: Assignment,
    /// The exchanges that made the objects around it.
    history: Vec<u64>,
    body: (Recorded, Vec<Canary>),
}
