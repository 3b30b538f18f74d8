//! One attack on one object.

use super::{
    evidence::{Evidence, judge, send, unique},
    own_view::OwnView,
};
use crate::{
    check::{Attempt, Context, Untested},
    document::{DeclaredToken, Kind, Operation},
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::{Class, Part},
    session::Variant,
    verdict::{Disclosure, Verdict, differs_from, disclosed, is_shown, masked},
};

pub(super) async fn attempt(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    fresh: bool,
) -> Result<Attempt, Untested> {
    let variant = match fresh {
        true => renewed(context, operation, variant).await,
        false => variant.clone(),
    };
    let view = OwnView::read(context, operation, &variant).await?;
    let attacker = Some(context.attacker);
    let attack = send(context, operation, &variant.foreign, attacker).await?;
    context.session.note(&attack, Part::Foreign);
    let disclosure = disclosure(context, operation, &view, &attack.answer).await?;
    let attempt = match anonymous(context, operation, &view, &attack).await? {
        Some(open) => open,
        None => {
            let evidence = Evidence {
                disclosure,
                is_settled: !view.is_planted,
                markers: view.markers,
                own: view.first,
                attack,
                object: view.object,
            };
            judge(context, operation, &evidence).await?
        }
    };
    Ok(Attempt {
        parameters: variant.parameters,
        ..attempt
    })
}

/// Looks for an answer without a token where the attacker is refused.
async fn anonymous(
    context: &Context<'_>,
    operation: &Operation,
    view: &OwnView,
    attack: &Recorded,
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    if attack.answer.is_accepted() || operation.declared.token == DeclaredToken::Public {
        return Ok(None);
    }
    let answer = session.send(None, attack.request.clone()).await?;
    session.note(&answer, Part::Anonymous);
    let mut markers = view.markers.iter();
    let shown = markers.find(|one| is_shown(one, &answer.answer));
    let Some(shown) = shown.filter(|_| answer.answer.is_accepted()) else {
        return Ok(None);
    };
    let (attacker, owner) = (context.attacker, view.object.owner);
    let verdict = Verdict::Confirmed(format!(
        "it shows `{}` of {}'s object without a token, and refuses {} with {}",
        shown.name,
        session.name(owner),
        session.name(attacker),
        attack.answer.status
    ));
    let history = view.object.history.iter().copied();
    let shortest = unique(history.chain([answer.number]));
    let exchanges = unique(shortest.iter().copied().chain([attack.number]));
    Ok(Some(Attempt {
        victim: Some(owner),
        shortest,
        markers: vec![shown.text.clone()],
        ..Attempt::new(Class::Authentication, verdict, exchanges)
    }))
}

/// Finds markers in an answer. Where nothing in the answer names anybody, it must be the victim's answer
/// itself, and the attacker's own object must have another one.
async fn disclosure(
    context: &Context<'_>,
    operation: &Operation,
    view: &OwnView,
    attack: &Answer,
) -> Result<Disclosure, Untested> {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(view.object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(Disclosure::default());
    };
    let disclosure = disclosed(&view.markers, attack, &view.object, (&victim, &attacker));
    let stable = masked(view.answers());
    let is_same = attack.is_accepted() && !stable.is_empty() && !differs_from(&stable, attack);
    if !disclosure.shown.is_empty() || !view.is_natural() || !is_same {
        return Ok(disclosure);
    }
    let Some(own) = session.assign_own(operation, context.attacker, None) else {
        return Ok(disclosure);
    };
    let own = send(context, operation, &own, Some(context.attacker)).await?;
    session.note(&own, Part::Own);
    if !own.answer.is_accepted() || !differs_from(&stable, &own.answer) {
        return Ok(disclosure);
    }
    let markers = view.markers.iter();
    let shown = markers.map(|one| (one.clone(), format!("/{}", one.name)));
    Ok(Disclosure {
        shown: shown.collect(),
    })
}

/// Makes the attacked object again, where the operation reads just this object.
async fn renewed(context: &Context<'_>, operation: &Operation, variant: &Variant) -> Variant {
    let session = context.session;
    let maker = variant.object.made_by;
    let maker = maker.and_then(|index| session.operation(index));
    let makes = |one: &&Operation| one.kind == Kind::Create || one.puts_by_id();
    let maker = maker.filter(|one| makes(one) && operation.ends_with_id());
    let Some(maker) = maker else {
        return variant.clone();
    };
    let Ok(object) = session.create(maker, variant.object.owner, None).await else {
        return variant.clone();
    };
    let mut again = session
        .variants(operation, &object, context.attacker)
        .into_iter();
    let same = again.find(|one| {
        one.parameters == variant.parameters && one.beside.is_some() == variant.beside.is_some()
    });
    same.unwrap_or_else(|| variant.clone())
}
