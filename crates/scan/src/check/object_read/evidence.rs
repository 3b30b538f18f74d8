//! The verdict on an answer that shows something of the victim.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    check::{Attempt, Context},
    document::Operation,
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::{Class, Part},
    request::Assignment,
    value::Tactic,
    verdict::{Disclosure, DisclosureContext, Marker, Verdict, is_shown, judge_disclosure},
    world::Object,
};

pub(super) fn class_of(operation: &Operation) -> Class {
    match operation.administrative {
        Some(_) => Class::Function,
        None => Class::ObjectRead,
    }
}

/// What was recorded of an attack.
pub(in crate::check) struct Evidence {
    pub(in crate::check) disclosure: Disclosure,
    pub(in crate::check) markers: Vec<Marker>,
    pub(in crate::check) own: Recorded,
    pub(in crate::check) attack: Recorded,
    pub(in crate::check) object: Arc<Object>,
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

pub(super) fn unique(numbers: Vec<u64>) -> Vec<u64> {
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
pub(super) fn is_legitimate(context: &Context<'_>, operation: &Operation, read: &Recorded) -> bool {
    let index = read.request.operation;
    let other = context.session.operation(index);
    index != operation.index && other.is_some_and(|one| one.administrative.is_none())
}

pub(in crate::check) async fn send(
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
pub(in crate::check) async fn judge_answer(
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
