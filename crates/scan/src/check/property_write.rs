//! Properties that are set although callers may not set them (mass assignment).

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{Attempt, Context};
use crate::{
    document::{Kind, Operation},
    exchange::{IdentityIndex, Recorded},
    identity::claims,
    probe::ProbeError,
    report::model::Class,
    request::{Assignment, body_schema},
    tree::{leaves, text_of},
    value::Tactic,
    verdict::Verdict,
    word::{folded, is_id_name, is_password, is_privileged, words},
    world::Object,
};

/// Checks every operation that makes or changes an object of the caller.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let operations = session.api.operations.iter();
    let mut operations: Vec<_> = operations
        .filter(|one| {
            matches!(one.kind, Kind::Create | Kind::Register | Kind::Update)
                && one.administrative.is_none()
        })
        .collect();
    // what has no identifier changes the caller's own account
    operations.sort_by_key(|one| (one.kind == Kind::Update, one.slots.is_empty()));
    for operation in operations {
        (session.progress)(&operation.name());
        let attempt = async |_| match operation.kind {
            Kind::Register => register(context, operation).await,
            Kind::Create => create(context, operation).await,
            _ => update(context, operation).await,
        };
        context
            .prove(operation.index, Class::PropertyWrite, attempt)
            .await;
    }
}

/// The object of the caller before, and what could be set in it.
struct Candidates {
    before: Map<String, Value>,
    set: Map<String, Value>,
    /// True if the document says which properties may be set.
    is_described: bool,
}

async fn register(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let (owner, object) = match session.some_throwaway().await {
        Ok(made) => made,
        Err(why) => return Ok(Attempt::untested(Class::PropertyWrite, why)),
    };
    if object.made_by != Some(operation.index) && session.recipe.register.is_none() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "it made no account that can sign in",
        ));
    }
    let rows = rows(context, operation, owner, &object).await;
    let claims = claim_row(context, owner);
    let candidates = candidates(context, operation, rows.into_iter().chain(claims).collect());
    let Some(candidates) = candidates else {
        return Ok(nothing(operation));
    };
    for set in sets(&candidates) {
        let Ok((owner, object)) = session.throwaway(Some(&set)).await else {
            continue;
        };
        let after = self::rows(context, operation, owner, &object).await;
        let after: Vec<_> = after.into_iter().chain(claim_row(context, owner)).collect();
        let attempt = judge(context, (&candidates, &set), &after, &object);
        if attempt.verdict.weight() > 1 {
            return Ok(attempt);
        }
    }
    Ok(ignored(&candidates))
}

async fn create(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let owner = context.attacker;
    let object = match session.create(operation, owner, None).await {
        Ok(object) => object,
        Err(error) => return Ok(Attempt::untested(Class::PropertyWrite, error.to_string())),
    };
    let rows = rows(context, operation, owner, &object).await;
    if rows.is_empty() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no view shows the object that it makes",
        ));
    }
    let Some(candidates) = candidates(context, operation, rows) else {
        return Ok(nothing(operation));
    };
    for set in sets(&candidates) {
        let Ok(object) = session.create(operation, owner, Some(&set)).await else {
            continue;
        };
        let after = self::rows(context, operation, owner, &object).await;
        let attempt = judge(context, (&candidates, &set), &after, &object);
        if attempt.verdict.weight() > 1 {
            return Ok(attempt);
        }
    }
    Ok(ignored(&candidates))
}

async fn update(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let (owner, object) = match own_object(context, operation).await {
        Ok(own) => own,
        Err(why) => return Ok(Attempt::untested(Class::PropertyWrite, why)),
    };
    let rows = rows(context, operation, owner, &object).await;
    if rows.is_empty() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no view shows the object that it changes",
        ));
    }
    let Some(candidates) = candidates(context, operation, rows) else {
        return Ok(nothing(operation));
    };
    let Some(ids) = session.assign_own(operation, owner, Some(&object)) else {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no value is known for its identifiers",
        ));
    };
    for set in sets(&candidates) {
        let sent = session
            .try_body(operation, &ids, Some(owner), Some(&set))
            .await;
        let Ok((exchange, _)) = sent else { continue };
        session.world.lock().retire(&object);
        let mut changed = (*object).clone();
        changed.history.push(exchange.number);
        let after = self::rows(context, operation, owner, &changed).await;
        let attempt = judge(context, (&candidates, &set), &after, &changed);
        if attempt.verdict.weight() > 1 {
            return Ok(attempt);
        }
    }
    Ok(ignored(&candidates))
}

