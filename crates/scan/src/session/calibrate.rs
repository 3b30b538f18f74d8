//! The API's prefix, who the callers are, and what they see without identifiers.
//!
//! | module | holds |
//! |---|---|
//! | `caller` | facts about the callers |
//! | `object` | objects that callers see without identifiers |
//! | `prefix` | the prefix of the API's paths |

mod caller;
mod object;
mod prefix;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream};

use crate::{
    exchange::{IdentityIndex, Outcome, Recorded},
    probe::ProbeError,
    report::model::Part,
    session::Session,
};

pub use prefix::CalibrationError;

impl Session {
    /// Reads everything without identifiers as every caller and without a token, and learns who the callers
    /// are, what they own, and which requests need a token.
    pub async fn calibrate(&self) {
        let callers: Vec<IdentityIndex> = (0..self.identities().len()).collect();
        let reads = self.plain_reads();
        let requests = reads.iter().flat_map(|(_, spec)| {
            let callers = callers.iter().map(|caller| Some(*caller)).chain([None]);
            callers
                .map(|caller| (caller, spec.clone()))
                .collect::<Vec<_>>()
        });
        let answers: Vec<(Option<IdentityIndex>, usize, Result<Recorded, ProbeError>)> =
            stream::iter(requests)
                .map(|(caller, spec)| async move {
                    let operation = spec.operation;
                    (caller, operation, self.send(caller, spec).await)
                })
                .buffer_unordered(self.concurrency)
                .collect()
                .await;
        let mut by_operation: BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>> =
            BTreeMap::new();
        for (caller, operation, answer) in answers {
            match answer {
                Ok(exchange) => {
                    let part = match caller {
                        Some(_) => Part::Own,
                        None => Part::Anonymous,
                    };
                    self.note(&exchange, part);
                    by_operation
                        .entry(operation)
                        .or_default()
                        .insert(caller, exchange);
                }
                Err(ProbeError::NoCaller(why)) => self.remark(why),
                Err(error) => self.remark(format!("calibrating: {error}")),
            }
        }
        self.find_pulses(&by_operation);
        self.learn_callers(&by_operation);
        self.learn_objects(&by_operation);
        self.check_callers(&by_operation);
    }

    fn find_pulses(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
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
    fn check_callers(&self, answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>) {
        for (index, identity) in self.identities().iter().enumerate() {
            let own = answers.values().filter_map(|all| all.get(&Some(index)));
            let own: Vec<_> = own.collect();
            let is_refused = !own.is_empty()
                && own
                    .iter()
                    .any(|one| one.answer.outcome() == Outcome::Unauthenticated)
                && !self.pulses.lock().contains_key(&index);
            if is_refused {
                let why = format!(
                    "the token of {} is refused wherever one is needed",
                    identity.name
                );
                self.remark(why.clone());
                *identity.lost.write() = Some(why);
            }
        }
    }

    /// Returns what a caller sees without identifiers: read after the last accepted write.
    pub async fn legitimate_reads(&self, caller: Option<IdentityIndex>) -> Arc<Vec<Recorded>> {
        let epoch = self.epoch();
        if let Some(known) = self.legitimate.lock().get(&(caller, epoch)) {
            return Arc::clone(known);
        }
        let requests: Vec<_> = self
            .plain_reads()
            .into_iter()
            .map(|(_, spec)| spec)
            .collect();
        let answers: Vec<_> = stream::iter(requests)
            .map(|spec| self.send(caller, spec))
            .buffer_unordered(self.concurrency)
            .filter_map(|answer| async move { answer.ok() })
            .collect()
            .await;
        let answers = Arc::new(answers);
        self.legitimate
            .lock()
            .insert((caller, epoch), Arc::clone(&answers));
        answers
    }
}
