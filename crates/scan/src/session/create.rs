//! Objects that the scan makes.
//!
//! | module | holds |
//! |---|---|
//! | `body` | bodies, one after another, until one is accepted |
//! | `identifier` | the identifiers of a new object |

mod body;
mod identifier;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::identifier::add_parents;
use crate::{
    document::{Kind, Operation, Place},
    exchange::IdentityIndex,
    probe::ProbeError,
    request::{Assignment, key},
    session::Session,
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
            .operations
            .iter()
            .filter(|one| one.kind == Kind::Create && one.entity.as_deref() == Some(entity))
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
        let (ids, mut history) = self.own_ids(operation, owner).await?;
        let made = self.try_body(operation, &ids, Some(owner), extra).await;
        let (exchange, canaries) = match made {
            Ok(made) => made,
            Err(error) => {
                if matches!(error, CreateError::Refused(..)) && extra.is_none() {
                    let mut failed = self.failed_makers.lock();
                    failed.insert((operation.index, owner), error.to_string());
                }
                return Err(error);
            }
        };
        history.push(exchange.number);
        let entity = operation.entity.clone().unwrap_or_default();
        let sent = exchange.request.body.value().cloned().unwrap_or_default();
        let answer = exchange.answer.json.as_ref();
        let mut fields = fields_of_new(&entity, answer, &sent, &canaries);
        self.add_location(operation, &exchange.answer, &mut fields);
        add_parents(operation, &ids, &mut fields);
        let mut object = Object {
            entity,
            owner,
            fields,
            canaries,
            made_by: Some(operation.index),
            sent,
            history,
        };
        if !self.is_addressable(&object) {
            self.find_in_lists(operation, &mut object).await?;
        }
        Ok(self.world.lock().add(object))
    }

    /// Finds identifiers of the owner for an operation, and makes objects where none is known.
    async fn own_ids(
        &self,
        operation: &Operation,
        owner: IdentityIndex,
    ) -> Result<(Assignment, Vec<u64>), CreateError> {
        let mut ids = Assignment::new();
        let mut history = Vec::new();
        for slot in &operation.slots {
            let known = self.world.lock().for_slot(owner, slot).first().cloned();
            let object = match known {
                Some(object) => Some(object),
                None if !slot.is_required && slot.place != Place::Body => None,
                None => {
                    let entities = slot.entities.iter();
                    let entities =
                        entities.filter(|one| Some(one.as_str()) != operation.entity.as_deref());
                    let mut made = None;
                    for entity in entities {
                        made = Box::pin(self.make(entity, owner)).await.ok();
                        if made.is_some() {
                            break;
                        }
                    }
                    made
                }
            };
            match object.as_ref().and_then(|object| object.value_for(slot)) {
                Some(value) => {
                    ids.insert(key(slot), value.clone());
                    let parents = object.iter().flat_map(|object| object.history.clone());
                    history.extend(parents.filter(|_| slot.is_required));
                }
                None if slot.is_required && slot.place != Place::Body => {
                    return Err(CreateError::Missing(slot.name.clone()));
                }
                None => {}
            }
        }
        history.dedup();
        Ok((ids, history))
    }
}
