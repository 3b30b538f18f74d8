//! The exchanges that show a hole again in an API that knows no object of the scan.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    check::Attempt,
    exchange::{Exchange, IdentityIndex, Recorded},
    identity::Identity,
    report::{
        curl::{Call, tells},
        model::Class,
    },
    request::{Reference, is_distinctive, references},
    session::Session,
    value::canaries_in,
};

/// Returns the shortest exchanges of an attempt in their order, and those that made what they name: objects,
/// accounts to be thrown away, and the texts of the scan that the last one shows.
pub(super) fn sequence(session: &Session, attempt: &Attempt) -> Vec<Recorded> {
    let mut sequence = Sequence {
        session,
        numbers: attempt.shortest.iter().copied().collect(),
    };
    if let Some(last) = sequence.numbers.last().copied() {
        let writer = sequence.writer(attempt, last);
        sequence.numbers.extend(writer);
    }
    while sequence.grow() {}
    sequence.exchanges()
}

struct Sequence<'a> {
    session: &'a Session,
    numbers: BTreeSet<u64>,
}

impl Sequence<'_> {
    fn exchanges(&self) -> Vec<Recorded> {
        let probe = &self.session.probe;
        let numbers = self.numbers.iter();
        numbers
            .filter_map(|number| probe.exchange(*number))
            .collect()
    }

    /// Adds the exchanges that made what the present ones name. Returns false if none is missing.
    fn grow(&mut self) -> bool {
        let before = self.numbers.len();
        for exchange in self.exchanges() {
            let account = exchange.caller.and_then(|caller| self.account(caller));
            self.numbers.extend(account.unwrap_or_default());
            let operation = self.session.operation(exchange.request.operation);
            for reference in references(&exchange.request, operation) {
                let made = self.history(&reference, exchange.number);
                let told = || self.told(&reference, exchange.number);
                let numbers = made.or_else(|| told().map(|number| vec![number]));
                self.numbers.extend(numbers.unwrap_or_default());
            }
        }
        self.numbers.len() > before
    }

    /// Returns the exchanges that made the account of a caller and signed it in, if the scan made it.
    fn account(&self, caller: IdentityIndex) -> Option<Vec<u64>> {
        let identity = self.session.identity(caller)?;
        let world = self.session.world.lock();
        let mut own = world.all().iter().filter(|one| one.owner == caller);
        let account = own.find(|one| one.entity == "user" && one.made_by.is_some());
        account
            .filter(|_| identity.is_throwaway)
            .map(|one| one.history.clone())
    }

    /// Returns the exchanges before one that made the object of an identifier.
    fn history(&self, reference: &Reference, before: u64) -> Option<Vec<u64>> {
        let slot = reference.slot.as_ref()?;
        let world = self.session.world.lock();
        let mut made = world.all().iter().rev().filter(|one| {
            one.made_by.is_some() && one.history.iter().all(|number| *number < before)
        });
        let own = made.find(|one| one.is_identified_by(slot, &reference.value));
        own.map(|one| one.history.clone())
    }

    /// Returns the read before an exchange that tells an identifier of something that the scan did not make, such
    /// as the account of a caller; another start of the API may give another one.
    fn told(&self, reference: &Reference, before: u64) -> Option<u64> {
        let is_name = |one: &Identity| {
            let account = one.account.read();
            let mut account = account.iter();
            one.name == reference.value || account.any(|own| own.username == reference.value)
        };
        let identities = self.session.identities();
        let is_named = identities.iter().any(|one| is_name(one));
        if reference.slot.is_none() || is_named || !is_distinctive(&reference.value) {
            return None;
        }
        let operation = |one: &Recorded| self.session.operation(one.request.operation);
        let is_told = |one: &&Recorded| {
            let is_early = one.number < before && one.answer.is_accepted();
            is_early && tells(&Call::new(Arc::clone(one), operation(one), None), reference)
        };
        if self.exchanges().iter().any(|one| is_told(&one)) {
            return None;
        }
        let log = self.session.probe.log();
        let is_plain = |one: &&Recorded| {
            operation(one).is_some_and(|own| own.is_read() && own.slots.is_empty())
        };
        let mut reads = log.iter().filter(is_plain);
        reads.find(is_told).map(|one| one.number)
    }

    /// Returns the exchange that wrote what the last one shows, unless the sequence has one that did.
    fn writer(&self, attempt: &Attempt, last: u64) -> Option<u64> {
        let evidence = self.session.probe.exchange(last)?;
        let texts = texts(attempt, &evidence);
        let is_written = |one: &Recorded| texts.iter().any(|text| has_text(one, text));
        if texts.is_empty() || self.exchanges().iter().any(is_written) {
            return None;
        }
        let log = self.session.probe.log();
        let is_others = |one: &Exchange| match attempt.victim {
            Some(victim) => one.caller.is_none_or(|caller| caller == victim),
            None => one.caller != attempt.attacker,
        };
        let is_early = |one: &Exchange| one.number < last && one.answer.is_accepted();
        let first = texts.iter().filter_map(|text| {
            let mut earlier = log.iter().filter(|one| is_early(one));
            let own = earlier.find(|one| has_text(one, text))?;
            is_others(own).then_some(own.number)
        });
        first.max()
    }
}

/// Returns true if the body of a request has a text.
fn has_text(exchange: &Exchange, text: &str) -> bool {
    let body = exchange.request.body.value();
    body.is_some_and(|body| body.to_string().contains(text))
}

/// Returns the texts of the scan of which the evidence has to show one.
fn texts(attempt: &Attempt, evidence: &Exchange) -> BTreeSet<String> {
    let is_read = matches!(
        attempt.class,
        Class::ObjectRead | Class::Function | Class::Authentication
    );
    let markers = attempt.markers.iter().cloned();
    match attempt.markers.is_empty() && is_read {
        true => canaries_in(&evidence.answer.text)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        false => markers.collect(),
    }
}
