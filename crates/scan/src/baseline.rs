//! Findings that are accepted, until when.
//!
//! A baseline is a TOML file with one entry for each finding:
//!
//! ```
//! let baseline = airside_scan::baseline::Baseline::parse(r#"
//! [[accepted]]
//! finding = "object-read:GET:/orders/{id}"
//! reason  = "orders are public until the new shop is there"
//! expires = 2027-03-31
//! "#)?;
//! assert_eq!(baseline.entries().len(), 1);
//! # Ok::<(), airside_scan::baseline::BaselineError>(())
//! ```

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::report::Report;

/// The findings that are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(Vec<Accepted>);

/// A finding that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The id of the finding, as reports have it.
    pub finding: String,
    /// The reason.
    pub reason: String,
    /// The last day on which it is accepted.
    pub expires: Date,
}

/// The reason why a baseline cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not TOML, or has members that are unknown or missing.
    #[error("{0}")]
    Malformed(String),
    /// A day cannot be read.
    #[error("`{finding}` expires on `{text}`, which is not a day: write 2027-03-31")]
    NotADay {
        /// The id of the finding.
        finding: String,
        /// The text.
        text: String,
    },
    /// A reason is missing.
    #[error("`{0}` is accepted without a reason")]
    NoReason(String),
    /// A finding is accepted twice.
    #[error("`{0}` is accepted twice")]
    Twice(String),
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// [`BaselineError`].
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = toml::from_str(text)
            .map_err(|error| BaselineError::Malformed(error.to_string().trim().to_owned()))?;
        let mut entries: Vec<Accepted> = Vec::new();
        for entry in file.accepted {
            let entry = Accepted::try_from(entry)?;
            if entries.iter().any(|own| own.finding == entry.finding) {
                return Err(BaselineError::Twice(entry.finding));
            }
            entries.push(entry);
        }
        Ok(Self(entries))
    }

    /// Returns the entries in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Accepted] {
        &self.0
    }

    /// Marks the findings of a report that are accepted on `today`, counts again, and remarks what is expired
    /// and what was not found.
    pub fn apply(&self, report: &mut Report, today: Date) {
        for entry in &self.0 {
            let found = report
                .findings
                .iter_mut()
                .find(|one| one.id == entry.finding);
            let name = &entry.finding;
            let is_expired = entry.expires < today;
            match found {
                Some(finding) if !is_expired => finding.accepted = Some(entry.to_string()),
                Some(_) => report.remarks.push(format!(
                    "`{name}` is not accepted any more: the baseline accepted it until {}",
                    entry.expires
                )),
                None => report.remarks.push(format!(
                    "the baseline accepts `{name}`, which this scan did not find: remove the entry if the \
                     coverage says that it was tested"
                )),
            }
        }
        report.count();
    }
}

/// Returns the day (UTC) of a time in seconds since 1970; the last day of all for a time that is out of bounds,
/// on which everything is expired.
#[must_use]
pub fn day(seconds: i64) -> Date {
    match Timestamp::from_second(seconds) {
        Ok(time) => TimeZone::UTC.to_datetime(time).date(),
        Err(_) => Date::MAX,
    }
}

impl std::fmt::Display for Accepted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} (until {})", self.reason, self.expires)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    finding: String,
    reason: String,
    /// A day of TOML, or a text.
    expires: toml::Value,
}

impl TryFrom<Entry> for Accepted {
    type Error = BaselineError;

