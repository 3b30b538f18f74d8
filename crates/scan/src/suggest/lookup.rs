//! The line of a rule that looks an owner up.

use airside_api::plain::toml_string;

use super::answer::owner_in;
use crate::{
    check::Hole,
    document::{Form, Kind, Operation, Place, Slot},
    session::Session,
    world::Object,
};

/// Returns the line that looks the owner up at the API before the request is forwarded: the owner of the object,
/// else of what it is in.
pub(super) fn by_lookup(
    session: &Session,
    (hole, operation): (&Hole, &Operation),
    object: &Object,
    claims: &[(String, String)],
) -> Option<String> {
    let own = operation.slots.iter();
    let own = own.filter(|slot| slot.form == Form::One && slot.entities.contains(&object.entity));
    // the caller chooses the identifiers that the attack did not need
    let around = operation.path_slots().filter(|slot| {
        let is_attacked = hole.attempt.parameters.contains(&slot.name);
        is_attacked && !slot.entities.contains(&object.entity)
    });
    let mut lines = own
        .chain(around)
        .filter_map(|slot| of_slot(session, slot, object, claims));
    lines.next()
}

/// Returns the line that looks up the owner of what a slot names.
fn of_slot(
    session: &Session,
    slot: &Slot,
    object: &Object,
    claims: &[(String, String)],
) -> Option<String> {
    let entity = match slot.entities.contains(&object.entity) {
        true => &object.entity,
        false => slot.entities.first()?,
    };
    let read = reader(session, entity)?;
    let views = session.probe.log();
    let mut views = views
        .iter()
        .filter(|one| one.request.operation == read.index && one.caller == Some(object.owner));
    let (pointer, claim) = views.find_map(|one| owner_in(one.answer.json.as_ref()?, claims))?;
    let own = read.slots.first()?;
    let place = match slot.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Body => "body",
        Place::Header => return None,
    };
    let path = read.path.replace(
        &format!("{{{}}}", own.name),
        &format!("{{{place}:{}}}", slot.name),
    );
    Some(format!(
        "{LOOKUP}owner = {{ lookup = {}, pointer = {}, equals = {} }}",
        toml_string(&format!("{}{path}", session.probe.base().as_str())),
        toml_string(&pointer),
        toml_string(&claim)
    ))
}

/// Returns the read of one object of a kind by its identifier.
fn reader<'a>(session: &'a Session, entity: &str) -> Option<&'a Operation> {
    let mut reads = session
        .api
        .of_kind(Kind::Read)
        .filter(|one| one.ends_with_id() && one.slots.len() == 1);
    reads.find(|one| {
        let mut slots = one.slots.iter();
        slots.all(|own| own.entities.first().is_some_and(|own| own == entity))
    })
}

/// The remark above a look-up.
const LOOKUP: &str =
    "# the guard asks without a token: name an address at which the API answers it\n";
