//! The outcomes of the attacks that were tried.

use std::collections::BTreeMap;

use http::StatusCode;

use super::{matrix::Matrix, side::Side};
use crate::wire::Exchange;

/// The outcomes of the attacks that were tried, by id.
pub type Outcomes = BTreeMap<&'static str, Outcome>;

/// The outcome of an attack.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub sent: Vec<Sent>,
    pub facts: Vec<(&'static str, String)>,
    /// A number that the card shows large, with its unit and what it measures.
    pub number: Option<(String, &'static str)>,
    /// True if nothing was sent at the end because the app itself refused.
    pub stopped_by_app: bool,
    /// The findings of the scanner.
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

/// The refusal that an attack must get.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// The error code; empty for a page.
    pub code: &'static str,
}

impl Refusal {
    pub const INVALID_GRANT: Self = Self::new(StatusCode::BAD_REQUEST, "invalid_grant");
    pub const INVALID_TOKEN: Self = Self::new(StatusCode::UNAUTHORIZED, "invalid_token");
    pub const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "not_found");
    pub const ACCESS_DENIED: Self = Self::new(StatusCode::FORBIDDEN, "access_denied");
    pub const PAGE: Self = Self::new(StatusCode::BAD_REQUEST, "");

    const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code }
    }

    /// Returns the verdict of an answer to an attack.
    pub fn judge(self, exchange: &Exchange) -> Verdict {
        let code = exchange.error().unwrap_or_default();
        match exchange.status == self.status && code == self.code {
            true => Verdict::Refused,
            false if exchange.status.is_success() => Verdict::Succeeded,
            false => Verdict::Failed,
        }
    }
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

    /// The refusal of the attack itself, in short; others may follow from it.
    pub fn refusal(&self) -> Option<String> {
        self.first_refused().map(Exchange::outcome)
    }

    /// The error code of that refusal, or what stopped the attack in place of one.
    pub fn refused_with(&self) -> Option<String> {
        let of_answer = |refused: &Exchange| refused.error().unwrap_or_else(|| refused.outcome());
        match self.first_refused() {
            _ if self.stopped_by_app => Some("by the app itself".to_owned()),
            Some(refused) => Some(of_answer(refused)),
            None if self.scans.is_empty() => None,
            None => Some("no hole behind the guard".to_owned()),
        }
    }

    fn first_refused(&self) -> Option<&Exchange> {
        let mut sent = self.sent.iter();
        let first = sent.find(|one| one.side != Side::Off && one.verdict == Verdict::Refused);
        first.map(|one| &one.exchange)
    }
}
