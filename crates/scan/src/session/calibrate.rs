//! The API's prefix, who the callers are, and what they see without identifiers.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::Session;
use crate::{
    document::{Kind, Operation},
    exchange::{IdentityIndex, Outcome, Recorded, RequestSpec},
    probe::ProbeError,
    report::model::Part,
    request::Assignment,
    tree::{FoundObject, objects},
    value::{Tactic, inferred},
    word::{is_id_name, is_password, words},
    world::Object,
};

/// The reason why a scan cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// No answer came back.
    #[error("the API does not answer: {0}")]
    Unreachable(String),
    /// The document has nothing to be called.
    #[error("the document has no operation that can be called")]
    NoOperations,
}

impl Session {
    /// Finds the prefix of the paths: that of a server of the document counts if the base URL has none and
    /// the paths lead nowhere.
    ///
    /// # Errors
    ///
    /// [`CalibrationError`].
    pub async fn find_prefix(&self) -> Result<(), CalibrationError> {
        let samples: Vec<_> = self.plain_reads().into_iter().take(4).collect();
        let fallback = self
            .api
            .operations
            .first()
            .ok_or(CalibrationError::NoOperations)?;
        let base = self.probe.base();
        // the document's own prefixes count first; a base URL with a path has one already
        let mut candidates = Vec::new();
        if base.is_bare() {
            candidates.extend(self.api.prefixes.iter().map(|prefix| base.below(prefix)));
        }
        candidates.push(base.clone());
        let mut best = (0, base.clone());
        for candidate in candidates {
            self.probe.set_base(candidate.clone());
            let specs: Vec<RequestSpec> = match samples.is_empty() {
                true => vec![RequestSpec {
                    operation: fallback.index,
                    method: http::Method::GET,
                    target: "/".to_owned(),
                    headers: Vec::new(),
                    body: crate::exchange::RequestBody::None,
                }],
                false => samples.iter().map(|(_, spec)| spec.clone()).collect(),
            };
            let mut found = 0;
            for spec in specs {
                match self.send_with(None, spec).await {
                    Ok(exchange) => {
                        found += match exchange.answer.outcome() {
                            Outcome::Accepted => 2,
                            Outcome::NotFound => 0,
                            _ => 1,
                        };
                    }
                    Err(error) => return Err(CalibrationError::Unreachable(error.to_string())),
                }
            }
            if found > best.0 {
                best = (found, candidate);
            }
            if found > 0 && self.api.prefixes.is_empty() {
                break;
            }
        }
        if best.1 != base {
            self.remark(format!(
                "the paths of the document were found below `{}`, which one of its servers names",
                best.1.as_str()
            ));
        }
        if best.0 == 0 && samples.len() > 1 {
            self.remark("the first operations of the document all answer 404: is the base URL right, and is the document of this API?");
        }
        self.probe.set_base(best.1);
        Ok(())
    }

    /// Returns the reads that need no identifier, with their requests.
    fn plain_reads(&self) -> Vec<(&Operation, RequestSpec)> {
        let reads = self
            .api
            .operations
            .iter()
            .filter(|one| matches!(one.kind, Kind::Read) && !one.is_write());
        reads
            .filter_map(|one| {
                let built = self
                    .build(one, &Assignment::new(), &Tactic::default(), None)
                    .ok()?;
                Some((one, built.spec))
            })
            .collect()
    }

    /// Reads everything without identifiers as every caller and without a token, and learns who the callers
    /// are, what they own, and which requests need a token.
    pub async fn calibrate(&self) {
        let callers: Vec<IdentityIndex> = (0..self.identities().len()).collect();
        let reads = self.plain_reads();
        let requests = reads.iter().flat_map(|(_, spec)| {
            let callers = callers.iter().map(|caller| Some(*caller)).chain([None]);
            callers
                .map(|caller| (caller, spec.clone()))
                .collect::<Vec<_>>()
        });
        let answers: Vec<(Option<IdentityIndex>, usize, Result<Recorded, ProbeError>)> =
            stream::iter(requests)
                .map(|(caller, spec)| async move {
                    let operation = spec.operation;
                    (caller, operation, self.send(caller, spec).await)
                })
                .buffer_unordered(self.concurrency)
                .collect()
                .await;
        let mut by_operation: BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>> =
            BTreeMap::new();
        for (caller, operation, answer) in answers {
            match answer {
                Ok(exchange) => {
                    let part = match caller {
                        Some(_) => Part::Own,
                        None => Part::Anonymous,
                    };
                    self.note(&exchange, part);
                    by_operation
                        .entry(operation)
                        .or_default()
                        .insert(caller, exchange);
                }
                Err(ProbeError::NoCaller(why)) => self.remark(why),
                Err(error) => self.remark(format!("calibrating: {error}")),
            }
        }
        self.find_pulses(&by_operation);
        self.learn_callers(&by_operation);
        self.learn_objects(&by_operation);
        self.check_callers(&by_operation);
    }

