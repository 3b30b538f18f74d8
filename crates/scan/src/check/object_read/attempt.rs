//! One attack on one object.

use std::sync::Arc;

use super::evidence::{Evidence, class_of, is_legitimate, judge, send, unique};
use crate::{
    check::{Attempt, Context},
    document::{Kind, Operation},
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::{Class, Part},
    session::Variant,
    verdict::{
        Disclosure, Marker, MarkerSource, Verdict, differs_from, disclosed, is_shown, markers,
        masked,
    },
    world::Object,
};

pub(super) async fn attempt(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    fresh: bool,
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = class_of(operation);
    let variant = match fresh {
        true => renewed(context, operation, variant).await,
        false => variant.clone(),
    };
    let object = &variant.object;
    let Some(mut first) = send(context, operation, &variant.own, Some(context.victim)).await?
    else {
        return Ok(Attempt::untested(class, "its request cannot be built"));
    };
    session.note(&first, Part::Own);
    if !first.answer.is_accepted() {
        let victim = session.name(context.victim);
        let why = format!(
            "{victim} is refused with {} for an object of their own",
            first.answer.status
        );
        return Ok(Attempt::untested(class, why));
    }
    let mut second = session
        .send(Some(context.victim), first.request.clone())
        .await?;
    let canaries = session.world.lock().canaries_of(context.victim);
    let sent = crate::session::id_values(operation, &variant.foreign);
    let view = [&first.answer, &second.answer];
    let mut found = markers(view, &canaries, &sent, "");
    if found.iter().all(|one| one.source == MarkerSource::Found)
        && let Some(planted) = plant(context, operation, &variant).await?
    {
        let answer = session
            .send(Some(context.victim), first.request.clone())
            .await?;
        found = markers([&answer.answer; 2], &planted, &sent, "");
        found.retain(|one| one.source == MarkerSource::Canary);
        if found.is_empty() {
            found = markers(view, &canaries, &sent, "");
        } else {
            first = Arc::clone(&answer);
            second = answer;
        }
    }
    let view = [&first.answer, &second.answer];
    if found.iter().all(|one| one.source == MarkerSource::Found) {
        let known = known_text(context, operation).await;
        found = markers(view, &canaries, &sent, &known);
    }
    // the name of an owner is in the public part of many objects
    let carriers = session
        .identity(object.owner)
        .map(|one| one.carriers.read().clone());
    found.retain(|one| {
        one.source == MarkerSource::Canary
            || one.is_sensitive()
            || !carriers.as_ref().is_some_and(|all| all.contains(&one.text))
    });
    if found.is_empty() {
        let why = "the answer to the owner has nothing by which it could be recognised";
        return Ok(Attempt::untested(class, why));
    }
    let Some(attack) = send(context, operation, &variant.foreign, Some(context.attacker)).await?
    else {
        return Ok(Attempt::untested(class, "its request cannot be built"));
    };
    session.note(&attack, Part::Foreign);
    let disclosure = disclosure(context, operation, &found, &attack.answer, (object, view)).await?;
    if let Some(open) = anonymous(context, operation, (&found, object), &attack).await? {
        return Ok(Attempt {
            parameters: variant.parameters.clone(),
            ..open
        });
    }
    let judged = judge(
        context,
        operation,
        &Evidence {
            disclosure,
            markers: found,
            own: first,
            attack: Arc::clone(&attack),
            object: Arc::clone(object),
        },
    )
    .await?;
    Ok(Attempt {
        parameters: variant.parameters.clone(),
        ..judged
    })
}

