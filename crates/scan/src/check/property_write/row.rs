//! The object in answers to its owner.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::{IdentityIndex, Recorded},
    identity::claims,
    request::Assignment,
    tree::{leaves, text_of},
    value::Tactic,
    word::{is_id_name, is_password},
    world::Object,
};

/// Returns an object of the attacker that an operation changes, an account to be thrown away where it
/// changes the caller's own.
pub(super) async fn own_object(
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
pub(super) async fn rows(
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
pub(super) fn claim_row(
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