    fn find_pulses(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
        for answers in answers.values() {
            let is_protected = answers
                .get(&None)
                .is_some_and(|one| !one.answer.is_accepted());
            for (caller, exchange) in answers {
                if let (Some(caller), true, true) =
                    (caller, is_protected, exchange.answer.is_accepted())
                {
                    self.set_pulse(*caller, exchange.request.clone());
                }
            }
        }
    }

    /// Learns the facts about callers from what shows each of them another single object.
    fn learn_callers(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
        for (operation, answers) in answers {
            let Some(operation) = self.operation(*operation) else {
                continue;
            };
            let segments: Vec<_> = operation.path.split('/').collect();
            let is_me = segments.iter().rev().take(2).any(|one| {
                let words = words(one);
                words.iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "me" | "self"
                            | "profile"
                            | "whoami"
                            | "current"
                            | "userinfo"
                            | "myself"
                            | "dashboard"
                    )
                }) || words.len() == 1
                    && matches!(words.first().map(String::as_str), Some("account" | "user"))
            });
            if !is_me {
                continue;
            }
            for (caller, exchange) in answers {
                let (Some(caller), Some(json), true) =
                    (caller, &exchange.answer.json, exchange.answer.is_accepted())
                else {
                    continue;
                };
                let Some(identity) = self.identity(*caller) else {
                    continue;
                };
                let others = answers.iter().filter(|(other, _)| *other != &Some(*caller));
                let is_own = others.clone().count() == 0
                    || others
                        .into_iter()
                        .all(|(_, other)| other.answer.json.as_ref() != Some(json));
                let found = objects(json, Some("user"));
                let own = found.iter().find(|one| !one.is_item && is_account(one));
                for (name, value) in own.filter(|_| is_own).iter().flat_map(|one| &one.fields) {
                    if !is_password(name) {
                        identity.learn(name, value);
                    }
                }
            }
        }
    }

    /// Adds the objects that only one caller sees, or that name their owner.
    fn learn_objects(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
        let identities = self.identities();
        for (operation, answers) in answers {
            let Some(operation) = self.operation(*operation) else {
                continue;
            };
            let entity = operation.entity.as_deref();
            let found: BTreeMap<Option<IdentityIndex>, Vec<FoundObject>> = answers
                .iter()
                .filter(|(_, one)| one.answer.is_accepted())
                .map(|(caller, one)| {
                    let json = one.answer.json.as_ref();
                    (
                        *caller,
                        json.map(|json| objects(json, entity)).unwrap_or_default(),
                    )
                })
                .collect();
            for answers in answers.values().filter(|one| one.answer.is_accepted()) {
                self.learn_shape(entity, answers.answer.json.as_ref());
            }
            for (caller, own) in &found {
                let Some(caller) = caller else { continue };
                let Some(identity) = identities.get(*caller) else {
                    continue;
                };
                for one in own
                    .iter()
                    .filter(|one| one.fields.keys().any(|name| is_id_name(name)))
                {
                    let is_seen_by_others = found.iter().any(|(other, all)| {
                        *other != Some(*caller) && all.iter().any(|two| two.fields == one.fields)
                    });
                    let names_owner = one.fields.iter().any(|(name, value)| {
                        let mut members = serde_json::Map::new();
                        members.insert(name.clone(), Value::String(value.clone()));
                        identity.is_carried_by(&members)
                    });
                    if is_seen_by_others && !names_owner {
                        continue;
                    }
                    self.add_found(*caller, one, entity);
                }
            }
        }
        for (index, identity) in identities.iter().enumerate() {
            self.add_account(index, identity);
        }
    }

    fn add_found(&self, owner: IdentityIndex, found: &FoundObject, entity: Option<&str>) {
        let entity = found.entity.as_deref().or(entity).unwrap_or_default();
        let object = Object {
            entity: entity.to_owned(),
            owner,
            fields: found.fields.clone(),
            ..Object::default()
        };
        let mut world = self.world.lock();
        let is_known = world.all().iter().any(|one| {
            one.owner == owner && one.entity == object.entity && one.fields == object.fields
        });
        let count = world
            .all()
            .iter()
            .filter(|one| one.owner == owner && one.entity == object.entity)
            .count();
        if !is_known && count < MAX_FOUND {
            world.add(object);
        }
    }

    /// Adds a caller's own account as an object.
    fn add_account(&self, owner: IdentityIndex, identity: &Arc<crate::identity::Identity>) {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in identity.facts.read().iter() {
            fields.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let id = identity.fact(&["id", "userid", "uid", "useruuid", "uuid"]);
        let id = id.or_else(|| identity.fact(&["sub"]));
        if let Some(id) = id {
            fields.entry("id".to_owned()).or_insert(id);
        }
        let username = identity.fact(&["username", "preferredusername", "login", "sub", "name"]);
        let username = username.unwrap_or_else(|| identity.name.clone());
        fields.entry("username".to_owned()).or_insert(username);
        // an earlier list may have told the identifier
        let mut world = self.world.lock();
        let known = world.all().iter().find(|one| {
            one.entity == "user"
                && one.owner == owner
                && (one.fields.get("username") == fields.get("username")
                    || one.fields.get("email").is_some()
                        && one.fields.get("email") == fields.get("email"))
        });
        if let Some(known) = known {
            for (name, value) in known.fields.clone() {
                fields.entry(name).or_insert(value);
            }
        }
        world.add(Object {
            entity: "user".to_owned(),
            owner,
            fields,
            ..Object::default()
        });
    }

    /// Learns the members of a kind of object, for bodies that the document does not describe.
    fn learn_shape(&self, entity: Option<&str>, json: Option<&Value>) {
        let (Some(entity), Some(json)) = (entity, json) else {
            return;
        };
        let found = objects(json, Some(entity));
        let Some(one) = found
            .iter()
            .find(|one| one.entity.as_deref() == Some(entity))
        else {
            return;
        };
        let raw = raw_object(json, &one.fields);
        let Some(Value::Object(mut members)) = raw else {
            return;
        };
        members.retain(|name, value| {
            !is_id_name(name) && !value.is_null() && !value.is_object() && !value.is_array()
        });
        self.shapes
            .lock()
            .entry(entity.to_owned())
            .or_insert_with(|| inferred(&Value::Object(members)));
    }

    /// Remarks callers whose tokens no operation accepts.
    fn check_callers(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
        for (index, identity) in self.identities().iter().enumerate() {
            let own = answers.values().filter_map(|all| all.get(&Some(index)));
            let own: Vec<_> = own.collect();
            let is_refused = !own.is_empty()
                && own
                    .iter()
                    .any(|one| one.answer.outcome() == Outcome::Unauthenticated)
                && !self.pulses.lock().contains_key(&index);
            if is_refused {
                let why = format!(
                    "the token of {} is refused wherever one is needed",
                    identity.name
                );
                self.remark(why.clone());
                *identity.lost.write() = Some(why);
            }
        }
    }

    /// Returns what a caller sees without identifiers: read after the last accepted write.
    pub async fn legitimate_reads(&self, caller: Option<IdentityIndex>) -> Arc<Vec<Recorded>> {
        let epoch = self.epoch();
        if let Some(known) = self.legitimate.lock().get(&(caller, epoch)) {
            return Arc::clone(known);
        }
        let requests: Vec<_> = self
            .plain_reads()
            .into_iter()
            .map(|(_, spec)| spec)
            .collect();
        let answers: Vec<_> = stream::iter(requests)
            .map(|spec| self.send(caller, spec))
            .buffer_unordered(self.concurrency)
            .filter_map(|answer| async move { answer.ok() })
            .collect()
            .await;
        let answers = Arc::new(answers);
        self.legitimate
            .lock()
            .insert((caller, epoch), Arc::clone(&answers));
        answers
    }
}

/// Returns true if an object looks like an account.
fn is_account(one: &FoundObject) -> bool {
    one.fields.keys().any(|name| {
        matches!(
            name.as_str(),
            "username" | "email" | "sub" | "userid" | "login" | "id" | "name" | "uid" | "uuid"
        )
    })
}

/// Returns the object in JSON that has these values.
fn raw_object(json: &Value, fields: &BTreeMap<String, String>) -> Option<Value> {
    match json {
        Value::Array(items) => items.iter().find_map(|one| raw_object(one, fields)),
        Value::Object(members) => {
            let own: BTreeMap<_, _> = members
                .iter()
                .filter_map(|(name, value)| {
                    Some((crate::word::folded(name), crate::tree::text_of(value)?))
                })
                .collect();
            let is_same = !fields.is_empty()
                && fields
                    .iter()
                    .all(|(name, value)| own.get(name).is_none_or(|one| one == value))
                && !own.is_empty()
                && own.keys().all(|name| fields.contains_key(name));
            match is_same {
                true => Some(json.clone()),
                false => members.values().find_map(|one| raw_object(one, fields)),
            }
        }
        _ => None,
    }
}

const MAX_FOUND: usize = 12;
