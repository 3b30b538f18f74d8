//! One attack on one object.

use super::{
    account::{account_is_gone, unauthenticated},
    consequence::{gained, password_effect, shown},
    effect::{effect, refusal},
    forgery::{forged, forged_lists},
    prey::prey,
    strike::{attack, restore},
    subject::{class_of, sets_credentials},
    watch::{View, after, before, watches},
};
use crate::{
    check::{Attempt, Context},
    document::{Operation, Slot},
    probe::ProbeError,
    report::model::{Class, Part},
};

pub(super) async fn attempt(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    (at, fresh): (usize, bool),
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = class_of(operation);
    let prey = match prey(context, operation, slot, fresh).await {
        Ok(prey) => prey,
        Err(why) => return Ok(Attempt::untested(class, why)),
    };
    let object = &prey.object;
    let variants = session.variants(operation, object, context.attacker);
    let Some(variant) = variants.into_iter().nth(at) else {
        let why = "no identifier of it tells the victim's object from the attacker's";
        return Ok(Attempt::untested(class, why));
    };
    let watches = watches(context, operation, &variant).await?;
    let lists = forged_lists(context, operation, object);
    if watches.is_empty() && lists.is_empty() && !sets_credentials(operation) {
        let why = format!(
            "{} has no view of the object in which an effect could be seen",
            session.name(prey.owner)
        );
        return Ok(Attempt::untested(class, why));
    }
    let mut views = Vec::new();
    for watch in watches {
        views.push(View {
            before: before(context, operation, (&prey, &variant), &watch).await?,
            after: None,
            watch,
        });
    }
    let (attack, canaries) = attack(context, operation, &variant, None).await?;
    session.note(&attack, Part::Foreign);
    let mut verdict = refusal(context, &attack);
    let mut shown_by = None;
    for (at, view) in views.iter_mut().enumerate() {
        let after = match after(context, prey.owner, &view.watch.spec, &attack).await {
            Ok(after) => after,
            Err(ProbeError::NoCaller(_)) if attack.answer.status < 400 => {
                return account_is_gone(context, operation, (&prey, &variant), &attack).await;
            }
            Err(error) => return Err(error),
        };
        let judged = effect(
            context,
            operation,
            object,
            (view, &after, &attack, &canaries),
        )
        .await;
        view.after = Some(after);
        if at == 0 || judged.weight() > verdict.weight() {
            verdict = judged;
            shown_by = Some(at);
        }
    }
    let last_view = shown_by.and_then(|at| views.get(at)).or(views.first());
    let before = last_view.map(|view| &view.before);
    let after = last_view.and_then(|view| view.after.as_ref());
    let mut exchanges = object.history.clone();
    exchanges.extend(before.into_iter().flatten().map(|one| one.number));
    exchanges.push(attack.number);
    exchanges.extend(after.into_iter().flatten().map(|one| one.number));
    let mut last = after.map(|[_, second]| second.number);
    if !verdict.is_confirmed()
        && !attack.answer.is_accepted()
        && let Some(open) =
            unauthenticated(context, operation, (object, &variant), (&views, &attack)).await?
    {
        return Ok(open);
    }
    if !verdict.is_confirmed() && attack.answer.status < 400 {
        if let Some((by_password, number)) =
            password_effect(context, operation, prey.owner, &attack).await?
        {
            verdict = by_password;
            last = Some(number);
        } else if let Some((forged, number)) = forged(context, &lists, (object, &canaries)).await? {
            verdict = forged;
            last = Some(number);
        } else if let Some((gained, number)) = gained(context, object, &attack).await? {
            verdict = gained;
            last = Some(number);
        } else if let Some(shown) = shown(context, operation, &variant, &attack).await? {
            return Ok(Attempt {
                parameters: variant.parameters,
                ..shown
            });
        }
    }
    if verdict.is_confirmed() {
        exchanges.extend(last);
        session.world.lock().retire(object);
        if !prey.is_made
            && let Some(before) = before
        {
            restore(context, operation, &variant, &before[1]).await;
        }
    }
    let mut shortest = object.history.clone();
    shortest.push(attack.number);
    shortest.extend(last);
    exchanges.sort_unstable();
    exchanges.dedup();
    Ok(Attempt {
        class: match verdict.reason().contains("is gone") && class == Class::ObjectWrite {
            true => Class::ObjectDelete,
            false => class,
        },
        verdict,
        parameters: variant.parameters,
        attacker: Some(context.attacker),
        victim: Some(prey.owner),
        exchanges,
        shortest,
    })
}
