//! The line of a rule that says whose an object is.

use airside_api::plain::toml_string;

use super::{
    answer::{answers, in_answers, owner_of_items},
    lookup::by_lookup,
};
use crate::{
    check::Hole,
    document::{Form, Kind, Operation, Place, Slot},
    exchange::{Exchange, IdentityIndex},
    identity::claims,
    session::Session,
    tree::text_of,
    world::Object,
};

/// Returns the line that says whose object it is.
pub(super) fn owner(session: &Session, hole: &Hole, operation: &Operation) -> Option<String> {
    // a property is set in the caller's own object
    let owner = hole.attempt.victim.or(hole.attempt.attacker)?;
    let claims = claims_of(session, owner);
    if let Some(line) = by_request(operation, session, hole, &claims) {
        return Some(line);
    }
    let object = object_of(session, hole, owner)?;
    if operation.kind == Kind::Read
        && let Some((pointer, claim)) = in_answers(session, hole, operation.index, &claims)
    {
        return Some(format!(
            "owner = {{ response = {}, equals = {} }}",
            toml_string(&pointer),
            toml_string(&claim)
        ));
    }
    let items = match operation.kind == Kind::Read && !operation.is_write() {
        true => by_items(session, hole, operation.index, &claims),
        false => None,
    };
    items.or_else(|| by_lookup(session, (hole, operation), &object, &claims))
}

/// Returns the line that keeps the caller's own rows of a list.
fn by_items(
    session: &Session,
    hole: &Hole,
    operation: usize,
    claims: &[(String, String)],
) -> Option<String> {
    let (items, field, claim) = answers(session, hole, operation)
        .iter()
        .find_map(|one| owner_of_items(one.answer.json.as_ref()?, claims))?;
    Some(format!(
        "owner = {{ items = {}, field = {}, equals = {} }}",
        toml_string(&items),
        toml_string(&field),
        toml_string(&claim)
    ))
}

/// Returns the line for an identifier of the request that is the caller's own.
fn by_request(
    operation: &Operation,
    session: &Session,
    hole: &Hole,
    claims: &[(String, String)],
) -> Option<String> {
    let attacks = hole
        .attempt
        .shortest
        .iter()
        .filter_map(|number| session.probe.exchange(*number));
    let attack = attacks
        .filter(|one| one.request.operation == operation.index)
        .last()?;
    let slots = operation.slots.iter();
    // a rule for the first one of a list leaves the others open
    let mut slots = slots.filter(|slot| slot.form == Form::One);
    slots.find_map(|slot| {
        let value = value_in(&attack, operation, slot)?;
        let (claim, _) = claims.iter().find(|(_, own)| *own == value)?;
        let place = match slot.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Body => "body",
            Place::Header => return None,
        };
        Some(format!(
            "owner = {{ {place} = {}, equals = {} }}",
            toml_string(&slot.name),
            toml_string(claim)
        ))
    })
}

/// Returns the value of a slot in a request that was sent.
fn value_in(exchange: &Exchange, operation: &Operation, slot: &Slot) -> Option<String> {
    let (path, query) = match exchange.request.target.split_once('?') {
        Some((path, query)) => (path, query),
        None => (exchange.request.target.as_str(), ""),
    };
    match slot.place {
        Place::Path => {
            let template = operation.path.split('/');
            let (_, value) = template
                .zip(path.split('/'))
                .find(|(part, _)| *part == format!("{{{}}}", slot.name))?;
            let value = percent_encoding::percent_decode_str(value)
                .decode_utf8()
                .ok()?;
            Some(value.into_owned())
        }
        Place::Query => form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| *name == slot.name)
            .map(|(_, value)| value.into_owned()),
        Place::Body => text_of(exchange.request.body.value()?.pointer(&slot.name)?),
        Place::Header => None,
    }
}

/// Returns the claims of the victim's token that name it.
fn claims_of(session: &Session, victim: IdentityIndex) -> Vec<(String, String)> {
    let Some(identity) = session.identity(victim) else {
        return Vec::new();
    };
    let token = identity.token.read().clone();
    let mut claims = token
        .map(|token| claims::of(token.reveal()))
        .unwrap_or_default();
    claims.retain(|(name, value)| {
        value.len() > 1
            && !matches!(
                name.as_str(),
                "iss" | "aud" | "client_id" | "scope" | "role" | "roles"
            )
            || name == "sub"
    });
    claims.sort_by_key(|(name, _)| name != "sub");
    if claims.is_empty() {
        // an opaque token says nothing: behind a guard `sub` names the caller
        let facts = ["id", "userid", "username", "email"];
        let named = facts.iter().filter_map(|name| identity.fact(&[name]));
        claims.extend(named.map(|value| ("sub".to_owned(), value)));
    }
    claims
}

/// Returns the object of an owner that the exchanges of a finding made.
fn object_of(session: &Session, hole: &Hole, owner: IdentityIndex) -> Option<Object> {
    let world = session.world.lock();
    let own = world.all().iter().filter(|one| one.owner == owner);
    let mut made = own.filter(|one| {
        let last = one.history.last();
        last.is_some_and(|number| hole.attempt.exchanges.contains(number))
    });
    made.next_back().map(|one| (**one).clone())
}
