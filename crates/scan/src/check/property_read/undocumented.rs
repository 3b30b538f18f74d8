//! Properties that only their owner should see, by the document.

use std::collections::BTreeSet;

use airside_api::document::Schema;
use serde_json::{Map, Value};

use super::own::attempt;
use crate::{
    check::{Attempt, Context},
    document::Operation,
    exchange::Recorded,
    identity::Identity,
    report::model::Class,
    tree::{Leaf, leaves, text_of},
    verdict::Verdict,
    word::{is_password, is_privileged, is_sensitive, says_owner_only},
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
    let victim = session.identity(context.victim)?;
    let attacker = session.identity(context.attacker)?;
    let described = described(operation);
    let leaves = leaves(exchange.answer.json.as_ref()?);
    let (pointer, leaf) = leaves.iter().find(|(_, leaf)| {
        let around = leaf.around;
        let around = around.filter(|one| victim.is_carried_by(one) && !attacker.is_carried_by(one));
        is_private_fact(leaf, &victim)
            && !described.contains(leaf.name)
            && around.is_some_and(|one| is_otherwise_described(one, &described))
    })?;
    let anonymous = session.send(None, exchange.request.clone()).await.ok()?;
    let is_declared = is_declared_private(operation, leaf.name);
    let what = format!("{} reads `{pointer}` of {}", attacker.name, victim.name);
    let verdict = match is_declared && !anonymous.answer.is_accepted() {
        true => Verdict::Confirmed(format!(
            "{what}, which is for its owner only, as the document says"
        )),
        false => Verdict::Suspect(format!(
            "{what}, which the document does not have in the answer"
        )),
    };
    let of = (context.victim, &[][..], exchange);
    Some(attempt(context, Class::PropertyRead, verdict, of))
}

/// Returns true if a value is a fact about a person that only its owner should see, by its name.
fn is_private_fact(leaf: &Leaf<'_>, person: &Identity) -> bool {
    let is_private = is_sensitive(leaf.name) && !is_password(leaf.name);
    let text = text_of(leaf.value).filter(|text| text.len() > 4);
    let facts = person.facts.read();
    is_private && text.is_some_and(|text| facts.iter().any(|(_, value)| *value == text))
}

/// Returns true if the document describes an object but for what is private in it.
fn is_otherwise_described(members: &Map<String, Value>, described: &BTreeSet<String>) -> bool {
    let (known, unknown): (Vec<&String>, Vec<&String>) =
        members.keys().partition(|name| described.contains(*name));
    let mut unknown = unknown.into_iter();
    known.len() >= 2 && unknown.all(|name| is_sensitive(name) || is_privileged(name))
}

/// Returns true if a member of an answer is described as one that only its owner sees.
fn is_declared_private(operation: &Operation, name: &str) -> bool {
    fn walk(schema: &Schema, name: &str) -> bool {
        let mut own = schema.properties.iter();
        own.any(|(own, member)| own == name && is_own_only(member) || walk(member, name))
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
fn is_own_only(member: &Schema) -> bool {
    member.description.as_deref().is_some_and(says_owner_only)
}

/// Returns the names of members in the described answers of success, without those that only owners see.
fn described(operation: &Operation) -> BTreeSet<String> {
    let answers = operation.detail.answers.iter();
    let answers = answers.filter(|(status, _)| status.starts_with('2'));
    let mut names = BTreeSet::new();
    for schema in answers.filter_map(|(_, schema)| schema.as_ref()) {
        add_names(schema, &mut names);
    }
    names
}

fn add_names(schema: &Schema, names: &mut BTreeSet<String>) {
    for (name, member) in &schema.properties {
        if !is_own_only(member) {
            names.insert(name.clone());
        }
        add_names(member, names);
    }
    if let Some(items) = &schema.items {
        add_names(items, names);
    }
}