    fn try_from(entry: Entry) -> Result<Self, BaselineError> {
        let Entry {
            finding, reason, ..
        } = entry;
        if reason.trim().is_empty() {
            return Err(BaselineError::NoReason(finding));
        }
        let text = match &entry.expires {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let Ok(expires) = text.parse() else {
            return Err(BaselineError::NotADay { finding, text });
        };
        Ok(Self {
            finding,
            reason,
            expires,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::report::{fixture, model::Conclusion};

    fn baseline(entries: &[(&str, &str)]) -> Baseline {
        let entries = entries.iter().map(|(finding, expires)| {
            format!(
                "[[accepted]]\nfinding = \"{finding}\"\nreason = \"known\"\nexpires = {expires}\n"
            )
        });
        Baseline::parse(&entries.collect::<String>()).unwrap()
    }

    #[test]
    fn a_report_whose_findings_are_all_accepted_has_no_holes() {
        let mut report = fixture::report();
        assert_eq!(report.conclusion, Conclusion::Holes);

        let today = date(2026, 12, 31);
        baseline(&[
            (fixture::READ, "2026-12-31"),
            (fixture::FUNCTION, "\"2027-01-01\""),
        ])
        .apply(&mut report, today);

        assert_eq!(report.conclusion, Conclusion::NoneProven);
        assert_eq!((report.totals.confirmed, report.totals.accepted), (0, 2));
        assert_eq!(report.totals.suspect, 1);
        let accepted = report.findings.first().unwrap().accepted.as_deref();
        assert_eq!(accepted, Some("known (until 2026-12-31)"));
    }

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(day(1_798_761_599), date(2026, 12, 31));
        assert_eq!(day(1_798_761_600), date(2027, 1, 1));
    }

    #[test]
    fn one_that_is_not_accepted_is_a_hole_still() {
        let mut report = fixture::report();
        baseline(&[(fixture::READ, "2027-01-01")]).apply(&mut report, date(2026, 1, 1));
        assert_eq!(report.conclusion, Conclusion::Holes);
        assert_eq!(report.totals.confirmed, 1);
    }

    #[test]
    fn a_baseline_accepts_nothing_after_its_last_day_and_says_so() {
        let mut report = fixture::report();
        let entries = [
            (fixture::READ, "2026-12-31"),
            (fixture::FUNCTION, "2027-12-31"),
        ];
        baseline(&entries).apply(&mut report, date(2027, 1, 1));
        assert_eq!(report.conclusion, Conclusion::Holes);
        let remark = report.remarks.last().unwrap();
        assert!(remark.contains("accepted it until 2026-12-31"), "{remark}");
    }

    #[test]
    fn an_entry_that_was_not_found_is_said() {
        let mut report = fixture::report();
        let entries = [("object-read:GET:/gone", "2027-01-01")];
        baseline(&entries).apply(&mut report, date(2026, 1, 1));
        let remark = report.remarks.last().unwrap();
        assert!(remark.contains("`object-read:GET:/gone`"), "{remark}");
    }

    #[test]
    fn accepted_holes_of_an_api_in_doubt_conclude_nothing() {
        let mut report = fixture::report();
        report.doubts.push("the API broke".to_owned());
        let entries = [
            (fixture::READ, "2027-01-01"),
            (fixture::FUNCTION, "2027-01-01"),
        ];
        baseline(&entries).apply(&mut report, date(2026, 1, 1));
        assert_eq!(report.conclusion, Conclusion::Inconclusive);
    }

    #[test]
    fn entries_that_make_no_sense_are_refused() {
        for (text, why) in [
            (
                "[[accepted]]\nfinding = 'a'\nreason = ' '\nexpires = 2027-01-01",
                "without a reason",
            ),
            (
                "[[accepted]]\nfinding = 'a'\nreason = 'b'\nexpires = 'soon'",
                "not a day",
            ),
            ("[[accepted]]\nfinding = 'a'\nreason = 'b'", "expires"),
            (
                "[[accepted]]\nfinding = 'a'\nreason = 'b'\nexpires = 2027-01-01\nuntil = 1",
                "until",
            ),
            ("[[accept]]\nfinding = 'a'", "accept"),
        ] {
            let error = Baseline::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        let twice = "[[accepted]]\nfinding = 'a'\nreason = 'b'\nexpires = 2027-01-01\n".repeat(2);
        assert_eq!(
            Baseline::parse(&twice),
            Err(BaselineError::Twice("a".to_owned()))
        );
        assert_eq!(Baseline::parse(""), Ok(Baseline::default()));
    }
}
