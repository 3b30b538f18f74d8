//! Passwords in answers to others, and lists that show what the object itself keeps back.

use std::{collections::BTreeSet, sync::Arc};

use super::{Attempt, Context};
use crate::{
    document::{DeclaredToken, Kind, Operation, Place},
    exchange::Recorded,
    report::model::Class,
    tree::leaves,
    verdict::{Verdict, disclosed},
    word::is_password,
    world::Object,
};

/// Looks through what the attacker is answered.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    for exchange in reads.iter() {
        let Some(operation) = session.operation(exchange.request.operation) else {
            continue;
        };
        if let Some(attempt) = passwords(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        } else if let Some(attempt) = undocumented(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        } else if let Some(attempt) = listed(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        }
    }
}

/// Finds the passwords of accounts that the scan made.
async fn passwords(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    let json = exchange.answer.json.as_ref()?;
    let leaves = leaves(json);
    let identities = session.identities();
    let (index, name) = identities
        .iter()
        .enumerate()
        .find_map(|(index, identity)| {
            let account = identity.account.read().clone()?;
            let is_other = index != context.attacker && identity.is_throwaway;
            let is_password = |text: &str| account.password.reveal() == text;
            let found = leaves
                .iter()
                .find(|(_, leaf)| leaf.value.as_str().is_some_and(is_password));
            found
                .filter(|_| is_other)
                .map(|(pointer, _)| (index, pointer.clone()))
        })?;
    let (attacker, victim) = (session.name(context.attacker), session.name(index));
    let is_public = match operation.declared.token {
        DeclaredToken::Required => false,
        _ => match session.send(None, exchange.request.clone()).await {
            Ok(anonymous) => anonymous.answer.is_accepted(),
            Err(_) => false,
        },
    };
    let verdict = match is_public {
        true => Verdict::Suspect(format!(
            "it is public, and shows the password of {victim} in `{name}`"
        )),
        false => Verdict::Confirmed(format!(
            "{attacker} reads the password of {victim} in `{name}`"
        )),
    };
    Some(attempt(
        context,
        Class::PropertyRead,
        verdict,
        (index, &[], exchange),
    ))
}

