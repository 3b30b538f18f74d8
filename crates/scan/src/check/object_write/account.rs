//! Attacks on accounts: one that is gone, one that is open without a token.

use super::{
    effect::effect,
    prey::Prey,
    strike::Strike,
    subject::class_of,
    watch::{View, after},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::{DeclaredToken, Operation},
    exchange::{Recorded, RequestSpec},
    probe::ProbeError,
    report::model::{Class, Part},
    session::Variant,
    verdict::Verdict,
};

/// Judges an attack after which the victim's account can no longer sign in, while another new one can.
pub(super) async fn account_is_gone(
    context: &Context<'_>,
    operation: &Operation,
    (prey, variant): (&Prey, &Variant),
    attack: &Recorded,
) -> Result<Attempt, Untested> {
    let session = context.session;
    session.world.lock().retire(&prey.object);
    let (attacker, victim) = (session.name(context.attacker), session.name(prey.owner));
    let identity = session.identity(prey.owner);
    let is_made = identity.is_some_and(|one| one.is_throwaway);
    let before = session.probe.last_number();
    if !is_made || session.renew_of(prey.owner).await.is_ok() {
        let why = format!("the token of {victim} stopped working during the attack");
        return Err(why.into());
    }
    let last = refused_sign_in(context, prey, before);
    session.throwaway(None).await.map_err(|why| {
        format!("{victim} cannot sign in after the attack, and neither can others: {why}")
    })?;
    let class = match class_of(operation) {
        Class::ObjectWrite => Class::ObjectDelete,
        other => other,
    };
    let verdict = Verdict::Confirmed(format!(
        "{victim}'s account is gone after {attacker}'s request: it cannot sign in any more"
    ));
    let exchanges = [prey.object.history.clone(), vec![attack.number, last]].concat();
    Ok(Attempt {
        parameters: variant.parameters.clone(),
        attacker: Some(context.attacker),
        victim: Some(prey.owner),
        ..Attempt::new(class, verdict, exchanges)
    })
}

/// Returns the sign-in after an exchange that is the one which was accepted before, else the last one.
fn refused_sign_in(context: &Context<'_>, prey: &Prey, before: u64) -> u64 {
    let probe = &context.session.probe;
    let sign_in = prey.object.history.last();
    let sign_in = sign_in.and_then(|number| probe.exchange(*number));
    let log = probe.log();
    let is_same =
        |request: &RequestSpec| sign_in.as_ref().is_some_and(|one| one.request == *request);
    let mut later = log.iter().filter(|one| one.number > before);
    let same = later.find(|one| is_same(&one.request));
    same.map_or(probe.last_number(), |one| one.number)
}

/// Tries an attack that was refused without a token.
pub(super) async fn unauthenticated(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    (view, refused): (&View, &Recorded),
) -> Result<Option<Attempt>, ProbeError> {
    let (session, object) = (context.session, &variant.object);
    if operation.declared.token == DeclaredToken::Public {
        return Ok(None);
    }
    let attack = session.send(None, refused.request.clone()).await?;
    session.note(&attack, Part::Anonymous);
    if !attack.answer.is_accepted() {
        return Ok(None);
    }
    let after = after(context, object.owner, &view.watch.spec, &attack).await?;
    let exchanges = [object.history.clone(), vec![attack.number, after[1].number]].concat();
    let view = view.with(after);
    let judged = effect(context, operation, object, (&view, &Strike::again(attack))).await;
    if !judged.is_confirmed() {
        return Ok(None);
    }
    session.world.lock().retire(object);
    let verdict = Verdict::Confirmed(format!(
        "it changes {}'s object without a token, and refuses {} with {}",
        session.name(object.owner),
        session.name(context.attacker),
        refused.answer.status
    ));
    Ok(Some(Attempt {
        parameters: variant.parameters.clone(),
        victim: Some(object.owner),
        ..Attempt::new(Class::Authentication, verdict, exchanges)
    }))
}
