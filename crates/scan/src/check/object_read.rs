//! Another's object in an answer.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt, stream};

use super::{Attempt, Context};
use crate::{
    document::{Kind, Operation},
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::{Class, Part},
    request::Assignment,
    session::Variant,
    value::Tactic,
    verdict::{
        Disclosure, DisclosureContext, Marker, MarkerSource, Verdict, differs_from, disclosed,
        is_shown, judge_disclosure, markers, masked,
    },
    world::Object,
};

/// Checks every read with a slot.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.api.operations.iter();
    let reads =
        reads.filter(|one| one.kind == Kind::Read && !one.is_write() && !one.slots.is_empty());
    stream::iter(reads)
        .for_each_concurrent(session.concurrency, |operation| check(context, operation))
        .await;
}

async fn check(context: &Context<'_>, operation: &Operation) {
    let session = context.session;
    (session.progress)(&operation.name());
    let class = class_of(operation);
    let variants = variants(context, operation);
    if variants.is_empty() {
        let why = reason(context, operation);
        context.add(operation.index, Attempt::untested(class, why), 0);
        return;
    }
    for variant in variants {
        let attempt = async |fresh: bool| attempt(context, operation, &variant, fresh).await;
        if context
            .prove(operation.index, class, attempt)
            .await
            .is_confirmed()
        {
            return;
        }
    }
}

fn class_of(operation: &Operation) -> Class {
    match operation.administrative {
        Some(_) => Class::Function,
        None => Class::ObjectRead,
    }
}

/// Returns attacks on the victim's objects that could be in a slot of the operation.
fn variants(context: &Context<'_>, operation: &Operation) -> Vec<Variant> {
    let session = context.session;
    let mut objects: Vec<Arc<Object>> = Vec::new();
    // a member of a team is a person, and the team is what is attacked
    let path: Vec<_> = operation.path_slots().collect();
    let is_person = |slot: &&&crate::document::Slot| slot.entities.iter().any(|one| one == "user");
    let last = path
        .iter()
        .rev()
        .find(|slot| !is_person(slot))
        .or(path.last())
        .copied();
    let others = operation.slots.iter().filter(|one| Some(*one) != last);
    let slots = last.into_iter().chain(others);
    for slot in slots {
        let found = session.world.lock().for_slot(context.victim, slot);
        for object in found.into_iter().take(2) {
            if !objects.contains(&object) && objects.len() < 3 {
                objects.push(object);
            }
        }
        // the last part of the path says what is read
        if !objects.is_empty() && Some(slot) == last {
            break;
        }
    }
    let all = objects
        .iter()
        .flat_map(|object| session.variants(operation, object, context.attacker));
    all.take(MAX_VARIANTS).collect()
}

fn reason(context: &Context<'_>, operation: &Operation) -> String {
    let victim = context.session.name(context.victim);
    let unknown = operation.slots.iter().find(|slot| {
        slot.is_required
            && context
                .session
                .world
                .lock()
                .for_slot(context.victim, slot)
                .is_empty()
    });
    match unknown {
        Some(slot) if !context.session.allow_writes => format!(
            "{victim} has no object whose identifier could be `{}`: objects are made with --allow-writes",
            slot.name
        ),
        Some(slot) => format!(
            "{victim} has no object whose identifier could be `{}`",
            slot.name
        ),
        None => "none of its identifiers tells the victim's objects from the attacker's".to_owned(),
    }
}

