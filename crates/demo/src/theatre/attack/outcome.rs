//! What happened when an attack was tried.

use std::collections::BTreeMap;

use super::matrix::Matrix;
use crate::wire::Exchange;

/// The outcomes of the attacks that were tried, by id.
pub type Outcomes = BTreeMap<&'static str, Outcome>;

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub sent: Vec<Sent>,
    pub facts: Vec<(&'static str, String)>,
    /// A number that the card shows large, with its unit and what it measures.
    pub number: Option<(String, &'static str)>,
    /// True if nothing was sent at the end because the app itself refused.
    pub stopped_by_app: bool,
    /// What the scanner found.
    pub scans: Vec<Matrix>,
}

/// One message of an attack.
#[derive(Clone, Debug)]
pub struct Sent {
    pub side: Side,
    pub what: String,
    pub exchange: Exchange,
    pub verdict: Verdict,
    /// The first byte of the token that was changed.
    pub changed_at: Option<usize>,
}

/// The half of the card that shows a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Both,
    /// The same request without the check.
    Off,
    /// The request with the check.
    On,
}

/// The judgement of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A legal request, which passed.
    Legal,
    /// An attack, which was refused.
    Refused,
    /// An attack, which succeeded.
    Succeeded,
    /// A legal request that failed.
    Failed,
}

impl Outcome {
    /// Returns true if everything went as it must: the legal requests passed, and the attack was refused where
    /// the check was on.
    pub fn is_as_expected(&self) -> bool {
        let protected = self.sent.iter().filter(|one| one.side != Side::Off);
        let mut verdicts = protected.map(|one| one.verdict);
        let is_good = |verdict| matches!(verdict, Verdict::Legal | Verdict::Refused);
        verdicts.all(is_good)
            && self.scans.iter().all(Matrix::is_as_expected)
            && (self.stopped_by_app || self.refusal().is_some() || self.number.is_some())
    }

    /// The verdict in words.
    pub fn verdict(&self) -> String {
        match (self.is_as_expected(), self.refusal()) {
            (false, _) => "Not refused".to_owned(),
            (true, _) if self.stopped_by_app => "Refused by the app".to_owned(),
            (true, Some(refusal)) => format!("Refused: {refusal}"),
            (true, None) if !self.scans.is_empty() => "No hole behind the guard".to_owned(),
            (true, None) => "No request failed".to_owned(),
        }
    }

    /// The last refusal, in short.
    pub fn refusal(&self) -> Option<String> {
        let refused = self
            .sent
            .iter()
            .rev()
            .find(|one| one.side != Side::Off && one.verdict == Verdict::Refused);
        refused.map(|one| one.exchange.outcome())
    }
}
