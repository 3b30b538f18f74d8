//! Lists that show what the object itself keeps back.

use std::collections::BTreeSet;

use super::own::{attempt, own_markers, own_object};
use crate::{
    check::{Attempt, Context},
    document::{Kind, Operation},
    exchange::Recorded,
    report::model::Class,
    verdict::{Verdict, disclosed},
    world::Object,
};

/// Finds an object of the victim in a list, whole, that the API refuses to the attacker by its identifier.
pub(super) async fn listed(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    if operation.kind != Kind::Read
        || operation.administrative.is_some()
        || !exchange.answer.is_accepted()
    {
        return None;
    }
    let entity = operation.entity.as_deref()?;
    let by_id = session.api.operations.iter().find(|one| {
        one.kind == Kind::Read
            && one.path.ends_with('}')
            && one
                .path_slots()
                .last()
                .is_some_and(|slot| slot.entities.first().map(String::as_str) == Some(entity))
    })?;
    let is_refused = session
        .outcomes(by_id.index)
        .iter()
        .any(|one| matches!(&one.verdict, Verdict::Refuted(why) if why.contains("refused")));
    let object = own_object(context, entity, by_id).filter(|_| is_refused)?;
    let (markers, own) = own_markers(context, by_id, &object).await?;
    let (victim, attacker) = (
        session.identity(object.owner)?,
        session.identity(context.attacker)?,
    );
    let disclosure = disclosed(&markers, &exchange.answer, &object, (&victim, &attacker));
    let shown: BTreeSet<_> = disclosure
        .shown
        .iter()
        .map(|(marker, _)| &marker.text)
        .collect();
    if markers.is_empty() || shown.len() < markers.len() {
        return None;
    }
    if let Ok(anonymous) = session.send(None, exchange.request.clone()).await
        && anonymous.answer.is_accepted()
    {
        return None;
    }
    let is_sensitive = disclosure
        .shown
        .iter()
        .any(|(marker, _)| marker.is_sensitive());
    let text = format!(
        "a list shows {} all of {}'s object, which `{}` refuses",
        attacker.name,
        victim.name,
        by_id.name()
    );
    let is_whole = is_whole(exchange, &object, &own.answer);
    let verdict = match is_sensitive || markers.len() > 1 || is_whole {
        true => Verdict::Confirmed(text),
        false => Verdict::Suspect(text),
    };
    Some(attempt(
        context,
        Class::ObjectRead,
        verdict,
        (object.owner, &object.history, exchange),
    ))
}

/// Returns true if a list's row of an object has every member that the object has for its owner.
fn is_whole(list: &Recorded, object: &Object, own: &crate::exchange::Answer) -> bool {
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
