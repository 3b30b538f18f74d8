//! The API's prefix, who the callers are, and what they see without identifiers.
//!
//! | module | holds |
//! |---|---|
//! | `administrator` | callers with rights of an administrator |
//! | `caller` | facts about the callers |
//! | `object` | objects that callers see without identifiers |
//! | `prefix` | the prefix of the API's paths |

mod administrator;
mod caller;
mod object;
mod prefix;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream};

use crate::{
    document::{Operation, Slot},
    exchange::{IdentityIndex, Outcome, Recorded, RequestSpec},
    probe::ProbeError,
    report::model::Part,
    session::Session,
};

pub use prefix::CalibrationError;

/// The answers to reads without identifiers, by their operations and callers.
type Answers = BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>;

impl Session {
    /// Reads everything without identifiers as every caller and without a token, and learns who the callers
    /// are, what they own, and which requests need a token.
    pub async fn calibrate(&mut self) {
        let mut answers = self.read_as_all(|_| true).await;
        self.learn_callers(&answers);
        self.learn_objects(&answers);
        if self.learn_ambient().await {
            // what requires a header of the caller was not read without it
            let is_needed = |slot: &Slot| slot.is_ambient() && slot.is_required;
            let needs_header = |one: &Operation| one.slots.iter().any(is_needed);
            answers.extend(self.read_as_all(needs_header).await);
            self.learn_callers(&answers);
            self.learn_objects(&answers);
        }
        self.add_accounts();
        self.add_owners();
        self.find_pulses(&answers);
        self.check_callers(&answers);
        let refusing = self.learn_administrators(&answers);
        self.api.observe_hints(&refusing);
    }

    async fn read_as_all(&self, is_wanted: impl Fn(&Operation) -> bool) -> Answers {
        let callers = (0..self.identities().len()).map(Some).chain([None]);
        let requests = callers.flat_map(|caller| {
            let reads = self.plain_reads(caller).into_iter();
            let wanted = reads.filter(|(operation, _)| is_wanted(operation));
            wanted.map(move |(_, spec)| (caller, spec))
        });
        let requests: Vec<_> = requests.collect();
        let answers: Vec<_> = stream::iter(requests)
            .map(|(caller, spec)| async move { (caller, self.send(caller, spec).await) })
            .buffer_unordered(self.concurrency)
            .collect()
            .await;
        let mut by_operation = Answers::new();
        for (caller, answer) in answers {
            let Some(exchange) = self.noted(caller, answer) else {
                continue;
            };
            let of_operation = by_operation.entry(exchange.request.operation).or_default();
            of_operation.insert(caller, exchange);
        }
        by_operation
    }

    /// Notes an answer for the report, or why there is none.
    fn noted(
        &self,
        caller: Option<IdentityIndex>,
        answer: Result<Recorded, ProbeError>,
    ) -> Option<Recorded> {
        let part = match caller {
            Some(_) => Part::Own,
            None => Part::Anonymous,
        };
        match &answer {
            Ok(exchange) => self.note(exchange, part),
            Err(ProbeError::NoCaller(why)) => self.remark(why),
            Err(error) => self.remark(format!("calibrating: {error}")),
        }
        answer.ok()
    }

    fn find_pulses(&self, answers: &Answers) {
        for answers in answers.values() {
            let is_protected = answers
                .get(&None)
                .is_some_and(|one| !one.answer.is_accepted());
            for (caller, exchange) in answers {
                if let (Some(caller), true, true) =
                    (caller, is_protected, exchange.answer.is_accepted())
                {
                    self.set_pulse(*caller, exchange.request.clone());
                }
            }
        }
    }

    /// Remarks callers whose tokens no operation accepts.
    fn check_callers(&self, answers: &Answers) {
        for (index, identity) in self.identities().iter().enumerate() {
            let own = answers.values().filter_map(|all| all.get(&Some(index)));
            let own: Vec<_> = own.collect();
            let is_refused = !own.is_empty()
                && own
                    .iter()
                    .any(|one| one.answer.outcome() == Outcome::Unauthenticated)
                && !self.pulses.lock().contains_key(&index);
            if is_refused {
                let name = &identity.name;
                let why = format!(
                    "the token of {name} is refused wherever one is needed: give one that is valid now (--as {name}=TOKEN), or say how it is sent (--token-header)"
                );
                self.remark(why.clone());
                *identity.lost.write() = Some(why);
            }
        }
    }

    /// Returns what a caller sees without identifiers: read after the last accepted write.
    pub async fn legitimate_reads(&self, caller: Option<IdentityIndex>) -> Vec<Recorded> {
        let last_write = self.last_write();
        self.plain_reads_after(caller, |_| last_write).await
    }

    /// Returns what a caller sees without identifiers. Reads that could show things of these kinds come after
    /// the last accepted write; others after the objects of both callers were there, whose like they show.
    pub async fn legitimate_reads_about(
        &self,
        caller: Option<IdentityIndex>,
        kinds: &[&str],
    ) -> Vec<Recorded> {
        let (settled, last_write) = (self.settled(), self.last_write());
        let is_about = |one: &Operation| {
            let mut kind = one.entity.iter();
            one.administrative.is_none() && kind.all(|kind| kinds.contains(&kind.as_str()))
        };
        let after = |one: &Operation| match is_about(one) {
            true => last_write,
            false => settled,
        };
        self.plain_reads_after(caller, after).await
    }

    /// Returns the answers to reads without identifiers. What was read before counts if that began after the
    /// exchange that `after` names for the operation.
    async fn plain_reads_after(
        &self,
        caller: Option<IdentityIndex>,
        after: impl Fn(&Operation) -> u64,
    ) -> Vec<Recorded> {
        let wanted: Vec<_> = self
            .plain_reads(caller)
            .into_iter()
            .map(|(operation, spec)| (spec, after(operation)))
            .collect();
        stream::iter(wanted)
            .map(|(spec, after)| self.plain_read(caller, spec, after))
            .buffer_unordered(self.concurrency)
            .filter_map(|answer| async move { answer.ok() })
            .collect()
            .await
    }

    async fn plain_read(
        &self,
        caller: Option<IdentityIndex>,
        spec: RequestSpec,
        after: u64,
    ) -> Result<Recorded, ProbeError> {
        let key = (caller, spec.operation);
        if let Some((begun, known)) = self.plain.lock().get(&key)
            && *begun >= after
        {
            return Ok(Arc::clone(known));
        }
        let begun = self.probe.last_number();
        let answer = self.send(caller, spec).await?;
        self.plain.lock().insert(key, (begun, Arc::clone(&answer)));
        Ok(answer)
    }
}