async fn attempt(
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

/// What was recorded of an attack.
pub(super) struct Evidence {
    pub(super) disclosure: Disclosure,
    pub(super) markers: Vec<Marker>,
    pub(super) own: Recorded,
    pub(super) attack: Recorded,
    pub(super) object: Arc<Object>,
}

/// Judges what an answer shows, after reading what is public and what the attacker sees anyway.
pub(super) async fn judge(
    context: &Context<'_>,
    operation: &Operation,
    evidence: &Evidence,
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let owner = evidence.object.owner;
    let (attacker, victim) = (session.name(context.attacker), session.name(owner));
    let is_shown_at_all = !evidence.disclosure.shown.is_empty();
    let mut legitimate = Vec::new();
    let mut anonymous = None;
    let mut is_listed = false;
    if is_shown_at_all {
        let reads = session.legitimate_reads(Some(context.attacker)).await;
        legitimate.extend(
            reads
                .iter()
                .filter(|one| is_legitimate(context, operation, one))
                .cloned(),
        );
        // a write is not repeated without a token
        if !operation.is_write() {
            let answer = session.send(None, evidence.attack.request.clone()).await?;
            session.note(&answer, Part::Anonymous);
            anonymous = Some(answer);
        }
        is_listed = is_shared(context, operation, evidence, &legitimate).await;
    }
    let texts: Vec<&Answer> = legitimate.iter().map(|one| &one.answer).collect();
    let names = |index| session.identity(index).and_then(|one| one.tenant.clone());
    let (own_tenant, other_tenant) = (names(owner), names(context.attacker));
    let verdict = judge_disclosure(
        &evidence.disclosure,
        &DisclosureContext {
            own_view: &evidence.own.answer,
            markers: &evidence.markers,
            attack: &evidence.attack.answer,
            anonymous: anonymous.as_ref().map(|one| &one.answer),
            legitimate: &texts,
            is_listed: is_listed && operation.administrative.is_none(),
            declared: &operation.declared,
            names: (&attacker, &victim),
            is_same_tenant: own_tenant.is_some() && own_tenant == other_tenant,
        },
    );
    let is_public = anonymous.as_ref().is_some_and(|one| {
        is_shown_at_all
            && evidence
                .disclosure
                .shown
                .iter()
                .all(|(marker, _)| is_shown(marker, &one.answer))
    });
    let last = match (&anonymous, is_public) {
        (Some(anonymous), true) => anonymous.number,
        _ => evidence.attack.number,
    };
    let mut exchanges = evidence.object.history.clone();
    exchanges.extend([evidence.own.number, evidence.attack.number]);
    exchanges.extend(anonymous.iter().map(|one| one.number));
    let mut shortest = evidence.object.history.clone();
    shortest.push(last);
    Ok(Attempt {
        class: match is_public && verdict.weight() > 1 {
            true => Class::Authentication,
            false => class_of(operation),
        },
        verdict,
        parameters: Vec::new(),
        attacker: Some(context.attacker).filter(|_| !is_public),
        victim: Some(owner),
        exchanges: unique(exchanges),
        shortest: unique(shortest),
    })
}

fn unique(numbers: Vec<u64>) -> Vec<u64> {
    let numbers: BTreeSet<_> = numbers.into_iter().collect();
    numbers.into_iter().collect()
}

/// Returns true if the object may be meant for all: it is in a list of the attacker. Something else below
/// it is private if the attacker's own list of such things lacks it, or if it is a single thing.
async fn is_shared(
    context: &Context<'_>,
    operation: &Operation,
    evidence: &Evidence,
    legitimate: &[Recorded],
) -> bool {
    let session = context.session;
    if !session.is_listed(&evidence.object, context.attacker).await {
        return false;
    }
    if operation.entity.as_deref() == Some(evidence.object.entity.as_str()) {
        return true;
    }
    let is_list = evidence.attack.answer.json.as_ref().is_some_and(|json| {
        let found = crate::tree::objects(json, None);
        found.iter().any(|one| one.is_item)
    });
    let mut lists = legitimate.iter();
    let has_own_list = lists.any(|one| {
        let other = session.operation(one.request.operation);
        one.answer.is_accepted() && other.is_some_and(|one| one.entity == operation.entity)
    });
    let is_filtered = has_own_list || is_filter(operation);
    is_list && !is_filtered
}

/// Returns true if a read lists what the caller has, unless a parameter says otherwise.
fn is_filter(operation: &Operation) -> bool {
    operation.path_slots().next().is_none() && operation.slots.iter().all(|slot| !slot.is_required)
}

/// Returns true if a read tells what the attacker may see: not one of administrators, and not the operation
/// itself.
fn is_legitimate(context: &Context<'_>, operation: &Operation, read: &Recorded) -> bool {
    let index = read.request.operation;
    let other = context.session.operation(index);
    index != operation.index && other.is_some_and(|one| one.administrative.is_none())
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

pub(super) async fn send(
    context: &Context<'_>,
    operation: &Operation,
    ids: &Assignment,
    caller: Option<usize>,
) -> Result<Option<Recorded>, ProbeError> {
    let Ok(built) = context
        .session
        .build(operation, ids, &Tactic::default(), None)
    else {
        return Ok(None);
    };
    Ok(Some(context.session.send(caller, built.spec).await?))
}

/// Returns the verdict on an answer that is not read for its own sake: what a write shows of the victim's.
pub(super) async fn judge_answer(
    context: &Context<'_>,
    operation: &Operation,
    evidence: Evidence,
) -> Result<Option<Attempt>, ProbeError> {
    if evidence.disclosure.shown.is_empty() {
        return Ok(None);
    }
    let attempt = judge(context, operation, &evidence).await?;
    Ok(Some(attempt).filter(|one| matches!(one.verdict, Verdict::Confirmed(_))))
}

const MAX_VARIANTS: usize = 4;