/// Finds an object of the victim in a list, whole, that the API refuses to the attacker by its identifier.
async fn listed(
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

/// Finds what only its owner should see of another person, where the document describes the answer and
/// does not have it: everything else in the same object is described.
async fn undocumented(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    if operation.administrative.is_some() || !exchange.answer.is_accepted() {
        return None;
    }
    let described = described(operation);
    let (victim, attacker) = (
        session.identity(context.victim)?,
        session.identity(context.attacker)?,
    );
    let json = exchange.answer.json.as_ref()?;
    let leaves = leaves(json);
    let private = victim.facts.read().clone();
    let found = leaves.iter().find(|(_, leaf)| {
        let is_private = crate::word::is_sensitive(leaf.name) && !is_password(leaf.name);
        let is_victims = crate::tree::text_of(leaf.value)
            .is_some_and(|text| text.len() > 4 && private.iter().any(|(_, value)| *value == text));
        let around = leaf
            .around
            .filter(|around| victim.is_carried_by(around) && !attacker.is_carried_by(around));
        let is_otherwise_described = around.is_some_and(|around| {
            let known = around
                .keys()
                .filter(|name| described.contains(*name))
                .count();
            let unknown = around.keys().filter(|name| !described.contains(*name));
            known >= 2
                && unknown
                    .into_iter()
                    .all(|name| crate::word::is_sensitive(name) || crate::word::is_privileged(name))
        });
        is_private && is_victims && !described.contains(leaf.name) && is_otherwise_described
    });
    let (pointer, leaf) = found?;
    let anonymous = session.send(None, exchange.request.clone()).await.ok()?;
    let text = format!(
        "{} reads `{pointer}` of {}, which the document does not have in the answer",
        attacker.name, victim.name
    );
    let is_declared = is_declared_private(operation, leaf.name);
    let verdict = match is_declared && !anonymous.answer.is_accepted() {
        true => Verdict::Confirmed(format!(
            "{} reads `{pointer}` of {}, which is for its owner only, as the document says",
            attacker.name, victim.name
        )),
        false => Verdict::Suspect(text),
    };
    Some(attempt(
        context,
        Class::PropertyRead,
        verdict,
        (context.victim, &[], exchange),
    ))
}

/// Returns true if a member of an answer is described as one that only its owner sees.
fn is_declared_private(operation: &Operation, name: &str) -> bool {
    fn walk(schema: &airside_api::document::Schema, name: &str) -> bool {
        let own = schema.properties.iter();
        own.into_iter()
            .any(|(own, member)| own == name && is_own_only(member) || walk(member, name))
            || schema
                .items
                .as_deref()
                .is_some_and(|items| walk(items, name))
    }
    let answers = operation.detail.answers.iter();
    answers
        .filter_map(|(_, schema)| schema.as_ref())
        .any(|schema| walk(schema, name))
}

/// Returns true if the description of a member says that only its owner sees it.
fn is_own_only(member: &airside_api::document::Schema) -> bool {
    let words = member
        .description
        .as_deref()
        .map(crate::word::words)
        .unwrap_or_default();
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    has(&["only", "private"])
        && has(&[
            "own",
            "owner",
            "self",
            "caller",
            "themselves",
            "administrators",
            "admin",
            "admins",
        ])
}

/// Returns the names of members in the described answers of success, without those that only owners see.
fn described(operation: &Operation) -> BTreeSet<String> {
    fn walk(schema: &airside_api::document::Schema, names: &mut BTreeSet<String>) {
        for (name, member) in &schema.properties {
            if !is_own_only(member) {
                names.insert(name.clone());
            }
            walk(member, names);
        }
        if let Some(items) = &schema.items {
            walk(items, names);
        }
    }
    let mut names = BTreeSet::new();
    let answers = operation
        .detail
        .answers
        .iter()
        .filter(|(status, _)| status.starts_with('2'));
    for schema in answers.filter_map(|(_, schema)| schema.as_ref()) {
        walk(schema, &mut names);
    }
    names
}

fn own_object(context: &Context<'_>, entity: &str, by_id: &Operation) -> Option<Arc<Object>> {
    let world = context.session.world.lock();
    let slot = by_id
        .slots
        .iter()
        .filter(|slot| slot.place == Place::Path)
        .next_back()?;
    let mut own = world.for_slot(context.victim, slot).into_iter();
    own.find(|one| one.entity == entity && one.made_by.is_some() && !one.canaries.is_empty())
}

/// Returns the canaries that the owner sees in the object itself.
async fn own_markers(
    context: &Context<'_>,
    by_id: &Operation,
    object: &Object,
) -> Option<(Vec<crate::verdict::Marker>, Recorded)> {
    let session = context.session;
    let ids = session.assign_own(by_id, object.owner, Some(object))?;
    let view = super::object_read::send(context, by_id, &ids, Some(object.owner))
        .await
        .ok()??;
    let answer = &view.answer;
    let canaries: Vec<_> = object
        .canaries
        .iter()
        .filter(|one| !is_password(&one.name))
        .cloned()
        .collect();
    let sent = crate::session::id_values(by_id, &ids);
    let mut markers = crate::verdict::markers([answer, answer], &canaries, &sent, "");
    markers.retain(|one| one.source == crate::verdict::MarkerSource::Canary);
    Some((markers, Arc::clone(&view)))
}

fn attempt(
    context: &Context<'_>,
    class: Class,
    verdict: Verdict,
    (victim, history, exchange): (usize, &[u64], &Recorded),
) -> Attempt {
    let mut exchanges = history.to_vec();
    exchanges.push(exchange.number);
    Attempt {
        class,
        verdict,
        parameters: Vec::new(),
        attacker: Some(context.attacker),
        victim: Some(victim),
        shortest: exchanges.clone(),
        exchanges,
    }
}
