//! Guard rules that close what was found.

use std::collections::BTreeSet;

use airside_api::plain::toml_string;
use serde_json::Value;

use crate::{
    check::Hole,
    document::{Kind, Operation, Place, Slot},
    exchange::{Exchange, IdentityIndex},
    identity::claims,
    report::model::Class,
    request::body_schema,
    session::Session,
    tree::{leaves, text_of},
    word::{folded, is_privileged},
    world::Object,
};

/// Returns the rule of `guard.toml` that closes a finding. A rule names a claim only if the victim's token
/// has it with the value that the object has; where none does, `owner` is left as a comment to be completed,
/// and the rule lets nobody in until then.
#[must_use]
pub(crate) fn rule(session: &Session, hole: &Hole, operation: &Operation) -> String {
    let mut lines = vec![
        "[[operation]]".to_owned(),
        format!("match = {}", toml_string(&operation.name())),
    ];
    match hole.class {
        Class::Function => lines.push(role(operation)),
        Class::PropertyWrite => {
            lines.push("any_token = true".to_owned());
            lines.extend(
                owner(session, hole, operation)
                    .into_iter()
                    .filter(|line| !line.starts_with('#')),
            );
            lines.push(fields(operation));
        }
        Class::PropertyRead => {
            lines.push("any_token = true".to_owned());
            lines.push(show(operation));
        }
        Class::Authentication if operation.administrative.is_some() => lines.push(role(operation)),
        _ => {
            lines.push("any_token = true".to_owned());
            let owner = owner(session, hole, operation);
            lines.push(owner.unwrap_or_else(|| UNKNOWN.to_owned()));
        }
    }
    lines.join("\n") + "\n"
}

fn role(operation: &Operation) -> String {
    let role = operation.declared.role.as_deref().unwrap_or("admin");
    format!("role = {}", toml_string(role))
}

/// Returns the line that says whose object it is.
fn owner(session: &Session, hole: &Hole, operation: &Operation) -> Option<String> {
    let victim = hole.victim?;
    let claims = claims_of(session, victim);
    if let Some(line) = by_request(operation, session, hole, &claims) {
        return Some(line);
    }
    let object = object_of(session, hole)?;
    if operation.kind == Kind::Read
        && let Some((pointer, claim)) = in_answers(session, hole, operation.index, &claims)
    {
        return Some(format!(
            "owner = {{ response = {}, equals = {} }}",
            toml_string(&pointer),
            toml_string(&claim)
        ));
    }
    by_lookup(session, operation, &object, &claims)
}

/// Returns the line for an identifier of the request that is the caller's own.
fn by_request(
    operation: &Operation,
    session: &Session,
    hole: &Hole,
    claims: &[(String, String)],
) -> Option<String> {
    let attacks = hole
        .shortest
        .iter()
        .filter_map(|number| session.probe.exchange(*number));
    let attack = attacks
        .filter(|one| one.request.operation == operation.index)
        .last()?;
    operation.slots.iter().find_map(|slot| {
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

/// Finds the owner in an answer of an operation to the victim.
fn in_answers(
    session: &Session,
    hole: &Hole,
    operation: usize,
    claims: &[(String, String)],
) -> Option<(String, String)> {
    let numbers: BTreeSet<u64> = hole.exchanges.iter().copied().collect();
    let exchanges = numbers
        .iter()
        .filter_map(|number| session.probe.exchange(*number));
    let mut answers =
        exchanges.filter(|one| one.request.operation == operation && one.answer.is_accepted());
    answers.find_map(|one| owner_in(one.answer.json.as_ref()?, claims))
}

/// Finds a member that names the owner: its JSON pointer and the claim.
fn owner_in(json: &Value, claims: &[(String, String)]) -> Option<(String, String)> {
    let leaves = leaves(json);
    let found = leaves.iter().find_map(|(pointer, leaf)| {
        let text = text_of(leaf.value)?;
        let (claim, _) = claims.iter().find(|(_, value)| *value == text)?;
        let is_list = pointer.split('/').any(|part| part.parse::<usize>().is_ok());
        (!is_list && folded(leaf.name) != "id").then(|| (pointer.clone(), claim.clone()))
    });
    found
}

fn object_of(session: &Session, hole: &Hole) -> Option<Object> {
    let world = session.world.lock();
    let own = world
        .all()
        .iter()
        .filter(|one| Some(one.owner) == hole.victim);
    let mut made = own.filter(|one| {
        one.history
            .last()
            .is_some_and(|number| hole.exchanges.contains(number))
    });
    made.next_back().map(|one| (**one).clone())
}

/// Returns the line that looks the owner up at the API before the request is forwarded.
fn by_lookup(
    session: &Session,
    operation: &Operation,
    object: &Object,
    claims: &[(String, String)],
) -> Option<String> {
    let slot = operation
        .slots
        .iter()
        .find(|slot| slot.entities.contains(&object.entity))?;
    let reads =
        session.api.operations.iter().filter(|one| {
            one.kind == Kind::Read && one.path.ends_with('}') && one.slots.len() == 1
        });
    let mut reads = reads.filter(|one| {
        one.slots
            .iter()
            .all(|own| own.entities.first() == Some(&object.entity))
    });
    let read = reads.next()?;
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
        "owner = {{ lookup = {}, pointer = {}, equals = {} }}",
        toml_string(&format!("{}{path}", session.probe.base().as_str())),
        toml_string(&pointer),
        toml_string(&claim)
    ))
}

/// Returns the line with the members that a body may have, as the document says.
fn fields(operation: &Operation) -> String {
    let schema = body_schema(operation, None).unwrap_or_default();
    let members = schema
        .properties
        .iter()
        .filter(|(name, member)| !member.is_read_only && !is_undeclared(operation, name));
    let members: Vec<_> = members
        .map(|(name, _)| toml_string(&format!("/{name}")))
        .collect();
    format!("body_fields = [{}]", members.join(", "))
}

fn is_undeclared(operation: &Operation, name: &str) -> bool {
    let declared = operation.detail.body.as_ref().map(|body| &body.schema);
    declared.is_some_and(|schema| !schema.properties.is_empty() && schema.property(name).is_none())
}

/// Returns the line with the members that an answer keeps.
fn show(operation: &Operation) -> String {
    let answers = operation
        .detail
        .answers
        .iter()
        .filter(|(status, _)| status.starts_with('2'));
    let schema = answers.filter_map(|(_, schema)| schema.as_ref()).next();
    let (prefix, members) = match schema {
        Some(schema) if schema.items.is_some() => ("/*", schema.items.as_deref()),
        other => ("", other),
    };
    let names = members.into_iter().flat_map(|schema| &schema.properties);
    let kept = names.filter(|(name, _)| !crate::word::is_sensitive(name) && !is_privileged(name));
    let kept: Vec<_> = kept
        .map(|(name, _)| toml_string(&format!("{prefix}/{name}")))
        .collect();
    format!("show = [{}]", kept.join(", "))
}

const UNKNOWN: &str =
    "# owner = { … }   # say how the owner is known: no claim of the token is in the object";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_owner_is_found_where_a_claim_is() {
        let claims = [("sub".to_owned(), "alice".to_owned())];
        let found = owner_in(&json!({"data": {"id": "alice", "owner": "alice"}}), &claims);
        assert_eq!(found, Some(("/data/owner".to_owned(), "sub".to_owned())));
        assert_eq!(owner_in(&json!([{"owner": "alice"}]), &claims), None);
    }
}
