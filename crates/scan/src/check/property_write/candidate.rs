//! The properties that could be set, with other values.

use airside_api::document::Schema;
use serde_json::{Map, Value, json};

use super::{free::free_members, peers::Peers, protection::read_only, row::Row};
use crate::{
    check::Context,
    document::Operation,
    identity::{is_person, rank},
    word::{folded, is_id_name, is_privileged, words},
};

/// The object of the caller before, and others of the same kind, as answers show them.
pub(super) struct Before {
    pub(super) own: Vec<Row>,
    pub(super) peers: Peers,
}

/// The object of the caller before, and what could be set in it.
pub(super) struct Candidates {
    pub(super) before: Map<String, Value>,
    pub(super) set: Map<String, Value>,
}

/// Returns the properties that answers show and a request may not have: those that give something by their
/// names, those that name the caller, and those that the document marks `readOnly`.
pub(super) fn candidates(
    context: &Context<'_>,
    operation: &Operation,
    rows: Before,
) -> Option<Candidates> {
    let free = free_members(operation);
    let read_only = read_only(&context.session.api, operation);
    let own_id = format!("{}id", operation.entity.as_deref().unwrap_or_default());
    let mut before = Map::new();
    let mut set = Map::new();
    let attacker = context.session.identity(context.attacker);
    for (name, value) in rows.own.into_iter().flat_map(|row| row.members) {
        let whole = folded(&name);
        let schema = read_only.get(&whole);
        let is_own_id = OWN_IDS.contains(&whole.as_str()) || whole == own_id;
        let theirs = rows.peers.theirs(&name, &value);
        let member = Map::from_iter([(name.clone(), value.clone())]);
        let is_named = || {
            attacker
                .as_ref()
                .is_some_and(|one| one.is_carried_by(&member))
        };
        let names_owner = (is_person(&name) || is_id_name(&name)) && is_named()
            || is_person(&name) && theirs.is_some();
        let is_wanted = schema.is_some() || is_privileged(&name) || names_owner;
        if free.contains(&whole) || is_own_id || !is_wanted || before.contains_key(&name) {
            continue;
        }
        let of_person = || {
            theirs
                .filter(|_| is_id_name(&name) || is_person(&name))
                .cloned()
        };
        let other = other_value(context, &name, &value, schema).or_else(of_person);
        if let Some(other) = other {
            before.insert(name.clone(), value);
            set.insert(name, other);
        }
    }
    (!set.is_empty()).then_some(Candidates { before, set })
}

/// Returns a value that a property does not have, of its type, and one of those that the document names.
fn other_value(
    context: &Context<'_>,
    name: &str,
    value: &Value,
    schema: Option<&Schema>,
) -> Option<Value> {
    let described = schema.and_then(|schema| described_value(schema, value));
    match value {
        Value::Bool(truth) => Some(json!(!truth)),
        Value::Number(number) if is_id_name(name) => {
            let victim = context.session.identity(context.victim)?;
            let other = victim.fact(&["id", "userid", "uid"])?;
            let other: i64 = other.parse().ok()?;
            (number.as_i64() != Some(other)).then_some(json!(other))
        }
        Value::Number(number) if number.is_f64() => Some(json!(number.as_f64()? + 7001.0)),
        Value::Number(number) => Some(json!(number.as_i64()? + 7001)),
        Value::String(text) => {
            described.or_else(|| other_text(context, name, text).map(Value::from))
        }
        Value::Array(items) if items.iter().all(Value::is_string) => Some(json!(["admin"])),
        Value::Null => described,
        _ => None,
    }
}

/// Returns a value that the document names, but not the one that a property has: the one that gives most.
fn described_value(schema: &Schema, value: &Value) -> Option<Value> {
    let others = schema.values.iter();
    let others = others.filter(|other| !other.is_null() && *other != value);
    let ranked = others.max_by_key(|other| {
        let name = other.as_str().unwrap_or_default();
        (is_privileged(name), rank(Some(name)))
    });
    let is_date = schema.format.as_deref() == Some("date-time") && value.is_string();
    ranked.cloned().or_else(|| match value {
        _ if is_date => Some(json!("2001-02-03T04:05:06Z")),
        Value::Null if schema.is("boolean") => Some(json!(true)),
        Value::Null if schema.is("integer") || schema.is("number") => Some(json!(7001)),
        _ => None,
    })
}

fn other_text(context: &Context<'_>, name: &str, text: &str) -> Option<String> {
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    if has(&RIGHTS) {
        let other = if text == "admin" {
            "superuser"
        } else {
            "admin"
        };
        return Some(other.to_owned());
    }
    if is_id_name(name) || has(&PEOPLE) {
        return other_person(context, text);
    }
    if text.parse::<f64>().is_ok() {
        return Some("7001".to_owned());
    }
    match has(&["status", "state"]) {
        true => Some("approved".to_owned()),
        false => Some(context.session.mint.canary()),
    }
}

/// Returns what names the victim as a value names the attacker: by name, number or address.
fn other_person(context: &Context<'_>, own: &str) -> Option<String> {
    let session = context.session;
    let (victim, attacker) = (
        session.identity(context.victim)?,
        session.identity(context.attacker)?,
    );
    let facts = attacker.facts.read().clone();
    let named = facts.iter().filter(|(_, value)| value == own);
    let other = named
        .filter_map(|(name, _)| victim.fact(&[name.as_str()]))
        .next();
    other
        .or_else(|| (attacker.name == own).then(|| victim.name.clone()))
        .filter(|other| other != own)
}

/// Returns all candidates at once, and then each alone, in case one of them is refused.
pub(super) fn sets(candidates: &Candidates) -> Vec<Map<String, Value>> {
    let mut sets = vec![candidates.set.clone()];
    if candidates.set.len() > 1 {
        let mut single: Vec<_> = candidates.set.iter().collect();
        single.sort_by_key(|(name, _)| !is_privileged(name));
        let single = single.into_iter().take(MAX_SINGLE);
        sets.extend(single.map(|(name, value)| Map::from_iter([(name.clone(), value.clone())])));
    }
    sets
}

const MAX_SINGLE: usize = 6;

/// Names of what identifies an account itself.
const OWN_IDS: [&str; 5] = ["id", "uuid", "sub", "username", "email"];

/// Words of names whose values are rights.
const RIGHTS: [&str; 7] = [
    "role",
    "roles",
    "type",
    "group",
    "permission",
    "scope",
    "privilege",
];

/// Words of names whose values are people.
const PEOPLE: [&str; 13] = [
    "owner",
    "created",
    "author",
    "uploader",
    "creator",
    "sender",
    "customer",
    "seller",
    "host",
    "vendor",
    "merchant",
    "publisher",
    "holder",
];
