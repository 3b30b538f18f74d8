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
    session::Variant,
    tree::leaves,
    verdict::{Verdict, disclosed, markers},
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
    let Some(body) = attack.request.body.value() else {
        return Ok(None);
    };
    let leaves = leaves(body);
    let passwords = leaves.values().filter(|leaf| {
        is_password(leaf.name)
            && !leaf.name.to_lowercase().contains("old")
            && !leaf.name.to_lowercase().contains("current")
    });
    let Some(password) = passwords.filter_map(|leaf| leaf.value.as_str()).next() else {
        return Ok(None);
    };
    let own = session
        .identity(owner)
        .and_then(|one| one.account.read().clone());
    if own.is_some_and(|own| own.password.reveal() == password) {
        return Ok(None);
    }
    if !session.accepts_password(owner, password).await? {
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
    let was_refused = session
        .outcomes(view.operation)
        .iter()
        .any(|one| matches!(&one.verdict, Verdict::Refuted(why) if why.contains("refused")));
    if !was_refused {
        return Ok(None);
    }
    let read = session.send(Some(context.attacker), view).await?;
    let is_read = object
        .canaries
        .iter()
        .any(|one| read.answer.text.contains(&one.text));
    let (attacker, victim) = (session.name(context.attacker), session.name(object.owner));
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
    let sent = crate::session::id_values(operation, &variant.foreign);
    let found = markers([answer, answer], &object.canaries, &sent, "");
    let found: Vec<_> = found
        .into_iter()
        .filter(|one| one.source == crate::verdict::MarkerSource::Canary)
        .collect();
    if found.is_empty() {
        return Ok(None);
    }
    let disclosure = disclosed(&found, answer, object, (&victim, &attacker));
    let evidence = Evidence {
        disclosure,
        markers: found,
        own: Arc::clone(attack),
        attack: Arc::clone(attack),
        object: Arc::clone(object),
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