/// Writes canaries into a thing below an object that the scan made, as its owner: it has none where it was
/// not made by a request of its own.
async fn plant(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
) -> Result<Option<Vec<crate::value::Canary>>, ProbeError> {
    let session = context.session;
    let mut writes = session.api.operations.iter();
    let write = writes.find(|one| one.kind == Kind::Update && one.path == operation.path);
    let (Some(write), true, Some(_)) = (write, session.allow_writes, variant.object.made_by) else {
        return Ok(None);
    };
    match session
        .try_body(write, &variant.own, Some(context.victim), None)
        .await
    {
        Ok((_, canaries)) => Ok(Some(canaries)),
        Err(crate::session::CreateError::Probe(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Looks for an answer without a token where the attacker is refused.
async fn anonymous(
    context: &Context<'_>,
    operation: &Operation,
    (found, object): (&[Marker], &Arc<Object>),
    attack: &Recorded,
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    if attack.answer.is_accepted()
        || operation.declared.token == crate::document::DeclaredToken::Public
    {
        return Ok(None);
    }
    let answer = session.send(None, attack.request.clone()).await?;
    session.note(&answer, Part::Anonymous);
    let shown = found.iter().find(|one| is_shown(one, &answer.answer));
    let Some(shown) = shown.filter(|_| answer.answer.is_accepted()) else {
        return Ok(None);
    };
    let attacker = session.name(context.attacker);
    let status = attack.answer.status;
    let mut exchanges = object.history.clone();
    exchanges.extend([attack.number, answer.number]);
    let mut shortest = object.history.clone();
    shortest.push(answer.number);
    Ok(Some(Attempt {
        class: Class::Authentication,
        verdict: Verdict::Confirmed(format!(
            "it shows `{}` of {}'s object without a token, and refuses {attacker} with {status}",
            shown.name,
            session.name(object.owner)
        )),
        parameters: Vec::new(),
        attacker: None,
        victim: Some(object.owner),
        exchanges: unique(exchanges),
        shortest: unique(shortest),
    }))
}

/// Returns everything that the attacker sees anyway, as one text.
async fn known_text(context: &Context<'_>, operation: &Operation) -> String {
    let reads = context
        .session
        .legitimate_reads(Some(context.attacker))
        .await;
    let reads = reads
        .iter()
        .filter(|one| is_legitimate(context, operation, one));
    reads
        .map(|one| one.answer.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Finds markers in an answer. Where nothing in the answer names anybody, it must be the victim's answer
/// itself, and the attacker's own object must have another one.
async fn disclosure(
    context: &Context<'_>,
    operation: &Operation,
    found: &[Marker],
    attack: &Answer,
    (object, view): (&Object, [&Answer; 2]),
) -> Result<Disclosure, ProbeError> {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(Disclosure::default());
    };
    let disclosure = disclosed(found, attack, object, (&victim, &attacker));
    let is_natural = found.iter().all(|one| one.source == MarkerSource::Found);
    let stable = masked(view);
    if !disclosure.shown.is_empty()
        || !is_natural
        || !attack.is_accepted()
        || stable.is_empty()
        || differs_from(&stable, attack)
    {
        return Ok(disclosure);
    }
    let Some(own) = session.assign_own(operation, context.attacker, None) else {
        return Ok(disclosure);
    };
    let Some(own) = send(context, operation, &own, Some(context.attacker)).await? else {
        return Ok(disclosure);
    };
    session.note(&own, Part::Own);
    match own.answer.is_accepted() && differs_from(&stable, &own.answer) {
        true => Ok(Disclosure {
            shown: found
                .iter()
                .map(|one| (one.clone(), format!("/{}", one.name)))
                .collect(),
        }),
        false => Ok(disclosure),
    }
}

/// Makes the attacked object again, where the operation reads just this object.
async fn renewed(context: &Context<'_>, operation: &Operation, variant: &Variant) -> Variant {
    let session = context.session;
    let maker = variant
        .object
        .made_by
        .and_then(|index| session.operation(index));
    let (Some(maker), true, Kind::Create) = (
        maker,
        operation.path.ends_with('}'),
        maker.map_or(Kind::Read, |one| one.kind),
    ) else {
        return variant.clone();
    };
    let Ok(object) = session.create(maker, variant.object.owner, None).await else {
        return variant.clone();
    };
    let again = session.variants(operation, &object, context.attacker);
    let same = again
        .into_iter()
        .find(|one| one.parameters == variant.parameters);
    same.unwrap_or_else(|| variant.clone())
}
