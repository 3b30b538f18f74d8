//! Callers with rights of an administrator, by what only they are answered.

use std::collections::BTreeMap;

use super::Answers;
use crate::{
    document::Hint,
    exchange::{IdentityIndex, Outcome, Recorded},
    session::Session,
};

impl Session {
    /// Learns who has rights of an administrator: callers whom a function of administrators answers while it
    /// refuses others and requests without a token. The role need not say so by its name. Returns the functions
    /// that do so.
    pub(super) fn learn_administrators(&self, answers: &Answers) -> Vec<usize> {
        let mut refusing = Vec::new();
        for (index, answers) in answers {
            let operation = self.operation(*index);
            let operation = operation.filter(|one| one.administrative.is_some());
            let Some(operation) = operation.filter(|_| refuses_some(answers)) else {
                continue;
            };
            let accepted = answers.iter().filter(|(_, one)| one.answer.is_accepted());
            for identity in accepted.filter_map(|(caller, _)| self.identity((*caller)?)) {
                // a name may be that of functions for everybody, which answer those who have something there
                let is_known = *identity.is_privileged.read();
                if operation.hint == Hint::Declared {
                    *identity.is_privileged.write() = true;
                } else if is_known {
                    refusing.push(*index);
                }
            }
        }
        refusing
    }
}

/// Returns true if answers refuse a caller, and requests without a token.
fn refuses_some(answers: &BTreeMap<Option<IdentityIndex>, Recorded>) -> bool {
    let is_refused = |exchange: &Recorded| {
        let outcome = exchange.answer.outcome();
        matches!(outcome, Outcome::Forbidden | Outcome::NotFound)
    };
    let anonymous = answers.get(&None);
    let is_open = anonymous.is_none_or(|one| one.answer.is_accepted());
    !is_open && answers.values().any(is_refused)
}
