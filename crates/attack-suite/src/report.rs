//! Attempts, answers and verdicts.

use std::fmt;

/// Every attempt of a run.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    row: &'static str,
    tried: String,
    answered: String,
    verdict: Verdict,
}

/// The meaning of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Refused,
    Accepted,
    NotApplicable,
    /// The attempt failed: the issuer's answer was unexpected.
    Untried,
    /// A legal request succeeded.
    Passed,
}

impl Report {
    /// Counts the attacks that were accepted.
    pub fn accepted(&self) -> usize {
        self.count(Verdict::Accepted)
    }

    /// Counts the attacks that were refused.
    pub fn refused(&self) -> usize {
        self.count(Verdict::Refused)
    }

    /// Counts the attempts that failed, so that nothing is known of them.
    pub fn not_tried(&self) -> usize {
        self.count(Verdict::Untried)
    }

    /// Returns the rows that were tried, each once, in order.
    pub fn rows(&self) -> Vec<&'static str> {
        self.rows_with(&[Verdict::Refused, Verdict::Accepted])
    }

    /// Returns the rows of which an attack was accepted, each once, in order.
    pub fn accepted_rows(&self) -> Vec<&'static str> {
        self.rows_with(&[Verdict::Accepted])
    }

    fn rows_with(&self, verdicts: &[Verdict]) -> Vec<&'static str> {
        let found = self
            .lines
            .iter()
            .filter(|line| verdicts.contains(&line.verdict));
        let mut rows: Vec<_> = found.map(|line| line.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.lines
            .iter()
            .filter(|line| line.verdict == verdict)
            .count()
    }

    pub(crate) fn tried(&mut self, row: &'static str, tried: &str, answered: &str, refused: bool) {
        let verdict = if refused {
            Verdict::Refused
        } else {
            Verdict::Accepted
        };
        self.add(row, tried, answered, verdict);
    }

    pub(crate) fn not_applicable(&mut self, row: &'static str, why: &str) {
        self.add(row, why, "", Verdict::NotApplicable);
    }

    pub(crate) fn untried(&mut self, row: &'static str, why: &str) {
        self.add(row, why, "", Verdict::Untried);
    }

    pub(crate) fn control(&mut self, what: &str) {
        self.add("–", what, "granted", Verdict::Passed);
    }

    pub(crate) fn add(&mut self, row: &'static str, tried: &str, answered: &str, verdict: Verdict) {
        self.lines.push(Line {
            row,
            tried: tried.to_owned(),
            answered: answered.to_owned(),
            verdict,
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("| row | tried | answered | verdict |\n|---|---|---|---|\n")?;
        for line in &self.lines {
            let [tried, answered] = [&line.tried, &line.answered].map(|text| cell(text));
            writeln!(
                formatter,
                "| {} | {tried} | {answered} | {} |",
                line.row, line.verdict
            )?;
        }
        let (refused, accepted) = (self.refused(), self.accepted());
        write!(formatter, "\n{refused} refused, {accepted} accepted")?;
        match self.not_tried() {
            0 => writeln!(formatter),
            count => writeln!(formatter, ", {count} could not be tried"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused => "refused",
            Self::Accepted => "**ACCEPTED**",
            Self::NotApplicable => "not applicable",
            Self::Untried => "**could not be tried**",
            Self::Passed => "control passes",
        })
    }
}

/// One line, visible, and not too long.
fn cell(text: &str) -> String {
    let visible = text.escape_debug().to_string().replace('|', "\\|");
    match visible.char_indices().nth(MAX_WIDTH) {
        Some((end, _)) => format!("{}…", visible.get(..end).unwrap_or_default()),
        None => visible,
    }
}

const MAX_WIDTH: usize = 90;
