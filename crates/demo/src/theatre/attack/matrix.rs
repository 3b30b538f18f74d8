//! The findings of a scan, by operation and caller.

use airside_scan::report::{
    Report,
    model::{ANONYMOUS, Cell, Conclusion, Finding, OperationCoverage, Part},
};

use super::side::Side;

/// The findings of a scan.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub side: Side,
    /// The names of the callers.
    pub callers: Vec<String>,
    pub rows: Vec<MatrixRow>,
    pub holes: Vec<ProvenHole>,
    pub requests: u64,
    pub duration_ms: u64,
    conclusion: Conclusion,
}

/// An operation, and how each caller fared.
#[derive(Clone, Debug)]
pub struct MatrixRow {
    pub operation: String,
    pub cells: Vec<CellWord>,
}

/// A hole that was proven.
#[derive(Clone, Debug)]
pub struct ProvenHole {
    pub operation: String,
    pub title: &'static str,
    pub owasp: &'static str,
    /// The proof, in words.
    pub reason: String,
}

/// The word of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellWord {
    /// The caller could do what it may not.
    Hole,
    /// The API said no.
    Refused,
    /// The caller was served, with what is its own.
    Own,
    /// Nothing is concluded from the answer.
    Answered,
    NotTested,
}

impl Matrix {
    pub fn of(side: Side, report: &Report) -> Self {
        let named = report.identities.iter().map(|one| one.name.clone());
        let callers: Vec<String> = named.chain([ANONYMOUS.to_owned()]).collect();
        let operations = report.operations.iter();
        let rows = operations.map(|operation| MatrixRow::of(report, operation, &callers));
        let proven = report
            .findings
            .iter()
            .filter(|one| one.verdict.is_confirmed());
        Self {
            side,
            rows: rows.collect(),
            holes: proven.map(ProvenHole::of).collect(),
            requests: report.totals.requests,
            duration_ms: report.totals.duration_ms,
            conclusion: report.conclusion,
            callers,
        }
    }

    /// Returns true if holes are proven without the guard, and none behind it.
    pub fn is_as_expected(&self) -> bool {
        match self.side {
            Side::Off => self.conclusion == Conclusion::Holes,
            Side::On | Side::Both => self.conclusion == Conclusion::NoneProven,
        }
    }
}

impl MatrixRow {
    fn of(report: &Report, operation: &OperationCoverage, callers: &[String]) -> Self {
        let callers = callers.iter();
        Self {
            operation: operation.name(),
            cells: callers
                .map(|caller| CellWord::of(report, operation, caller))
                .collect(),
        }
    }
}

impl ProvenHole {
    fn of(finding: &Finding) -> Self {
        Self {
            operation: finding.operation(),
            title: finding.class.title(),
            owasp: finding.owasp,
            reason: finding.verdict.reason().to_owned(),
        }
    }
}

impl CellWord {
    fn of(report: &Report, operation: &OperationCoverage, caller: &str) -> Self {
        let is_hole = report.findings.iter().any(|one| {
            let attacker = one.attacker.as_deref().unwrap_or(ANONYMOUS);
            one.operation() == operation.name() && one.verdict.is_confirmed() && attacker == caller
        });
        if is_hole {
            return Self::Hole;
        }
        let cells = || operation.cells.iter().filter(|one| one.caller == caller);
        let of = |part: Part| cells().find(|one| one.part == part);
        let is_refused = |cell: &Cell| matches!(cell.status, 401 | 403 | 404);
        match (of(Part::Foreign).or(of(Part::Anonymous)), of(Part::Own)) {
            (Some(attack), _) if is_refused(attack) => Self::Refused,
            (_, Some(own)) if (200..300).contains(&own.status) => Self::Own,
            (None, None) if cells().next().is_none() => Self::NotTested,
            _ => Self::Answered,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Hole => "hole",
            Self::Refused => "refused",
            Self::Own => "own",
            Self::Answered => "answered",
            Self::NotTested => "not tested",
        }
    }
}
