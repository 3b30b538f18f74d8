//! Other objects of the same kind: they show which members say whose an object is.

use std::sync::Arc;

use serde_json::Value;

use super::{
    free::free_members,
    row::{Row, rows},
};
use crate::{
    check::Context,
    document::{Kind, Operation},
    identity::is_person,
    word::folded,
    world::Object,
};

/// The rows of an object of the victim, and of further objects of the attacker.
#[derive(Default)]
pub(super) struct Peers {
    victims: Vec<Row>,
    others: Vec<Vec<Row>>,
}

impl Peers {
    /// Makes objects where rows name people in members that a request may not have; accounts are left alone.
    pub(super) async fn of(
        context: &Context<'_>,
        operation: &Operation,
        entity: &str,
        own: &[Row],
    ) -> Self {
        let mut peers = Self::default();
        if entity == "user" || is_own_record(operation) || !name_people(operation, own) {
            return peers;
        }
        peers.victims = victims(context, operation, entity).await;
        let mut members = own.iter().flat_map(|row| &row.members);
        if !members.any(|(name, value)| is_person(name) && peers.differs(name, value)) {
            return Self::default();
        }
        for _ in 0..OTHERS {
            let Ok(other) = context.session.make(entity, context.attacker).await else {
                break;
            };
            let other = rows(context, operation, context.attacker, &other).await;
            peers.others.push(other);
        }
        peers
    }

    /// Returns the value that the victim's object has in place of one that all objects of the attacker have; what
    /// changes from object to object says nothing about their owner.
    pub(super) fn theirs(&self, name: &str, own: &Value) -> Option<&Value> {
        let is_same = |rows: &Vec<Row>| value_in(rows, name) == Some(own);
        let is_constant = self.others.len() == OTHERS && self.others.iter().all(is_same);
        value_in(&self.victims, name).filter(|theirs| *theirs != own && is_constant)
    }

    fn differs(&self, name: &str, own: &Value) -> bool {
        value_in(&self.victims, name).is_some_and(|theirs| theirs != own)
    }
}

/// Returns true if an operation changes what a caller has once.
pub(super) fn is_own_record(operation: &Operation) -> bool {
    operation.slots.is_empty() && operation.kind == Kind::Update
}

async fn victims(context: &Context<'_>, operation: &Operation, entity: &str) -> Vec<Row> {
    let session = context.session;
    let is_theirs = |one: &Arc<Object>| one.owner == context.victim && one.entity == entity;
    let known = session.world.lock().usable().find(is_theirs);
    let object = match known {
        Some(known) => Some(known),
        None => session.make(entity, context.victim).await.ok(),
    };
    match object {
        Some(object) => rows(context, operation, context.victim, &object).await,
        None => Vec::new(),
    }
}

/// Returns true if rows name people in members that a request may not have.
fn name_people(operation: &Operation, rows: &[Row]) -> bool {
    let free = free_members(operation);
    let mut names = rows.iter().flat_map(|row| row.members.keys());
    names.any(|name| is_person(name) && !free.contains(&folded(name)))
}

fn value_in<'a>(rows: &'a [Row], name: &str) -> Option<&'a Value> {
    rows.iter().find_map(|row| row.members.get(name))
}

/// The number of further objects that are made; an API that assigns two values in turns gives them both.
const OTHERS: usize = 2;
