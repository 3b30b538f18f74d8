//! A finding: what was looked at, how it is, and what to do.

use airside_guard::check::printable;
use serde::Serialize;

use crate::exit::CommandError;

/// The state in which something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It cannot be told from here.
    Unknown,
    /// It works, and is less than OAuth 2.1 and RFC 9700 ask for.
    Deviation,
    /// It does not work, or will not for long.
    Problem,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    check: &'static str,
    verdict: Verdict,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Finding {
    pub fn good(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Verdict::Good, message.into(), None)
    }

    pub fn unknown(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Verdict::Unknown, message.into(), None)
    }

    pub fn problem(
        check: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Problem, message.into(), Some(fix.into()))
    }

    pub fn deviation(
        check: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Deviation, message.into(), Some(fix.into()))
    }

    /// A warning whose sentence ends with what to do, after a semicolon.
    pub fn warning(check: &'static str, warning: &str) -> Self {
        match warning.rsplit_once("; ") {
            Some((message, fix)) => Self::deviation(check, message, fix),
            None => Self::deviation(check, warning, "change what the sentence names"),
        }
    }

    /// A failure of a command, with the help in it or else this fix.
    pub fn failure(check: &'static str, failure: &CommandError, fix: &str) -> Self {
        let (message, help) = match failure.message.split_once("\nhelp: ") {
            Some((message, help)) => (message, help),
            None => (failure.message.as_str(), fix),
        };
        Self::problem(check, message, help)
    }

    fn new(check: &'static str, verdict: Verdict, message: String, fix: Option<String>) -> Self {
        Self {
            check,
            verdict,
            message,
            fix,
        }
    }

    /// Returns true if something is to be done.
    pub fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::Deviation | Verdict::Problem)
    }

    /// The finding for people, and below it the fix.
    pub fn lines(&self) -> Vec<String> {
        let verdict = match self.verdict {
            Verdict::Good => "good",
            Verdict::Unknown => "unknown",
            Verdict::Deviation => "deviation",
            Verdict::Problem => "problem",
        };
        let head = format!("{verdict:<10}{:<14}", self.check);
        let fix = self.fix.iter().map(|fix| format!("fix: {fix}"));
        let texts = std::iter::once(self.message.clone()).chain(fix);
        let lines = texts.flat_map(|text| text.lines().map(printable).collect::<Vec<_>>());
        lines
            .enumerate()
            .map(|(index, line)| match index {
                0 => format!("{head}{line}"),
                _ => format!("{:24}{line}", ""),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_its_fix_below_it_and_no_control_characters() {
        let found = Finding::problem("store", "slow\u{1b}[31m", "a faster disk");
        let lines = found.lines();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].starts_with("problem   store         slow"),
            "{lines:?}"
        );
        assert!(!lines[0].contains('\u{1b}'), "{lines:?}");
        assert_eq!(lines[1].trim_start(), "fix: a faster disk");
    }

    #[test]
    fn the_help_of_a_failure_is_its_fix() {
        let failure = CommandError::failed("it broke\nhelp: mend it");
        let found = Finding::failure("store", &failure, "another");
        assert_eq!(found, Finding::problem("store", "it broke", "mend it"));
        let found = Finding::failure("store", &CommandError::failed("it broke"), "another");
        assert_eq!(found, Finding::problem("store", "it broke", "another"));
    }
}
