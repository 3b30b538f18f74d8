//! What was found of what is there.

use std::fmt::Write;

use crate::{Hole, HoleClass};

/// A finding of the scanner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reported {
    /// `METHOD /template`.
    pub operation: String,
    /// The class, as the report names it: `object-read`.
    pub class: String,
    /// True if it is confirmed, false if it is suspect.
    pub is_confirmed: bool,
}

/// A hole that is there, as the score sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The switch, or the name in `holes.json`.
    pub name: String,
    /// The class's name.
    pub class: String,
    /// The operations that show it.
    pub operations: Vec<String>,
    /// True if the scanner does not claim the class.
    pub is_unclaimed: bool,
}

impl From<Hole> for Expected {
    fn from(hole: Hole) -> Self {
        Self {
            name: hole.name().to_owned(),
            class: hole.class().name().to_owned(),
            operations: hole
                .operations()
                .iter()
                .map(|one| (*one).to_owned())
                .collect(),
            is_unclaimed: hole.class() == HoleClass::Session,
        }
    }
}

/// How well a scan did.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Each hole with what was reported at its operations.
    pub holes: Vec<(Expected, Vec<Reported>)>,
    /// What was confirmed where there is no hole, with the scan that did.
    pub false_findings: Vec<(String, Reported)>,
    /// Requests of all scans.
    pub requests: u64,
    /// Operations of all scans.
    pub operations: usize,
}

impl Score {
    /// Adds a scan's findings to the holes that were open in it.
    pub fn add(&mut self, scan: &str, holes: &[Expected], reported: &[Reported]) {
        let is_at = |hole: &Expected, one: &Reported| hole.operations.contains(&one.operation);
        for hole in holes {
            let found = reported.iter().filter(|one| is_at(hole, one));
            self.holes.push((hole.clone(), found.cloned().collect()));
        }
        let is_false =
            |one: &&Reported| one.is_confirmed && !holes.iter().any(|hole| is_at(hole, one));
        let wrong = reported.iter().filter(is_false);
        self.false_findings
            .extend(wrong.map(|one| (scan.to_owned(), one.clone())));
    }

    /// Returns how many of the holes of claimed classes are confirmed, and how many there are.
    pub fn recall(&self) -> (usize, usize) {
        let claimed = || self.holes.iter().filter(|(hole, _)| !hole.is_unclaimed);
        let found = claimed().filter(|(_, reported)| is_found(reported)).count();
        (found, claimed().count())
    }

    /// Returns how many confirmed findings are true, and how many there are.
    pub fn precision(&self) -> (usize, usize) {
        let confirmed = self.holes.iter().flat_map(|(_, reported)| reported);
        let right = confirmed.filter(|one| one.is_confirmed).count();
        (right, right + self.false_findings.len())
    }

    /// Returns the requests for each operation, on average.
    pub fn requests_per_operation(&self) -> f64 {
        let exact = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        exact(self.requests) / exact(u64::try_from(self.operations).unwrap_or(u64::MAX)).max(1.0)
    }

    /// Returns the table in Markdown.
    pub fn table(&self) -> String {
        let mut table = String::from("| hole | class | operation | outcome |\n|---|---|---|---|\n");
        for (hole, reported) in &self.holes {
            let operation = hole.operations.join(", ");
            let outcome = outcome(hole, reported);
            // writing into a string does not fail
            let _ = writeln!(
                table,
                "| `{}` | {} | `{operation}` | {outcome} |",
                hole.name, hole.class
            );
        }
        table
    }
}

fn is_found(reported: &[Reported]) -> bool {
    reported.iter().any(|one| one.is_confirmed)
}

fn outcome(hole: &Expected, reported: &[Reported]) -> String {
    let mut confirmed: Vec<_> = reported.iter().filter(|one| one.is_confirmed).collect();
    confirmed.sort();
    confirmed.dedup();
    let classes: Vec<_> = confirmed.iter().map(|one| one.class.as_str()).collect();
    match (classes.is_empty(), reported.is_empty(), hole.is_unclaimed) {
        (false, ..) => format!("confirmed as {}", classes.join(", ")),
        (true, false, _) => "suspect".to_owned(),
        (true, true, true) => "not claimed".to_owned(),
        (true, true, false) => "**missed**".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(operation: &str, is_confirmed: bool) -> Reported {
        Reported {
            operation: operation.to_owned(),
            class: "object-read".to_owned(),
            is_confirmed,
        }
    }

    #[test]
    fn holes_and_false_findings_are_counted() {
        let mut score = Score::default();
        let read = [Expected::from(Hole::OrderRead)];
        score.add(
            "a",
            &read,
            &[
                reported("GET /orders/{id}", true),
                reported("GET /me", true),
            ],
        );
        score.add(
            "b",
            &read,
            &[
                reported("GET /orders/{id}", false),
                reported("GET /me", false),
            ],
        );
        score.add("c", &[Expected::from(Hole::SignedOutToken)], &[]);

        assert_eq!(score.recall(), (1, 2));
        assert_eq!(score.precision(), (1, 2));
        let table = score.table();
        for outcome in ["confirmed as object-read", "suspect", "not claimed"] {
            assert!(table.contains(outcome), "{table}");
        }
    }
}
