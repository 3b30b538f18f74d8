//! The verdict on an answer that shows something of the victim.

use std::{collections::BTreeSet, sync::Arc};

use super::listing::Listing;
use crate::{
    check::{Attempt, Context, Untested},
    document::Operation,
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::{Class, Part},
    request::Assignment,
    verdict::{
        Disclosure, DisclosureContext, Marker, MarkerSource, Verdict, is_shown, judge_disclosure,
    },
    world::Object,
};

pub(super) fn class_of(operation: &Operation) -> Class {
    match operation.administrative {
        Some(_) => Class::Function,
        None => Class::ObjectRead,
    }
}

/// The record of an attack.
pub(in crate::check) struct Evidence {
    pub(in crate::check) disclosure: Disclosure,
    pub(in crate::check) markers: Vec<Marker>,
    pub(in crate::check) own: Recorded,
    pub(in crate::check) attack: Recorded,
    pub(in crate::check) object: Arc<Object>,
    /// True if reads that came with the checks show what is public of objects such as this.
    pub(in crate::check) is_settled: bool,
}

/// The answers that are public, and those that the attacker sees anyway.
#[derive(Default)]
struct Surroundings {
    legitimate: Vec<Recorded>,
    anonymous: Option<Recorded>,
    listing: Listing,
}

impl Surroundings {
    async fn read(
        context: &Context<'_>,
        operation: &Operation,
        evidence: &Evidence,
    ) -> Result<Self, ProbeError> {
        let shown = evidence.disclosure.shown.iter();
        let markers: Vec<Marker> = shown.map(|(marker, _)| marker.clone()).collect();
        if markers.is_empty() {
            return Ok(Self::default());
        }
        let session = context.session;
        let reads = reads(context, operation, evidence).await;
        let listing = Listing::of(context, operation, (&evidence.object, &markers), reads).await;
        // a write is not repeated without a token
        let anonymous = match operation.is_write() {
            true => None,
            false => {
                let answer = session.send(None, evidence.attack.request.clone()).await?;
                session.note(&answer, Part::Anonymous);
                Some(answer)
            }
        };
        Ok(Self {
            legitimate: listing.legitimate(context, operation),
            anonymous,
            listing,
        })
    }

    /// Returns the answer without a token if it shows all that is shown to the attacker.
    fn public(&self, evidence: &Evidence) -> Option<&Recorded> {
        let shown = &evidence.disclosure.shown;
        let is_all = |one: &&Recorded| {
            let mut markers = shown.iter().map(|(marker, _)| marker);
            !shown.is_empty() && markers.all(|marker| is_shown(marker, &one.answer))
        };
        self.anonymous.as_ref().filter(is_all)
    }

    /// Returns the texts of the scan that are shown to the attacker and that nothing else shows.
    fn hidden_texts(&self, evidence: &Evidence) -> Vec<String> {
        let shown = evidence.disclosure.shown.iter().map(|(marker, _)| marker);
        let is_elsewhere = |marker: &Marker| {
            let mut others = self.legitimate.iter();
            others.any(|one| is_shown(marker, &one.answer))
        };
        let hidden = shown.filter(|one| one.source == MarkerSource::Canary && !is_elsewhere(one));
        hidden.map(|one| one.text.clone()).collect()
    }

    fn verdict(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        evidence: &Evidence,
    ) -> Verdict {
        let session = context.session;
        let owner = evidence.object.owner;
        let texts: Vec<&Answer> = self.legitimate.iter().map(|one| &one.answer).collect();
        let tenant = |index| session.identity(index).and_then(|one| one.tenant.clone());
        let (own, other) = (tenant(owner), tenant(context.attacker));
        let shown = (&*evidence.object, &evidence.attack.answer);
        let is_shared = self.listing.is_shared(context, operation, shown);
        let facts = DisclosureContext {
            own_view: &evidence.own.answer,
            markers: &evidence.markers,
            attack: &evidence.attack.answer,
            anonymous: self.anonymous.as_ref().map(|one| &one.answer),
            legitimate: &texts,
            is_listed: is_shared && operation.administrative.is_none(),
            listed_canaries: &self.listing.canaries(&evidence.object),
            declared: &operation.declared,
            names: (&session.name(context.attacker), &session.name(owner)),
            is_same_tenant: own.is_some() && own == other,
            refuses_without_token: session.refuses_without_token(),
        };
        judge_disclosure(&evidence.disclosure, &facts)
    }
}

/// Reads what the attacker sees without identifiers.
async fn reads(context: &Context<'_>, operation: &Operation, evidence: &Evidence) -> Vec<Recorded> {
    let (session, attacker) = (context.session, Some(context.attacker));
    let kinds = evidence.object.kinds_beside(operation);
    match evidence.is_settled {
        true => session.legitimate_reads_about(attacker, &kinds).await,
        false => session.legitimate_reads(attacker).await,
    }
}

/// Judges what an answer shows, after reading what is public and what the attacker sees anyway.
pub(super) async fn judge(
    context: &Context<'_>,
    operation: &Operation,
    evidence: &Evidence,
) -> Result<Attempt, ProbeError> {
    let around = Surroundings::read(context, operation, evidence).await?;
    let verdict = around.verdict(context, operation, evidence);
    let public = around.public(evidence);
    let class = match public.is_some() && verdict.weight() > 1 {
        true => Class::Authentication,
        false => class_of(operation),
    };
    let (own, attack) = (evidence.own.number, evidence.attack.number);
    let history = || evidence.object.history.iter().copied();
    let anonymous = around.anonymous.as_ref().map(|one| one.number);
    let exchanges = unique(history().chain([own, attack]).chain(anonymous));
    let last = public.map_or(attack, |one| one.number);
    Ok(Attempt {
        attacker: Some(context.attacker).filter(|_| public.is_none()),
        victim: Some(evidence.object.owner),
        shortest: unique(history().chain([last])),
        markers: around.hidden_texts(evidence),
        ..Attempt::new(class, verdict, exchanges)
    })
}

/// Returns numbers in their order, each once.
pub(super) fn unique(numbers: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let numbers: BTreeSet<_> = numbers.into_iter().collect();
    numbers.into_iter().collect()
}

/// Sends the request of an operation with identifiers.
pub(in crate::check) async fn send(
    context: &Context<'_>,
    operation: &Operation,
    ids: &Assignment,
    caller: Option<usize>,
) -> Result<Recorded, Untested> {
    let spec = context.session.request(operation, ids);
    let spec = spec.ok_or("its request cannot be built")?;
    Ok(context.session.send(caller, spec).await?)
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
