//! Effects beside those in a view: a password that opens the account, access that was gained, an object in the answer.

use std::sync::Arc;

use super::subject::sets_credentials;
use crate::{
    check::{
        Attempt, Context,
        object_read::{Evidence, judge_answer},
    },
    document::Operation,
    exchange::{Answer, IdentityIndex, Recorded},
    probe::ProbeError,
    report::model::Class,
    session::{Variant, id_values},
    tree::leaves,
    verdict::{MarkerSource, Verdict, disclosed, markers},
    word::is_password,
    world::Object,
};

/// Tries the password that the attacker has set.
pub(super) async fn password_effect(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
    attack: &Recorded,
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    let is_made = session.identity(owner).is_some_and(|one| one.is_throwaway);
    if !sets_credentials(operation) || !is_made {
        return Ok(None);
    }
    let Some(password) = new_password(attack) else {
        return Ok(None);
    };
    let own = session
        .identity(owner)
        .and_then(|one| one.account.read().clone());
    if own.is_some_and(|own| own.password.reveal() == password) {
        return Ok(None);
    }
    if !session.accepts_password(owner, &password).await? {
        return Ok(None);
    }
    let (attacker, victim) = (session.name(context.attacker), session.name(owner));
    Ok(Some((
        Verdict::Confirmed(format!(
            "{victim}'s account opens with the password that {attacker} has set"
        )),
        session.probe.last_number(),
    )))
}

/// Returns the password that a request sets.
fn new_password(attack: &Recorded) -> Option<String> {
    let leaves = leaves(attack.request.body.value()?);
    let mut passwords = leaves.values().filter(|leaf| {
        let name = leaf.name.to_lowercase();
        is_password(leaf.name) && !name.contains("old") && !name.contains("current")
    });
    passwords.find_map(|leaf| leaf.value.as_str().map(str::to_owned))
}

/// Reads the object as the attacker, who was refused before.
pub(super) async fn gained(
    context: &Context<'_>,
    object: &Object,
    attack: &Recorded,
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    if !attack.answer.is_accepted() {
        return Ok(None);
    }
    let Some(view) = session.view(object).await? else {
        return Ok(None);
    };
    if !session.was_refused(view.operation) {
        return Ok(None);
    }
    let read = session.send(Some(context.attacker), view).await?;
    let (attacker, victim) = (session.name(context.attacker), session.name(object.owner));
    let is_read = object.is_marked_in(&read.answer.text);
    Ok(is_read.then(|| {
        let text = format!(
            "{attacker} reads {victim}'s object after the request, which was refused before"
        );
        (Verdict::Confirmed(text), read.number)
    }))
}

/// Judges what the answer of a write shows of the victim's object.
pub(super) async fn shown(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    attack: &Recorded,
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    let object = &variant.object;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(None);
    };
    let answer: &Answer = &attack.answer;
    let sent = id_values(&variant.foreign);
    let mut found = markers([answer, answer], &object.canaries, &sent, "");
    found.retain(|one| one.source == MarkerSource::Canary);
    if found.is_empty() {
        return Ok(None);
    }
    let evidence = Evidence {
        disclosure: disclosed(&found, answer, object, (&victim, &attacker)),
        markers: found,
        own: Arc::clone(attack),
        attack: Arc::clone(attack),
        object: Arc::clone(object),
        is_settled: false,
    };
    let attempt = judge_answer(context, operation, evidence).await?;
    Ok(attempt.map(|one| Attempt {
        class: match one.class {
            Class::ObjectWrite | Class::ObjectDelete => Class::ObjectRead,
            other => other,
        },
        ..one
    }))
}
