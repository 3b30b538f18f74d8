//! Notes about a scan for its report: remarks, outcomes of checks, and how callers were answered.

use super::Session;
use crate::{
    exchange::{IdentityIndex, Recorded},
    report::model::{ANONYMOUS, Cell, CheckOutcome, Part},
    verdict::Verdict,
};

impl Session {
    /// Adds a remark to the report, once.
    pub fn remark(&self, text: impl Into<String>) {
        self.remarks.lock().insert(text.into());
    }

    /// Returns the remarks.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.lock().iter().cloned().collect()
    }

    /// Notes what the scan made and could not undo.
    pub fn leave_behind(&self, what: String) {
        self.left_behind.lock().push(what);
    }

    /// Returns what the scan made and could not undo.
    #[must_use]
    pub fn left_behind(&self) -> Vec<String> {
        self.left_behind.lock().clone()
    }

    /// Adds the outcome of a check to an operation.
    pub fn add_outcome(&self, operation: usize, outcome: CheckOutcome) {
        let mut outcomes = self.outcomes.lock();
        let of_operation = outcomes.entry(operation).or_default();
        match of_operation
            .iter_mut()
            .find(|one| one.class == outcome.class)
        {
            Some(own) if counts_more(&outcome.verdict, &own.verdict) => *own = outcome,
            Some(_) => {}
            None => of_operation.push(outcome),
        }
    }

    /// Returns the outcomes of an operation's checks.
    #[must_use]
    pub fn outcomes(&self, operation: usize) -> Vec<CheckOutcome> {
        self.outcomes
            .lock()
            .get(&operation)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns true if an operation refused the attacks on it, and answered none with what is not a secret.
    #[must_use]
    pub fn was_refused(&self, operation: usize) -> bool {
        let outcomes = self.outcomes.lock();
        let mut outcomes = outcomes.get(&operation).into_iter().flatten();
        outcomes.any(|one| one.verdict.is_refusal())
    }

    /// Returns why a caller has no object of these kinds: what refused to make one, or that nothing does.
    #[must_use]
    pub fn maker_failure(&self, entities: &[String], owner: IdentityIndex) -> String {
        let failed = self.failed_makers.lock();
        let mut failed = failed.iter().filter(|((_, own), _)| *own == owner);
        let found = failed.find(|((index, _), _)| {
            let entity = self.operation(*index).and_then(|one| one.entity.as_ref());
            entity.is_some_and(|entity| entities.contains(entity))
        });
        match found {
            Some((_, why)) => format!("{why}; an example of its body in the document helps"),
            None => "no operation of the document made one; make one before the scan".to_owned(),
        }
    }

    /// Returns how callers were answered by an operation.
    #[must_use]
    pub fn cells(&self, operation: usize) -> Vec<Cell> {
        self.cells
            .lock()
            .get(&operation)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns the number of requests to an operation.
    #[must_use]
    pub fn requests(&self, operation: usize) -> u64 {
        self.counts.lock().get(&operation).copied().unwrap_or(0)
    }

    /// Notes how a caller was answered, the last one counts.
    pub fn note(&self, exchange: &Recorded, part: Part) {
        let caller = match exchange.caller {
            Some(index) => self.name(index),
            None => ANONYMOUS.to_owned(),
        };
        let cell = Cell {
            caller,
            part,
            status: exchange.answer.status,
            exchange: exchange.number,
        };
        let mut cells = self.cells.lock();
        let cells = cells.entry(exchange.request.operation).or_default();
        match cells
            .iter_mut()
            .find(|one| one.caller == cell.caller && one.part == part)
        {
            Some(own) => *own = cell,
            None => cells.push(cell),
        }
    }
}

/// Returns true if a verdict counts more than the one before it: it is worse, or an answer where that is a refusal.
fn counts_more(new: &Verdict, own: &Verdict) -> bool {
    own.weight() < new.weight() || own.is_refusal() && new.shows_no_secret()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_one_attack_did_not_refuse_before() {
        let refused = Verdict::of_refusal("bob", 404);
        let public = Verdict::Refuted("it is public: it answers without a token".to_owned());
        let worse = Verdict::Suspect("it may be a hole".to_owned());
        assert!(counts_more(&public, &refused));
        assert!(!counts_more(&refused, &public));
        assert!(counts_more(&worse, &public));
        // the control: a refusal counts where nothing else does
        assert!(counts_more(&refused, &Verdict::NotTested(String::new())));
        assert!(!counts_more(&public, &worse));
    }
}
