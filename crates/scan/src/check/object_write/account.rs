//! Attacks on accounts: one that is gone, one that is open without a token.

use std::sync::Arc;

use super::{
    effect::effect,
    prey::Prey,
    strike::sent_canaries,
    subject::class_of,
    watch::{View, after},
};
use crate::{
    check::{Attempt, Context},
    document::{DeclaredToken, Operation},
    exchange::Recorded,
    probe::ProbeError,
    report::model::{Class, Part},
    session::Variant,
    value::Canary,
    verdict::Verdict,
    world::Object,
};

/// Judges an attack after which the victim's account can no longer sign in, while another new one can.
pub(super) async fn account_is_gone(
    context: &Context<'_>,
    operation: &Operation,
    (prey, variant): (&Prey, &Variant),
    attack: &Recorded,
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = class_of(operation);
    let is_made = session
        .identity(prey.owner)
        .is_some_and(|one| one.is_throwaway);
    session.world.lock().retire(&prey.object);
    let (attacker, victim) = (session.name(context.attacker), session.name(prey.owner));
    if !is_made || session.renew_of(prey.owner).await.is_ok() {
        return Ok(Attempt::untested(
            class,
            format!("the token of {victim} stopped working during the attack"),
        ));
    }
    let last = session.probe.last_number();
    if let Err(why) = session.throwaway(None).await {
        return Ok(Attempt::untested(
            class,
            format!("{victim} cannot sign in after the attack, and neither can others: {why}"),
        ));
    }
    let mut shortest = prey.object.history.clone();
    shortest.extend([attack.number, last]);
    Ok(Attempt {
        class: match class {
            Class::ObjectWrite => Class::ObjectDelete,
            other => other,
        },
        verdict: Verdict::Confirmed(format!(
            "{victim}'s account is gone after {attacker}'s request: it cannot sign in any more"
        )),
        parameters: variant.parameters.clone(),
        attacker: Some(context.attacker),
        victim: Some(prey.owner),
        exchanges: shortest.clone(),
        shortest,
    })
}

/// Tries an attack that was refused without a token.
pub(super) async fn unauthenticated(
    context: &Context<'_>,
    operation: &Operation,
    (object, variant): (&Arc<Object>, &Variant),
    (views, refused): (&[View], &Recorded),
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    let Some(view) = views.first() else {
        return Ok(None);
    };
    if operation.declared.token == DeclaredToken::Public {
        return Ok(None);
    }
    let attack = session.send(None, refused.request.clone()).await?;
    session.note(&attack, Part::Anonymous);
    if !attack.answer.is_accepted() {
        return Ok(None);
    }
    let after = after(context, object.owner, &view.watch.spec, &attack).await?;
    let canaries: Vec<Canary> = sent_canaries(&attack);
    let judged = effect(
        context,
        operation,
        object,
        (view, &after, &attack, &canaries),
    )
    .await;
    if !judged.is_confirmed() {
        return Ok(None);
    }
    session.world.lock().retire(object);
    let attacker = session.name(context.attacker);
    let mut shortest = object.history.clone();
    shortest.extend([attack.number, after[1].number]);
    Ok(Some(Attempt {
        class: Class::Authentication,
        verdict: Verdict::Confirmed(format!(
            "it changes {}'s object without a token, and refuses {attacker} with {}",
            session.name(object.owner),
            refused.answer.status
        )),
        parameters: variant.parameters.clone(),
        attacker: None,
        victim: Some(object.owner),
        exchanges: shortest.clone(),
        shortest,
    }))
}
