//! The verdict on what the victim sees.

use super::{
    strike::Strike,
    subject::{is_request, target},
    watch::View,
};
use crate::{
    check::Context,
    document::{Kind, Operation, Place},
    exchange::Recorded,
    verdict::{EffectFacts, Target, Verdict, judge_effect},
    world::Object,
};

pub(super) async fn effect(
    context: &Context<'_>,
    operation: &Operation,
    object: &Object,
    (view, strike): (&View, &Strike),
) -> Verdict {
    let session = context.session;
    let (Some(victim), Some(attacker), Some(after)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
        &view.after,
    ) else {
        return Verdict::NotTested("a caller or a view is missing".to_owned());
    };
    let target = target(operation);
    let is_shared = match target {
        Target::Itself => false,
        Target::Around => {
            is_listed(context, object, &strike.exchange).await
                || reads(context, object).await
                || is_shown_to_attacker(context, operation, (view, strike)).await
        }
    };
    judge_effect(&EffectFacts {
        before: [&view.before[0].answer, &view.before[1].answer],
        after: [&after[0].answer, &after[1].answer],
        attack: &strike.exchange.answer,
        canaries: &strike.canaries,
        object,
        victim: &victim,
        attacker: &attacker,
        target,
        is_shared,
        is_around: view.watch.is_around,
        is_request: is_request(operation),
    })
}

/// Returns true if a list of the attacker has an object now. Lists of another name are read where the attack
/// was accepted.
async fn is_listed(context: &Context<'_>, object: &Object, attack: &Recorded) -> bool {
    let (session, attacker) = (context.session, Some(context.attacker));
    let kinds = [object.entity.as_str()];
    let reads = session.legitimate_reads_about(attacker, &kinds).await;
    if session.is_listed(object, &reads) || !attack.answer.is_accepted() {
        return session.is_listed(object, &reads);
    }
    let operation = attack.request.operation;
    let mut reads = session.legitimate_reads(attacker).await;
    reads.retain(|one| one.request.operation != operation);
    session.is_in_other_list(object, &reads)
}

/// Returns true if the attacker sees what it made about a person where that person sees it: it may be meant for
/// all.
async fn is_shown_to_attacker(
    context: &Context<'_>,
    operation: &Operation,
    (view, strike): (&View, &Strike),
) -> bool {
    let mut slots = operation.slots.iter();
    let is_about_person = slots.any(|slot| slot.is_person() && slot.place == Place::Body);
    if operation.kind != Kind::Create || !is_about_person || !view.watch.is_around {
        return false;
    }
    let spec = view.watch.spec.clone();
    let own = context.session.send(Some(context.attacker), spec).await;
    own.is_ok_and(|one| {
        let mut canaries = strike.canaries.iter();
        one.answer.is_accepted() && canaries.any(|canary| one.answer.text.contains(&canary.text))
    })
}

/// Returns true if the attacker may read the object, as far as the API lets it: by the operation that shows
/// it to everybody, or that shows no more than the attacker's own lists, and not by a hole.
async fn reads(context: &Context<'_>, object: &Object) -> bool {
    let session = context.session;
    let Ok(Some(view)) = session.view(object).await else {
        return false;
    };
    let outcomes = session.outcomes(view.operation);
    let is_hole = outcomes.iter().any(|one| one.verdict.is_confirmed());
    if is_hole {
        return false;
    }
    let is_listed = outcomes.iter().any(|one| one.verdict.is_of_own_list());
    let caller = Some(context.attacker).filter(|_| is_listed);
    let answer = session.send(caller, view).await;
    answer.is_ok_and(|one| one.answer.is_accepted() && object.is_marked_in(&one.answer.text))
}

pub(super) fn refusal(context: &Context<'_>, attack: &Recorded) -> Verdict {
    let attacker = context.session.name(context.attacker);
    let status = attack.answer.status;
    match attack.answer.is_done() {
        true => Verdict::NotTested(format!(
            "{attacker} is answered {status}, and no view shows whether it has an effect"
        )),
        false => Verdict::of_refusal(&attacker, status),
    }
}