/// Returns an object of the attacker that an operation changes, an account to be thrown away where it
/// changes the caller's own.
async fn own_object(
    context: &Context<'_>,
    operation: &Operation,
) -> Result<(IdentityIndex, Arc<Object>), String> {
    let session = context.session;
    let last = operation
        .path_slots()
        .last()
        .or_else(|| operation.slots.first());
    let Some(slot) = last else {
        return session.some_throwaway().await;
    };
    if slot.entities.iter().any(|one| one == "user") {
        return session.some_throwaway().await;
    }
    let mut why = format!(
        "no object is known whose identifier could be `{}`",
        slot.name
    );
    for entity in &slot.entities {
        match session.make(entity, context.attacker).await {
            Ok(object) => return Ok((context.attacker, object)),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// Returns the rows in answers to an owner that are the object, the view of it first.
async fn rows(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
    object: &Object,
) -> Vec<(Map<String, Value>, Recorded)> {
    let session = context.session;
    let mut answers = Vec::new();
    let mut rows = Vec::new();
    // what a caller has once is read where it is written
    if let (true, Some(twin)) = (operation.slots.is_empty(), session.twin(operation))
        && operation.kind == Kind::Update
        && let Ok(built) = session.build(twin, &Assignment::new(), &Tactic::default(), None)
        && let Ok(exchange) = session.send(Some(owner), built.spec).await
        && let Some(json) = &exchange.answer.json
        && exchange.answer.is_accepted()
    {
        let row = leaves(json).values().find_map(|leaf| leaf.around.cloned());
        rows.extend(row.map(|row| (row, exchange.clone())));
    }
    if let Ok(Some(view)) = session.view(object).await
        && let Ok(exchange) = session.send(Some(owner), view).await
    {
        answers.push(exchange);
    }
    let is_account = object.entity == "user";
    if is_account || answers.is_empty() {
        let reads = session.legitimate_reads(Some(owner)).await;
        answers.extend(reads.iter().cloned());
    }
    for exchange in answers {
        let Some(json) = &exchange.answer.json else {
            continue;
        };
        let leaves = leaves(json);
        let around = leaves.values().find_map(|leaf| {
            let text = text_of(leaf.value)?;
            let is_own = object
                .canaries
                .iter()
                .any(|one| text.contains(&one.text) && !is_password(&one.name));
            leaf.around.filter(|_| is_own)
        });
        let by_id = || {
            let ids = object.ids();
            leaves.values().find_map(|leaf| {
                let text = text_of(leaf.value)?;
                leaf.around
                    .filter(|_| is_id_name(leaf.name) && ids.contains(text.as_str()))
            })
        };
        if let Some(row) = around.or_else(by_id) {
            rows.push((row.clone(), exchange));
        }
    }
    rows
}

/// Returns what the token of an account says about it.
fn claim_row(
    context: &Context<'_>,
    owner: IdentityIndex,
) -> Option<(Map<String, Value>, Recorded)> {
    let session = context.session;
    let identity = session.identity(owner)?;
    let token = identity.token.read().clone()?;
    let row = claims::of(token.reveal()).into_iter().map(|(name, value)| {
        let value = match value.as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => Value::String(value),
        };
        (name, value)
    });
    let last = session.probe.exchange(session.probe.last_number())?;
    Some((row.collect(), last))
}

/// Returns the properties that answers show and a request may not have.
fn candidates(
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
    (!set.is_empty()).then_some(Candidates {
        before,
        set,
        is_described: !described.is_empty(),
    })
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
fn sets(candidates: &Candidates) -> Vec<Map<String, Value>> {
    let mut sets = vec![candidates.set.clone()];
    if candidates.set.len() > 1 {
        let single = candidates.set.iter().take(MAX_SINGLE);
        sets.extend(single.map(|(name, value)| Map::from_iter([(name.clone(), value.clone())])));
    }
    sets
}

/// Compares the object with what was set.
fn judge(
    context: &Context<'_>,
    (candidates, set): (&Candidates, &Map<String, Value>),
    after: &[(Map<String, Value>, Recorded)],
    object: &Object,
) -> Attempt {
    let mut names = Vec::new();
    let mut shown_by = None;
    for (name, value) in set {
        let found = after.iter().find(|(row, _)| {
            row.get(name).is_some_and(|own| {
                own == value || text_of(own).is_some() && text_of(own) == text_of(value)
            })
        });
        if let Some((_, exchange)) = found
            && candidates.before.get(name) != Some(value)
        {
            names.push(name.clone());
            shown_by = Some(exchange.number);
        }
    }
    let attacker = context.session.name(object.owner);
    let verdict = match (names.is_empty(), candidates.is_described) {
        (true, _) => Verdict::Refuted(String::new()),
        (false, false) if !names.iter().any(|name| is_strong(name)) => Verdict::Suspect(format!(
            "{attacker} sets `{}`; the document does not say which properties may be set",
            names.join("`, `")
        )),
        (false, _) => Verdict::Confirmed(format!(
            "{attacker} sets `{}`, which the document does not let callers set, and the object has it",
            names.join("`, `")
        )),
    };
    let mut exchanges = object.history.clone();
    exchanges.extend(shown_by);
    Attempt {
        class: Class::PropertyWrite,
        verdict,
        parameters: names,
        attacker: Some(object.owner),
        victim: None,
        shortest: exchanges.clone(),
        exchanges,
    }
}

/// Returns true if a property gives rights or money wherever it occurs.
fn is_strong(name: &str) -> bool {
    let words = words(name);
    let strong = [
        "admin",
        "role",
        "roles",
        "superuser",
        "staff",
        "balance",
        "credit",
        "verified",
        "owner",
        "tenant",
        "permissions",
    ];
    words.iter().any(|word| strong.contains(&word.as_str()))
}

fn nothing(operation: &Operation) -> Attempt {
    let entity = operation.entity.as_deref().unwrap_or("object");
    let why = format!("no answer shows a property of a {entity} that callers may not set");
    Attempt::untested(Class::PropertyWrite, why)
}

fn ignored(candidates: &Candidates) -> Attempt {
    let names: Vec<_> = candidates.set.keys().map(String::as_str).collect();
    let why = format!("`{}` cannot be set", names.join("`, `"));
    Attempt {
        verdict: Verdict::Refuted(why),
        ..Attempt::untested(Class::PropertyWrite, "")
    }
}

const MAX_SINGLE: usize = 4;
