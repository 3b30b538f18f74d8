//! Properties that only their owner should see, by the document.

use std::collections::BTreeSet;

use super::own::attempt;
use crate::{
    check::{Attempt, Context},
    document::Operation,
    exchange::Recorded,
    report::model::Class,
    tree::leaves,
    verdict::Verdict,
    word::is_password,
};

/// Finds what only its owner should see of another person, where the document describes the answer and
/// does not have it: everything else in the same object is described.
pub(super) async fn undocumented(
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
