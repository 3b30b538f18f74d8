//! Objects that the scan makes.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use super::Session;
use crate::{
    document::{Kind, Operation, Place},
    exchange::{Answer, IdentityIndex, Outcome, Recorded},
    probe::ProbeError,
    request::{Assignment, body_schema, key},
    tree::objects,
    value::{self, Canary, Tactic},
    word::{folded, is_id_name},
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

    /// Sends the request of an operation with several bodies, until one is accepted.
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub async fn try_body(
        &self,
        operation: &Operation,
        ids: &Assignment,
        caller: Option<IdentityIndex>,
        extra: Option<&Map<String, Value>>,
    ) -> Result<(Recorded, Vec<Canary>), CreateError> {
        let mut tactic = self.tactic(operation.index);
        let mut tried = vec![tactic.clone()];
        let mut last = None;
        for _ in 0..MAX_BODIES {
            let built = self
                .build(operation, ids, &tactic, extra)
                .map_err(CreateError::Missing)?;
            let sent = built.spec.body.value().cloned().unwrap_or_default();
            let exchange = match caller {
                Some(caller) => self.send(Some(caller), built.spec).await?,
                None => {
                    self.require_allowed(&built.spec)?;
                    self.send_with(None, built.spec).await?
                }
            };
            let outcome = exchange.answer.outcome();
            if outcome == Outcome::Accepted {
                self.set_tactic(operation.index, tactic);
                return Ok((exchange, built.canaries));
            }
            let status = exchange.answer.status;
            let is_body = matches!(outcome, Outcome::Invalid | Outcome::Failed)
                || status == 404 && last.is_none() && !ids.is_empty();
            last = Some(status);
            if !is_body || body_schema(operation, None).is_none() && sent.is_null() {
                break;
            }
            let next = value::repaired(&tactic, &sent, &exchange.answer.text);
            let fallbacks = [
                Tactic {
                    prefers_examples: true,
                    ..Tactic::default()
                },
                Tactic {
                    only_required: true,
                    ..Tactic::default()
                },
                Tactic {
                    only_required: true,
                    prefers_examples: true,
                    ..Tactic::default()
                },
            ];
            let next = next
                .into_iter()
                .chain(fallbacks)
                .find(|one| !tried.contains(one));
            let Some(next) = next else { break };
            tried.push(next.clone());
            tactic = next;
        }
        Err(CreateError::Refused(operation.name(), last.unwrap_or(0)))
    }

    /// Returns true if the object has a value for every slot that takes objects of its kind.
    fn is_addressable(&self, object: &Object) -> bool {
        let slots = self.api.operations.iter().flat_map(|one| one.path_slots());
        let mut own = slots.filter(|slot| slot.entities.first() == Some(&object.entity));
        own.all(|slot| object.value_for(slot).is_some())
    }

    /// Takes an identifier from the address of a new object.
    fn add_location(
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
    async fn find_in_lists(
        &self,
        operation: &Operation,
        object: &mut Object,
    ) -> Result<(), ProbeError> {
        for list in self.lists_of(&object.entity, operation) {
            let Some(ids) = self.assign_own(list, object.owner, Some(object)) else {
                continue;
            };
            let Ok(built) = self.build(list, &ids, &Tactic::default(), None) else {
                continue;
            };
            let exchange = self.send(Some(object.owner), built.spec).await?;
            let Some(json) = &exchange.answer.json else {
                continue;
            };
            let found = objects(json, Some(&object.entity));
            let own = found.iter().find(|one| {
                let texts = || one.fields.values();
                object
                    .canaries
                    .iter()
                    .any(|canary| texts().any(|text| text.contains(&canary.text)))
                    && one.fields.keys().any(|name| is_id_name(name))
            });
            if let Some(own) = own {
                for (name, value) in &own.fields {
                    object
                        .fields
                        .entry(name.clone())
                        .or_insert_with(|| value.clone());
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
            .operations
            .iter()
            .filter(|one| one.kind == Kind::Read && !one.is_write())
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
fn add_parents(operation: &Operation, ids: &Assignment, fields: &mut BTreeMap<String, String>) {
    for slot in &operation.slots {
        let Some(value) = ids.get(&key(slot)) else {
            continue;
        };
        let Some(entity) = slot.entities.first() else {
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

const MAX_BODIES: usize = 5;
