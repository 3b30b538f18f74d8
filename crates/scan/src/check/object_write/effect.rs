//! The verdict on what the victim sees.

use super::{subject::target, watch::View};
use crate::{
    check::Context,
    document::Operation,
    exchange::Recorded,
    value::Canary,
    verdict::{EffectFacts, Target, Verdict, judge_effect},
    world::Object,
};

pub(super) async fn effect(
    context: &Context<'_>,
    operation: &Operation,
    object: &Object,
    (view, after, attack, canaries): (&View, &[Recorded; 2], &Recorded, &[Canary]),
) -> Verdict {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Verdict::NotTested("a caller is missing".to_owned());
    };
    let target = target(operation);
    let is_shared = match target {
        Target::Itself => false,
        Target::Around => {
            session.is_listed(object, context.attacker).await || reads(context, object).await
        }
    };
    judge_effect(&EffectFacts {
        before: [&view.before[0].answer, &view.before[1].answer],
        after: [&after[0].answer, &after[1].answer],
        attack: &attack.answer,
        canaries,
        object,
        victim: &victim,
        attacker: &attacker,
        target,
        is_shared,
        is_around: view.watch.is_around,
    })
}

/// Returns true if the attacker may read the object, as far as the API lets it: by the operation that shows
/// it to everybody, and not by a hole.
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
    match session.send(None, view).await {
        Ok(exchange) => {
            exchange.answer.is_accepted()
                && object
                    .canaries
                    .iter()
                    .any(|one| exchange.answer.text.contains(&one.text))
        }
        Err(_) => false,
    }
}

pub(super) fn refusal(context: &Context<'_>, attack: &Recorded) -> Verdict {
    let attacker = context.session.name(context.attacker);
    let status = attack.answer.status;
    match attack.answer.is_accepted() {
        true => Verdict::NotTested(format!(
            "{attacker} is answered {status}, and no view shows whether it has an effect"
        )),
        false => Verdict::of_refusal(&attacker, status),
    }
}
