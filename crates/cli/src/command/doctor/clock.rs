//! The time: whether this machine's clock is kept right, and agrees with what clients see.

use std::path::Path;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use super::finding::Finding;

/// Looks whether the clock is set by the network.
pub fn synchronised() -> Finding {
    set_by_network(Path::new(SYNCHRONISED))
}

/// Looks for the file that systemd-timesyncd makes when it has set the clock.
fn set_by_network(mark: &Path) -> Finding {
    match mark.exists() {
        true => Finding::good(CLOCK, "systemd-timesyncd keeps it right"),
        false => Finding::unknown(
            CLOCK,
            "systemd-timesyncd has not set it; whether another program does is not known: `timedatectl` says it",
        ),
    }
}

/// Compares the `Date` of an answer with the clock.
pub fn compared(date: &str, now: Timestamp) -> Option<Finding> {
    let then = DateTimeParser::new().parse_timestamp(date).ok()?;
    let seconds = now.as_second().saturating_sub(then.as_second()).abs();
    Some(match seconds {
        0..=MOST_APART => {
            Finding::good(CLOCK, format!("within {MOST_APART} s of what answers say"))
        }
        seconds => Finding::problem(
            CLOCK,
            format!("{seconds} s from what the issuer's answers say"),
            "run an NTP client here, at the server and at the proxy: tokens are refused for times that are off",
        ),
    })
}

const CLOCK: &str = "clock";
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
/// Seconds; an answer's date has whole ones.
const MOST_APART: i64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_seconds_off_is_a_problem() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        for (date, is_open) in [
            ("Sun, 01 Mar 2026 12:00:00 GMT", false),
            ("Sun, 01 Mar 2026 11:59:58 GMT", false),
            ("Sun, 01 Mar 2026 11:59:57 GMT", true),
            ("Sun, 01 Mar 2026 12:00:40 GMT", true),
        ] {
            let found = compared(date, now).unwrap();
            assert_eq!(found.is_open(), is_open, "{date}: {found:?}");
        }
        assert_eq!(compared("yesterday", now), None);
    }

    #[test]
    fn a_clock_that_nothing_known_sets_is_no_problem_and_not_called_good() {
        let directory = tempfile::tempdir().unwrap();
        let mark = directory.path().join("synchronized");
        let found = set_by_network(&mark);
        assert!(found.lines()[0].starts_with("unknown"), "{found:?}");
        std::fs::write(&mark, "").unwrap();
        let found = set_by_network(&mark);
        assert!(found.lines()[0].starts_with("good"), "{found:?}");
    }
}
