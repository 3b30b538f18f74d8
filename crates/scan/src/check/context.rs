//! The parts of a check: what it works on, its attempts, and what it found.

use std::collections::BTreeSet;

use parking_lot::Mutex;

use crate::{
    exchange::IdentityIndex,
    probe::ProbeError,
    report::model::{CheckOutcome, Class},
    session::Session,
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
    /// What was found.
    pub holes: Mutex<Vec<Hole>>,
}

/// A finding before it is reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// The position of its operation.
    pub operation: usize,
    /// Its class.
    pub class: Class,
    /// Confirmed or suspect.
    pub verdict: Verdict,
    /// The slots with the victim's identifiers, or the properties.
    pub parameters: Vec<String>,
    /// The attacker; `None` without a token.
    pub attacker: Option<IdentityIndex>,
    /// The victim.
    pub victim: Option<IdentityIndex>,
    /// Every exchange that shows it.
    pub exchanges: Vec<u64>,
    /// The fewest exchanges that show it.
    pub shortest: Vec<u64>,
    /// How often it was repeated with the same outcome.
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
    /// The fewest exchanges that show it.
    pub shortest: Vec<u64>,
}

impl Attempt {
    /// Makes an attempt that came to nothing.
    pub(super) fn untested(class: Class, why: impl Into<String>) -> Self {
        Self {
            class,
            verdict: Verdict::NotTested(why.into()),
            parameters: Vec::new(),
            attacker: None,
            victim: None,
            exchanges: Vec::new(),
            shortest: Vec::new(),
        }
    }
}

impl Context<'_> {
    /// Runs an attack; what it confirms is repeated twice from a clean state, and is only suspect if it does
    /// not happen again. Returns the verdict.
    pub async fn prove<A>(&self, operation: usize, class: Class, attempt: A) -> Verdict
    where
        A: AsyncFn(bool) -> Result<Attempt, ProbeError>,
    {
        let mut last = match attempt(false).await {
            Ok(attempt) => attempt,
            Err(error) => Attempt::untested(class, error.to_string()),
        };
        let mut replays = 0;
        while last.verdict.is_confirmed() && replays < REPLAYS {
            match attempt(true).await {
                Ok(again) if again.verdict.is_confirmed() => {
                    last = again;
                    replays += 1;
                }
                other => {
                    let why = match other {
                        Ok(again) => again.verdict.reason().to_owned(),
                        Err(error) => error.to_string(),
                    };
                    let first = last.verdict.reason().to_owned();
                    last.verdict = Verdict::Suspect(format!(
                        "{first}; repeated, it did not happen again: {why}"
                    ));
                }
            }
        }
        self.add(operation, last, replays)
    }

    /// Adds an outcome to the coverage, and a finding.
    pub fn add(&self, operation: usize, attempt: Attempt, replays: u32) -> Verdict {
        self.session.add_outcome(
            operation,
            CheckOutcome {
                class: attempt.class,
                verdict: attempt.verdict.clone(),
            },
        );
        if matches!(attempt.verdict, Verdict::Confirmed(_) | Verdict::Suspect(_)) {
            self.add_hole(Hole {
                operation,
                class: attempt.class,
                verdict: attempt.verdict.clone(),
                parameters: attempt.parameters,
                attacker: attempt.attacker,
                victim: attempt.victim,
                exchanges: attempt.exchanges,
                shortest: attempt.shortest,
                replays,
            });
        }
        attempt.verdict
    }

    pub(super) fn add_hole(&self, hole: Hole) {
        let mut holes = self.holes.lock();
        let same = holes
            .iter_mut()
            .find(|one| one.operation == hole.operation && one.class == hole.class);
        match same {
            Some(own) if own.verdict.weight() < hole.verdict.weight() => *own = hole,
            Some(own) => {
                let names: BTreeSet<_> = own.parameters.drain(..).chain(hole.parameters).collect();
                own.parameters = names.into_iter().collect();
            }
            None => holes.push(hole),
        }
    }
}

const REPLAYS: u32 = 2;
