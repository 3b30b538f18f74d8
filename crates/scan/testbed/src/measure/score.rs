//! The score of scans: what was found of what is there.

use crate::{Hole, measure::run::Scanned};

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
}

impl From<Hole> for Expected {
    fn from(hole: Hole) -> Self {
        let operations = hole.operations().iter().map(|one| (*one).to_owned());
        Self {
            name: hole.name().to_owned(),
            class: hole.class().name().to_owned(),
            operations: operations.collect(),
        }
    }
}

/// A hole with what was reported at its operations.
#[derive(Clone, Debug)]
pub struct HoleOutcome {
    /// The hole.
    pub hole: Expected,
    /// The findings.
    pub reported: Vec<Reported>,
    /// The verdicts of the checks there, with their reasons.
    pub checks: Vec<String>,
}

impl HoleOutcome {
    /// Returns true if a finding at one of its operations is confirmed.
    pub fn is_found(&self) -> bool {
        self.reported.iter().any(|one| one.is_confirmed)
    }
}

/// The score of scans.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// The holes.
    pub holes: Vec<HoleOutcome>,
    /// The findings that were confirmed where there is no hole, each with the scan that made it.
    pub false_findings: Vec<(String, Reported)>,
    /// Requests of all scans.
    pub requests: u64,
    /// Operations of all scans.
    pub operations: usize,
}

impl Score {
    /// Adds a scan of an API that has these holes.
    pub fn add(&mut self, scan: &str, holes: &[Expected], scanned: &Scanned) {
        self.count(scan, holes, &scanned.reported(), &|hole| {
            hole.operations
                .iter()
                .flat_map(|operation| scanned.checks(operation))
                .collect()
        });
        self.requests += scanned.report.totals.requests;
        self.operations += scanned.report.totals.operations;
    }

    fn count(
        &mut self,
        scan: &str,
        holes: &[Expected],
        reported: &[Reported],
        checks: &dyn Fn(&Expected) -> Vec<String>,
    ) {
        let is_at = |hole: &Expected, one: &Reported| hole.operations.contains(&one.operation);
        for hole in holes {
            let found = reported.iter().filter(|one| is_at(hole, one));
            self.holes.push(HoleOutcome {
                hole: hole.clone(),
                reported: found.cloned().collect(),
                checks: checks(hole),
            });
        }
        let is_false =
            |one: &&Reported| one.is_confirmed && !holes.iter().any(|hole| is_at(hole, one));
        let wrong = reported.iter().filter(is_false);
        self.false_findings
            .extend(wrong.map(|one| (scan.to_owned(), one.clone())));
    }

    /// Returns how many of the holes are confirmed, and how many there are.
    pub fn recall(&self) -> (usize, usize) {
        let found = self.holes.iter().filter(|one| one.is_found());
        (found.count(), self.holes.len())
    }

    /// Returns how many confirmed findings are true, and how many there are.
    pub fn precision(&self) -> (usize, usize) {
        let confirmed = self.holes.iter().flat_map(|one| &one.reported);
        let right = confirmed.filter(|one| one.is_confirmed).count();
        (right, right + self.false_findings.len())
    }

    /// Returns the requests for each operation, on average.
    pub fn requests_per_operation(&self) -> f64 {
        let exact = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let operations = u64::try_from(self.operations).unwrap_or(u64::MAX);
        exact(self.requests) / exact(operations).max(1.0)
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
        let mut count = |holes: &[Expected], findings: &[Reported]| {
            score.count("scan", holes, findings, &|_| Vec::new());
        };
        for is_confirmed in [true, false] {
            let operations = ["GET /orders/{id}", "GET /me"];
            count(&read, &operations.map(|one| reported(one, is_confirmed)));
        }

        assert_eq!(score.recall(), (1, 2));
        assert_eq!(score.precision(), (1, 2));
        assert_eq!(score.false_findings.len(), 1);
    }
}
