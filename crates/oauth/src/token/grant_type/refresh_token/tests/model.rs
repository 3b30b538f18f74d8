//! The refresh rules against a small model that is written another way: it remembers every
//! generation ever issued and what became of it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::Case;

/// The fate of an issued token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// The newest.
    Live,
    /// Used while it was the newest, and its successor was not used yet.
    JustUsed,
    /// Issued in answer to a used one, then replaced unseen.
    Void,
    /// Used, and its successor too.
    Spent,
}

/// A family by the book.
#[derive(Debug)]
struct Model {
    fates: BTreeMap<u32, Fate>,
    issued_at: u64,
    reissues: u32,
    revoked: bool,
}

impl Model {
    fn new() -> Self {
        Self {
            fates: [(0, Fate::Live)].into(),
            issued_at: 0,
            reissues: 0,
            revoked: false,
        }
    }

    fn live(&self) -> u32 {
        *self
            .fates
            .iter()
            .find(|(_, fate)| **fate == Fate::Live)
            .unwrap()
            .0
    }

    fn issue(&mut self, now: u64) -> u32 {
        let next = self.fates.len() as u32;
        self.fates.insert(next, Fate::Live);
        self.issued_at = now;
        next
    }

    /// The generation that the answer carries; none if it is refused.
    fn present(&mut self, generation: u32, now: u64) -> Option<u32> {
        if self.revoked {
            return None;
        }
        match self.fates.get(&generation) {
            None => None,
            Some(Fate::Live) => {
                for fate in self
                    .fates
                    .values_mut()
                    .filter(|fate| **fate == Fate::JustUsed)
                {
                    *fate = Fate::Spent;
                }
                self.fates.insert(generation, Fate::JustUsed);
                self.reissues = 0;
                Some(self.issue(now))
            }
            Some(Fate::JustUsed) if now - self.issued_at <= 30 => Some(self.live()),
            Some(Fate::JustUsed) if self.reissues < 10 => {
                let unseen = self.live();
                self.fates.insert(unseen, Fate::Void);
                self.reissues += 1;
                Some(self.issue(now))
            }
            Some(_) => {
                self.revoked = true;
                None
            }
        }
    }
}

proptest! {
    #[test]
    fn the_decision_agrees_with_the_model(
        steps in prop::collection::vec((0_u32..6, 0_u64..90), 1..60)
    ) {
        let mut case = Case::new();
        let mut model = Model::new();
        let mut now = 0;
        for (back, seconds) in steps {
            now += seconds;
            case.after(seconds);
            // mostly the newest and its neighbours, sometimes one that was never issued
            let generation = (model.fates.len() as u32).saturating_sub(back);
            let expected = model.present(generation, now);
            let granted = case.present(generation).is_ok();
            prop_assert_eq!(granted, expected.is_some(), "generation {} at {}", generation, now);
            prop_assert_eq!(case.grant().revoked.is_some(), model.revoked);
            if let Some(successor) = expected {
                prop_assert_eq!(case.grant().rotation.current, successor);
            }
        }
    }
}
