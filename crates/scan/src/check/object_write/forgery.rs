//! The objects that the attacker makes in the victim's name.

use serde_json::{Map, Value};

use super::strike::Strike;
use crate::{
    check::{Context, Untested, object_read::send},
    document::{Kind, Operation, Place},
    exchange::{Answer, RequestSpec},
    probe::ProbeError,
    session::Variant,
    tree::{Leaf, leaves, text_of},
    value::Canary,
    verdict::Verdict,
    world::Object,
};

/// Returns the lists in which an object made in the victim's name would be.
pub(super) fn forged_lists(
    context: &Context<'_>,
    operation: &Operation,
    object: &Object,
) -> Vec<RequestSpec> {
    let session = context.session;
    if operation.kind != Kind::Create {
        return Vec::new();
    }
    let Some(entity) = operation.entity.as_deref() else {
        return Vec::new();
    };
    if FOR_OTHERS.contains(&entity) {
        return Vec::new();
    }
    let lists = session.lists_of(entity, operation).into_iter();
    let specs = lists.filter_map(|list| session.own_request(list, object.owner, object));
    specs.take(2).collect()
}

/// Finds what the attacker made in lists of the victim: in a row that names the victim, or in a list that
/// the attacker does not have too.
pub(super) async fn forged(
    context: &Context<'_>,
    lists: &[RequestSpec],
    object: &Object,
    canaries: &[Canary],
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(None);
    };
    for list in lists {
        let view = session.send(Some(object.owner), list.clone()).await?;
        // a message to the victim names its sender, and what is shared with the victim is not a forgery
        let row = marked_row(&view.answer, canaries);
        let row = row.filter(|row| !attacker.is_carried_by(row) && names_owner(row, &victim));
        let Some(row) = row else { continue };
        let own = session.send(Some(context.attacker), list.clone()).await?;
        if names_author(&row, &victim) || !has_any(&own.answer.text, canaries) {
            let text = format!("what {} made is among {}'s own", attacker.name, victim.name);
            return Ok(Some((Verdict::Confirmed(text), view.number)));
        }
    }
    Ok(None)
}

/// Finds what the attacker made for the victim, whom a header names: the victim's list has it, and the
/// attacker's own does not. What the attacker makes for itself is not in the victim's list.
pub(super) async fn made_for(
    context: &Context<'_>,
    lists: &[RequestSpec],
    variant: &Variant,
    strike: &Strike,
) -> Result<Option<(Verdict, u64)>, Untested> {
    let session = context.session;
    let (owner, attacker) = (variant.object.owner, context.attacker);
    let maker = session.operation(strike.exchange.request.operation);
    let Some(maker) = maker.filter(|_| names_owner_in_header(variant)) else {
        return Ok(None);
    };
    for list in lists {
        let view = session.send(Some(owner), list.clone()).await?;
        if !has_any(&view.answer.text, &strike.canaries)
            || !is_own_list_without(context, list, &strike.canaries).await?
        {
            continue;
        }
        let control = session.create(maker, attacker, None).await?;
        let again = session.send(Some(owner), list.clone()).await?;
        if !control.is_marked_in(&again.answer.text) {
            let (attacker, victim) = (session.name(attacker), session.name(owner));
            let text = format!("what {attacker} made is in {victim}'s list, and not in its own");
            return Ok(Some((Verdict::Confirmed(text), view.number)));
        }
    }
    Ok(None)
}

/// Returns true if the attacker's own list shows none of these.
async fn is_own_list_without(
    context: &Context<'_>,
    list: &RequestSpec,
    canaries: &[Canary],
) -> Result<bool, Untested> {
    let (session, attacker) = (context.session, context.attacker);
    let read = session.operation(list.operation);
    let ids = read.and_then(|read| session.assign_own(read, attacker, None));
    let (Some(read), Some(ids)) = (read, ids) else {
        return Ok(false);
    };
    let own = send(context, read, &ids, Some(attacker)).await?;
    Ok(own.answer.is_accepted() && !has_any(&own.answer.text, canaries))
}

/// Returns true if nothing but headers of the attack has the victim's values.
fn names_owner_in_header(variant: &Variant) -> bool {
    let headers = variant.own.keys();
    let headers = headers.filter(|(place, _)| *place == Place::Header as usize);
    let names: Vec<&String> = headers.map(|(_, name)| name).collect();
    variant.parameters.iter().all(|one| names.contains(&one))
}

/// Returns the smallest object around a canary in an answer.
fn marked_row(answer: &Answer, canaries: &[Canary]) -> Option<Map<String, Value>> {
    let leaves = leaves(answer.json.as_ref()?);
    let is_marked =
        |leaf: &&Leaf<'_>| text_of(leaf.value).is_some_and(|text| has_any(&text, canaries));
    let mut rows = leaves.values().filter(is_marked);
    rows.find_map(|leaf| leaf.around).cloned()
}

fn has_any(text: &str, canaries: &[Canary]) -> bool {
    canaries.iter().any(|one| text.contains(&one.text))
}

/// Returns true if a row says that it belongs to a caller.
fn names_owner(row: &Map<String, Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "customer", "sender", "uploader", "user",
            "account",
        ],
    )
}

/// Returns true if a row says that a caller made it.
fn names_author(row: &Map<String, Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "sender", "uploader",
        ],
    )
}

fn names(row: &Map<String, Value>, caller: &crate::identity::Identity, words: &[&str]) -> bool {
    row.iter().any(|(name, value)| {
        let first = crate::word::words(name)
            .into_iter()
            .next()
            .unwrap_or_default();
        let first = first.trim_end_matches("id").to_owned();
        let one = Map::from_iter([(name.clone(), value.clone())]);
        words.contains(&first.as_str()) && caller.is_carried_by(&one)
    })
}

/// Kinds of objects that are made for others to have.
const FOR_OTHERS: [&str; 14] = [
    "message",
    "share",
    "invitation",
    "invite",
    "notification",
    "friend",
    "follow",
    "contact",
    "member",
    "membership",
    "assignment",
    "mention",
    "request",
    "mail",
];
