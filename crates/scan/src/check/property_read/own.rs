//! The victim's own object and its markers.

use std::sync::Arc;

use crate::{
    check::{Attempt, Context, object_read::send},
    document::{Operation, Place},
    exchange::Recorded,
    report::model::Class,
    verdict::Verdict,
    word::is_password,
    world::Object,
};

pub(super) fn own_object(
    context: &Context<'_>,
    entity: &str,
    by_id: &Operation,
) -> Option<Arc<Object>> {
    let world = context.session.world.lock();
    let slot = by_id.slots.iter().rfind(|slot| slot.place == Place::Path)?;
    let mut own = world.for_slot(context.victim, slot).into_iter();
    own.find(|one| one.entity == entity && one.made_by.is_some() && !one.canaries.is_empty())
}

/// Returns the canaries that the owner sees in the object itself.
pub(super) async fn own_markers(
    context: &Context<'_>,
    by_id: &Operation,
    object: &Object,
) -> Option<(Vec<crate::verdict::Marker>, Recorded)> {
    let session = context.session;
    let ids = session.assign_own(by_id, object.owner, Some(object))?;
    let view = send(context, by_id, &ids, Some(object.owner)).await.ok()?;
    let answer = &view.answer;
    let canaries = object.canaries.iter();
    let canaries: Vec<_> = canaries
        .filter(|one| !is_password(&one.name))
        .cloned()
        .collect();
    let sent = crate::session::id_values(&ids);
    let mut markers = crate::verdict::markers([answer, answer], &canaries, &sent, "");
    markers.retain(|one| one.source == crate::verdict::MarkerSource::Canary);
    Some((markers, Arc::clone(&view)))
}

pub(super) fn attempt(
    context: &Context<'_>,
    class: Class,
    verdict: Verdict,
    (victim, history, exchange): (usize, &[u64], &Recorded),
) -> Attempt {
    let mut exchanges = history.to_vec();
    exchanges.push(exchange.number);
    Attempt {
        attacker: Some(context.attacker),
        victim: Some(victim),
        ..Attempt::new(class, verdict, exchanges)
    }
}
