//! The parts of a check: what it works on, its attempts, and what it found.

use std::collections::BTreeSet;

use parking_lot::Mutex;

use crate::{
    exchange::IdentityIndex,
    probe::ProbeError,
    report::model::{CheckOutcome, Class},
    session::{CreateError, Session},
    verdict::Verdict,
};

/// The parts of a check.
#[derive(Debug)]
pub struct Context<'a> {
    /// The scan.
    pub session: &'a Session,
    /// The caller whose objects are attacked.
    pub victim: IdentityIndex,
    /// The caller that attacks.
    pub attacker: IdentityIndex,
    /// The holes that were found.
    pub holes: Mutex<Vec<Hole>>,
}

/// A finding before it is reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// The position of its operation.
    pub operation: usize,
    /// The attack that shows it, confirmed or suspect.
    pub attempt: Attempt,
    /// The number of times that it was repeated with the same outcome.
    pub replays: u32,
}

/// One try of an attack.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The class of what was found.
    pub class: Class,
    /// Its outcome.
    pub verdict: Verdict,
    /// The slots with the victim's identifiers, or the properties.
    pub parameters: Vec<String>,
    /// The attacker; `None` without a token.
    pub attacker: Option<IdentityIndex>,
    /// The victim.
    pub victim: Option<IdentityIndex>,
    /// Every exchange.
    pub exchanges: Vec<u64>,
    /// The fewest exchanges that show it; the last one has the evidence in its answer.
    pub shortest: Vec<u64>,
    /// Texts that the scan wrote and of which the evidence shows one, if it is that which proves it.
    pub markers: Vec<String>,
    /// The time that passes before the last exchange, in seconds, where it matters.
    pub pause_seconds: Option<u64>,
}

impl Attempt {
    /// Makes an attempt that exchanges show, each of them needed.
    pub(super) fn new(class: Class, verdict: Verdict, exchanges: Vec<u64>) -> Self {
        Self {
            class,
            verdict,
            parameters: Vec::new(),
            attacker: None,
            victim: None,
            shortest: exchanges.clone(),
            exchanges,
            markers: Vec::new(),
            pause_seconds: None,
        }
    }

    /// Makes an attempt that came to nothing.
    pub(super) fn untested(class: Class, why: impl Into<String>) -> Self {
        Self::new(class, Verdict::NotTested(why.into()), Vec::new())
    }
}

/// The reason why an attack could not be tried, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Untested(pub String);

impl From<ProbeError> for Untested {
    fn from(error: ProbeError) -> Self {
        Self(error.to_string())
    }
}

impl From<CreateError> for Untested {
    fn from(error: CreateError) -> Self {
        Self(error.to_string())
    }
}

impl From<String> for Untested {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<&str> for Untested {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl<'a> Context<'a> {
    /// Returns the same with other callers; what is found there is not a finding of its own.
    pub(super) fn between(&self, victim: IdentityIndex, attacker: IdentityIndex) -> Context<'a> {
        Context {
            session: self.session,
            victim,
            attacker,
            holes: Mutex::default(),
        }
    }

    /// Runs an attack; what it confirms is repeated twice from a clean state, and is only suspect if it does
    /// not happen again. Returns the verdict.
    pub async fn prove<A>(&self, operation: usize, class: Class, attempt: A) -> Verdict
    where
        A: AsyncFn(bool) -> Result<Attempt, Untested>,
    {
        let first = attempt(false).await.map_err(|why| why.0);
        let mut last = first.unwrap_or_else(|why| Attempt::untested(class, why));
        let mut replays = 0;
        while last.verdict.is_confirmed() && replays < REPLAYS {
            let why = match attempt(true).await {
                Ok(again) if again.verdict.is_confirmed() => {
                    last = again;
                    replays += 1;
                    continue;
                }
                Ok(again) => again.verdict.reason().to_owned(),
                Err(why) => why.0,
            };
            last.verdict = Verdict::Suspect(format!(
                "{}; repeated, it did not happen again: {why}",
                last.verdict.reason()
            ));
        }
        if last.verdict.is_confirmed() && self.may_be_member(operation, &last).await {
            last.verdict = Verdict::Suspect(format!(
                "{}; an own list of the attacker has what the header names, so it may act for that",
                last.verdict.reason()
            ));
        }
        self.add(operation, last, replays)
    }

    /// Returns true if the attack names an owner in a header that the attacker may act for too.
    async fn may_be_member(&self, operation: usize, attempt: &Attempt) -> bool {
        let (session, victim) = (self.session, attempt.victim.unwrap_or(self.victim));
        let slots = session.operation(operation).map(|one| &one.slots);
        let slots = slots.into_iter().flatten();
        for slot in slots.filter(|slot| attempt.parameters.contains(&slot.name)) {
            if slot.is_ambient() && session.lists_owner(slot, (victim, self.attacker)).await {
                return true;
            }
        }
        false
    }

    /// Adds an outcome to the coverage, and a finding.
    pub fn add(&self, operation: usize, attempt: Attempt, replays: u32) -> Verdict {
        let (class, verdict) = (attempt.class, attempt.verdict.clone());
        let outcome = CheckOutcome {
            class,
            verdict: verdict.clone(),
        };
        self.session.add_outcome(operation, outcome);
        if matches!(verdict, Verdict::Confirmed(_) | Verdict::Suspect(_)) {
            self.add_hole(Hole {
                operation,
                replays,
                attempt,
            });
        }
        verdict
    }

    pub(super) fn add_hole(&self, hole: Hole) {
        let mut holes = self.holes.lock();
        let same = holes
            .iter_mut()
            .find(|one| one.operation == hole.operation && one.attempt.class == hole.attempt.class);
        match same {
            Some(own) if own.attempt.verdict.weight() < hole.attempt.verdict.weight() => {
                *own = hole
            }
            Some(own) => {
                let own = &mut own.attempt.parameters;
                let names: BTreeSet<_> = own.drain(..).chain(hole.attempt.parameters).collect();
                *own = names.into_iter().collect();
            }
            None => holes.push(hole),
        }
    }
}

const REPLAYS: u32 = 2;
