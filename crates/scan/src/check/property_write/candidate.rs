//! The properties that could be set, with other values.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    check::Context,
    document::Operation,
    exchange::Recorded,
    request::body_schema,
    word::{folded, is_id_name, is_privileged, words},
};

/// The object of the caller before, and what could be set in it.
pub(super) struct Candidates {
    pub(super) before: Map<String, Value>,
    pub(super) set: Map<String, Value>,
}

/// Returns the properties that answers show and a request may not have.
pub(super) fn candidates(
    context: &Context<'_>,
    operation: &Operation,
    rows: Vec<(Map<String, Value>, Recorded)>,
) -> Option<Candidates> {
    let schema = body_schema(operation, None);
    let described: BTreeMap<String, bool> = schema
        .iter()
        .flat_map(|schema| &schema.properties)
        .map(|(name, member)| (folded(name), member.is_read_only))
        .collect();
    let own_id = format!("{}id", operation.entity.as_deref().unwrap_or_default());
    let mut before = Map::new();
    let mut set = Map::new();
    for (name, value) in rows.into_iter().flat_map(|(row, _)| row) {
        let whole = folded(&name);
        let may_be_set = described.get(&whole) == Some(&false);
        let is_own_id = matches!(whole.as_str(), "id" | "uuid" | "sub" | "username" | "email")
            || whole == own_id;
        if may_be_set || is_own_id || !is_privileged(&name) || before.contains_key(&name) {
            continue;
        }
        if let Some(other) = other_value(context, &name, &value) {
            before.insert(name.clone(), value);
            set.insert(name, other);
        }
    }
    (!set.is_empty()).then_some(Candidates { before, set })
}

/// Returns a value that a property does not have, of its type.
fn other_value(context: &Context<'_>, name: &str, value: &Value) -> Option<Value> {
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    Some(match value {
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) if is_id_name(name) => {
            let session = context.session;
            let other = session
                .identity(context.victim)?
                .fact(&["id", "userid", "uid"])?;
            let other: i64 = other.parse().ok()?;
            (number.as_i64() != Some(other)).then_some(json!(other))?
        }
        Value::Number(number) if number.is_f64() => json!(number.as_f64()? + 7001.0),
        Value::Number(number) => json!(number.as_i64()? + 7001),
        Value::String(text)
            if has(&[
                "role",
                "roles",
                "type",
                "group",
                "permission",
                "scope",
                "privilege",
            ]) =>
        {
            json!(if text == "admin" {
                "superuser"
            } else {
                "admin"
            })
        }
        Value::String(own)
            if is_id_name(name)
                || has(&[
                    "owner", "created", "author", "uploader", "creator", "sender", "customer",
                ]) =>
        {
            json!(other_person(context, own)?)
        }
        Value::String(text) if text.parse::<f64>().is_ok() => json!("7001"),
        Value::String(_) if has(&["status", "state"]) => json!("approved"),
        Value::String(_) => json!(context.session.mint.canary()),
        Value::Array(items) if items.iter().all(Value::is_string) => json!(["admin"]),
        _ => return None,
    })
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
        let single = candidates.set.iter().take(MAX_SINGLE);
        sets.extend(single.map(|(name, value)| Map::from_iter([(name.clone(), value.clone())])));
    }
    sets
}

const MAX_SINGLE: usize = 4;
