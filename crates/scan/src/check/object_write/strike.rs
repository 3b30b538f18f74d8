//! The attack itself: the request, other bodies where one is invalid, and undoing it.

use serde_json::{Map, Value};

use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::{Outcome, Recorded},
    probe::ProbeError,
    request::takes_body,
    session::Variant,
    tree::leaves,
    value::{Canary, MIN_CANARY, Tactic},
};

/// The request of an attack with its answer, and the canaries in it.
pub(super) struct Strike {
    pub(super) exchange: Recorded,
    pub(super) canaries: Vec<Canary>,
}

impl Strike {
    /// Sends the attack, with other bodies where one is invalid.
    pub(super) async fn send(
        context: &Context<'_>,
        operation: &Operation,
        variant: &Variant,
        extra: Option<&Map<String, Value>>,
    ) -> Result<Self, ProbeError> {
        let session = context.session;
        let mut tactic = Tactic {
            takes_last: matches!(operation.kind, Kind::Update | Kind::Act),
            ..session.known_tactic(operation.index)
        };
        let mut tried = vec![tactic.clone()];
        let lacks_body = operation.detail.body.is_none() && takes_body(operation);
        let most = if lacks_body { MAX_LEARNED } else { MAX_BODIES };
        loop {
            let built = session.build(operation, &variant.foreign, &tactic, extra);
            let built =
                built.map_err(|name| ProbeError::Malformed(format!("no value for `{name}`")))?;
            let sent = built.spec.body.value().cloned().unwrap_or_default();
            let exchange = session.send(Some(context.attacker), built.spec).await?;
            let is_invalid = exchange.answer.outcome() == Outcome::Invalid
                && matches!(exchange.answer.status, 400 | 415 | 422);
            let next = tactic.after(&sent, &exchange.answer.text, &tried);
            let has_body = sent.is_object() || sent.is_null() && lacks_body;
            match next.filter(|_| is_invalid && has_body) {
                Some(next) if tried.len() < most => {
                    tried.push(next.clone());
                    tactic = next;
                }
                _ => {
                    let canaries = built.canaries;
                    return Ok(Self { exchange, canaries });
                }
            }
        }
    }

    /// Reads the canaries in a request that was sent once more, by their form.
    pub(super) fn again(exchange: Recorded) -> Self {
        let canaries = sent_canaries(&exchange);
        Self { exchange, canaries }
    }
}

fn sent_canaries(exchange: &Recorded) -> Vec<Canary> {
    let leaves = exchange.request.body.value().map(leaves);
    let leaves = leaves.iter().flat_map(|leaves| leaves.values());
    let texts = leaves.filter_map(|leaf| Some((leaf.name, leaf.value.as_str()?)));
    let made = texts.filter(|(_, text)| text.contains("zq") && text.len() >= MIN_CANARY);
    made.map(|(name, text)| Canary {
        name: name.to_owned(),
        text: text.to_owned(),
    })
    .collect()
}

/// Writes what an object was before, where the scan did not make it.
pub(super) async fn restore(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    before: &Recorded,
) {
    let session = context.session;
    let extra = members_for(operation, before);
    let built = session.build(operation, &variant.own, &Tactic::default(), Some(&extra));
    let is_update = operation.kind == Kind::Update && !extra.is_empty();
    let restored = match built.ok().filter(|_| is_update) {
        Some(built) => session
            .send(Some(variant.object.owner), built.spec)
            .await
            .ok(),
        None => None,
    };
    if !restored.is_some_and(|one| one.answer.is_accepted()) {
        session.leave_behind(format!(
            "{} by `{}`: it was changed, and could not be changed back",
            variant.object.entity,
            operation.name()
        ));
    }
}

/// Returns the members of an answer that the body of an operation may have.
fn members_for(operation: &Operation, before: &Recorded) -> Map<String, Value> {
    let leaves = before.answer.json.as_ref().map(leaves);
    let mut leaves = leaves.iter().flat_map(|leaves| leaves.values());
    let members = leaves.find_map(|leaf| leaf.around);
    let schema = operation.detail.body.as_ref().map(|body| &body.schema);
    let is_taken = |name: &str| schema.is_some_and(|schema| schema.property(name).is_some());
    let taken = members
        .into_iter()
        .flatten()
        .filter(|(name, _)| is_taken(name));
    taken
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

const MAX_BODIES: usize = 4;
const MAX_LEARNED: usize = 10;
