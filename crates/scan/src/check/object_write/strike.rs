//! The attack itself: the request, other bodies where one is invalid, and undoing it.

use serde_json::Map;

use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::{Outcome, Recorded},
    probe::ProbeError,
    session::Variant,
    tree::leaves,
    value::{self, Canary, Tactic},
};

/// Returns the canaries in a request, by their form.
pub(super) fn sent_canaries(exchange: &Recorded) -> Vec<Canary> {
    let Some(body) = exchange.request.body.value() else {
        return Vec::new();
    };
    let leaves = leaves(body);
    let texts = leaves
        .values()
        .filter_map(|leaf| Some((leaf.name, leaf.value.as_str()?)));
    let made = texts.filter(|(_, text)| text.contains("zq") && text.len() >= value::MIN_CANARY);
    made.map(|(name, text)| Canary {
        name: name.to_owned(),
        text: text.to_owned(),
    })
    .collect()
}

/// Sends the attack, with other bodies where one is invalid.
pub(super) async fn attack(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    extra: Option<&Map<String, serde_json::Value>>,
) -> Result<(Recorded, Vec<Canary>), ProbeError> {
    let session = context.session;
    let mut tactic = Tactic {
        takes_last: matches!(operation.kind, Kind::Update | Kind::Act),
        ..session.known_tactic(operation.index)
    };
    let mut tried = vec![tactic.clone()];
    loop {
        let built = session.build(operation, &variant.foreign, &tactic, extra);
        let built =
            built.map_err(|name| ProbeError::Malformed(format!("no value for `{name}`")))?;
        let sent = built.spec.body.value().cloned().unwrap_or_default();
        let exchange = session.send(Some(context.attacker), built.spec).await?;
        let is_invalid = exchange.answer.outcome() == Outcome::Invalid
            && matches!(exchange.answer.status, 400 | 415 | 422);
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
        ];
        let next = next
            .into_iter()
            .chain(fallbacks)
            .find(|one| !tried.contains(one));
        match next {
            Some(next) if is_invalid && tried.len() < 4 && sent.is_object() => {
                tried.push(next.clone());
                tactic = next;
            }
            _ => return Ok((exchange, built.canaries)),
        }
    }
}

/// Writes what an object was before, where the scan did not make it.
pub(super) async fn restore(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    before: &Recorded,
) {
    let session = context.session;
    let name = format!("{} by `{}`", variant.object.entity, operation.name());
    let members = before
        .answer
        .json
        .as_ref()
        .and_then(|json| leaves(json).values().find_map(|leaf| leaf.around.cloned()));
    let mut extra = Map::new();
    for (member, value) in members.into_iter().flatten() {
        if operation
            .detail
            .body
            .as_ref()
            .is_some_and(|body| body.schema.property(&member).is_some())
        {
            extra.insert(member, value);
        }
    }
    let built = session.build(operation, &variant.own, &Tactic::default(), Some(&extra));
    let restored = match built {
        Ok(built) if operation.kind == Kind::Update && !extra.is_empty() => session
            .send(Some(variant.object.owner), built.spec)
            .await
            .ok(),
        _ => None,
    };
    if !restored.is_some_and(|one| one.answer.is_accepted()) {
        session.leave_behind(format!(
            "{name}: it was changed, and could not be changed back"
        ));
    }
}
