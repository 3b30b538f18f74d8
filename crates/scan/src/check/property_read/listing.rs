//! Lists that show what the object itself keeps back.

use std::collections::BTreeSet;

use super::own::{attempt, own_markers, own_object};
use crate::{
    check::{Attempt, Context},
    document::{Kind, Operation},
    exchange::{Answer, Recorded},
    report::model::Class,
    session::Session,
    verdict::{Marker, Verdict, disclosed},
    world::Object,
};

/// Finds an object of the victim in a list, whole, that the API refuses to the attacker by its identifier.
pub(super) async fn listed(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    let is_open = operation.kind == Kind::Read && operation.administrative.is_none();
    let entity = operation.entity.as_deref().filter(|_| is_open)?;
    let by_id = by_id(session, entity)?;
    let is_refused = session.was_refused(by_id.index) && exchange.answer.is_accepted();
    let object = own_object(context, entity, by_id).filter(|_| is_refused)?;
    let (markers, own) = own_markers(context, by_id, &object).await?;
    let shown = shown(context, &markers, &exchange.answer, &object)?;
    let anonymous = session.send(None, exchange.request.clone()).await;
    if anonymous.is_ok_and(|one| one.answer.is_accepted()) {
        return None;
    }
    let (victim, attacker) = (session.name(object.owner), session.name(context.attacker));
    let name = by_id.name();
    let text = format!("a list shows {attacker} all of {victim}'s object, which `{name}` refuses");
    let is_sensitive = shown.iter().any(Marker::is_sensitive);
    let is_whole = is_whole(exchange, &object, &own.answer);
    let verdict = match is_sensitive || markers.len() > 1 || is_whole {
        true => Verdict::Confirmed(text),
        false => Verdict::Suspect(text),
    };
    let class = Class::ObjectRead;
    let of = (object.owner, &object.history[..], exchange);
    Some(attempt(context, class, verdict, of))
}

/// Returns the operation that reads an object of a kind by its identifier.
fn by_id<'a>(session: &'a Session, entity: &str) -> Option<&'a Operation> {
    let is_of_kind = |one: &&Operation| {
        let slot = one.path_slots().last();
        slot.is_some_and(|slot| slot.entities.first().is_some_and(|own| own == entity))
    };
    let mut reads = session.api.of_kind(Kind::Read).filter(is_of_kind);
    reads.find(|one| one.ends_with_id())
}

/// Returns the markers that an answer shows; `None` unless it shows them all.
fn shown(
    context: &Context<'_>,
    markers: &[Marker],
    answer: &Answer,
    object: &Object,
) -> Option<Vec<Marker>> {
    let session = context.session;
    let victim = session.identity(object.owner)?;
    let attacker = session.identity(context.attacker)?;
    let disclosure = disclosed(markers, answer, object, (&victim, &attacker));
    let shown: Vec<_> = disclosure.shown.into_iter().map(|(one, _)| one).collect();
    let texts: BTreeSet<_> = shown.iter().map(|one| &one.text).collect();
    (!markers.is_empty() && texts.len() >= markers.len()).then_some(shown)
}

/// Returns true if a list's row of an object has every member that the object has for its owner.
fn is_whole(list: &Recorded, object: &Object, own: &Answer) -> bool {
    let ids = object.ids();
    let members = |json: &serde_json::Value| {
        let found = crate::tree::objects(json, Some(&object.entity));
        let row = found.into_iter().find(|one| {
            one.fields
                .values()
                .any(|value| ids.contains(value.as_str()))
        });
        row.map(|row| row.fields.into_keys().collect::<BTreeSet<_>>())
    };
    let row = list.answer.json.as_ref().and_then(members);
    let view = own.json.as_ref().and_then(members);
    row.zip(view)
        .is_some_and(|(row, view)| row.is_superset(&view))
}
