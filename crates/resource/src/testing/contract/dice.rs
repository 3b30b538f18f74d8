//! Pseudorandom notes and conditions.

use std::collections::BTreeSet;

use airside_policy::{Comparison, Predicate, Timestamp, Value, Wildcard};

use super::note::{COLUMNS, Note, shared_with};
use crate::record::Json;

/// Pseudorandom numbers, the same for each seed.
pub(super) struct Dice(u64);

impl Dice {
    /// Begins the numbers of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(of.len() as u64)).unwrap_or_default();
        of.get(index).copied().unwrap_or_default()
    }

    fn text(&mut self) -> String {
        self.one(&TEXTS).to_owned()
    }

    fn number(&mut self) -> i64 {
        i64::try_from(self.below(7)).unwrap_or_default() - 3
    }

    pub(super) fn note(&mut self, id: i64) -> Note {
        let mut is_there = [true; 8];
        is_there.iter_mut().for_each(|one| *one = self.below(4) > 0);
        let [
            owner,
            label,
            balance,
            closed,
            weight,
            made_at,
            content,
            extra,
        ] = is_there;
        Note {
            id,
            owner: owner.then(|| self.text()),
            label: label.then(|| self.text()),
            balance: balance.then(|| self.number()),
            closed: closed.then(|| self.below(2) == 0),
            weight: weight.then(|| self.weight()),
            made_at: made_at.then(|| self.time()).flatten(),
            content: content.then(|| self.text().into_bytes()),
            extra: extra.then(|| Json(serde_json::json!({ "text": self.text() }))),
        }
    }

    /// Makes a weight, whole or not.
    fn weight(&mut self) -> f64 {
        f64::from(i32::try_from(self.number()).unwrap_or_default()) / 2.0
    }

    /// Makes a time, of whole seconds or not, before or after 1970.
    fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_unix_micros(self.number() * 500_000).ok()
    }

    /// Makes a constant of a column that has an order.
    fn ordered(&mut self) -> (&'static str, Value) {
        match self.below(4) {
            0 => ("balance", self.number().into()),
            1 => ("weight", self.number().into()),
            2 => ("weight", self.weight().into()),
            _ => ("made_at", self.time().into()),
        }
    }

    fn pattern(&mut self) -> Vec<Wildcard> {
        let parts = (0..self.below(4)).map(|_| match self.below(2) {
            0 => Wildcard::Any,
            _ => Wildcard::Text(self.text()),
        });
        parts.collect()
    }

    pub(super) fn predicate(&mut self, depth: u32) -> Predicate {
        let text = self.one(&["owner", "label"]).to_owned();
        match self.below(if depth == 0 { 9 } else { 12 }) {
            0 => Predicate::Always(self.below(2) == 0),
            1 => Predicate::Has(self.one(&COLUMNS).to_owned()),
            2 => Predicate::Is("closed".to_owned(), self.below(2) == 0),
            3 => {
                let comparison = match self.below(3) {
                    0 => Comparison::Equal,
                    1 => Comparison::Less,
                    _ => Comparison::LessOrEqual,
                };
                let (column, value) = self.ordered();
                Predicate::Compare(column.to_owned(), comparison, value)
            }
            4 => Predicate::equal(&text, self.text()),
            5 => Predicate::Like(text, self.pattern()),
            6 => Predicate::In(
                text,
                (0..self.below(4))
                    .map(|_| self.text())
                    .collect::<BTreeSet<_>>(),
            ),
            7 => shared_with(&self.text()),
            8 => Predicate::equal("content", self.text().into_bytes()),
            9 => Predicate::Not(Box::new(self.predicate(depth - 1))),
            10 => Predicate::And(self.predicates(depth)),
            _ => Predicate::Or(self.predicates(depth)),
        }
    }

    fn predicates(&mut self, depth: u32) -> Vec<Predicate> {
        (0..self.below(4))
            .map(|_| self.predicate(depth - 1))
            .collect()
    }
}

const TEXTS: [&str; 13] = [
    "", "a", "A", "ab", "a%b", "a_b", "a*b", "a?b", "[a]", "a\\b", "é'\"", "alice", "bob",
];
