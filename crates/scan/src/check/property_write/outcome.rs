//! The verdict on the object after a property was set.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    candidate::Candidates,
    protection::{Protection, protection},
    row::Row,
};
use crate::{
    check::{Attempt, Context},
    document::Operation,
    report::model::Class,
    tree::text_of,
    verdict::Verdict,
    world::Object,
};

/// Compares the object with what was set. What was taken is a hole where something says that callers may not
/// set it, else a suspect.
pub(super) fn judge(
    context: &Context<'_>,
    operation: &Operation,
    (candidates, set): (&Candidates, &Map<String, Value>),
    after: &[Row],
    object: &Object,
) -> Attempt {
    let session = context.session;
    let (names, shown_by) = taken((candidates, set), after);
    let is_refused = |index: usize| session.was_refused(index);
    let proofs = names.iter().filter_map(|name| {
        let value = set.get(name)?;
        let found = protection(&session.api, operation, (name.as_str(), value), is_refused)?;
        Some((name.clone(), found))
    });
    let proofs: Vec<_> = proofs.collect();
    let verdict = verdict(&session.name(object.owner), &names, &proofs);
    let parameters = match verdict.is_confirmed() {
        true => proofs.into_iter().map(|(name, _)| name).collect(),
        false => names,
    };
    let history = object.history.iter().copied();
    let exchanges = history.chain(shown_by).collect();
    Attempt {
        parameters,
        attacker: Some(object.owner),
        ..Attempt::new(Class::PropertyWrite, verdict, exchanges)
    }
}

/// Returns the properties that the object has as they were set, and the exchange that shows the last of them.
fn taken(
    (candidates, set): (&Candidates, &Map<String, Value>),
    after: &[Row],
) -> (Vec<String>, Option<u64>) {
    let mut names = Vec::new();
    let mut shown_by = None;
    for (name, value) in set {
        let found = after.iter().find(|row| {
            row.members.get(name).is_some_and(|own| {
                own == value || text_of(own).is_some() && text_of(own) == text_of(value)
            })
        });
        if let Some(row) = found
            && candidates.before.get(name) != Some(value)
        {
            names.push(name.clone());
            shown_by = Some(row.exchange.number);
        }
    }
    (names, shown_by)
}

fn verdict(attacker: &str, names: &[String], proofs: &[(String, Protection)]) -> Verdict {
    let proven: Vec<_> = proofs.iter().map(|(name, _)| name.as_str()).collect();
    match (names.is_empty(), proofs.first()) {
        (true, _) => Verdict::Refuted(String::new()),
        (false, Some((_, why))) => Verdict::Confirmed(format!(
            "{attacker} sets `{}`, and the object has it; {why}",
            proven.join("`, `")
        )),
        (false, None) => Verdict::Suspect(format!(
            "{attacker} sets `{}`; nothing says that callers may not",
            names.join("`, `")
        )),
    }
}

/// Returns the reason why there is no property to be set.
pub(super) fn nothing(operation: &Operation) -> String {
    let entity = operation.entity.as_deref().unwrap_or("object");
    format!("no answer shows a property of a {entity} that callers may not set")
}

/// Returns the reason why it is not known what became of properties.
pub(super) fn hidden(names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    format!(
        "the request with `{}` is accepted, and no read of the document shows the object afterwards",
        names.join("`, `")
    )
}

pub(super) fn ignored(candidates: &Candidates) -> Attempt {
    let names: Vec<_> = candidates.set.keys().map(String::as_str).collect();
    let why = format!("`{}` cannot be set", names.join("`, `"));
    Attempt {
        verdict: Verdict::Refuted(why),
        ..Attempt::untested(Class::PropertyWrite, "")
    }
}
