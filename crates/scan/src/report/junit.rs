//! The report as JUnit XML, for the test pages of CI: one test case for each operation and class of holes.
//!
//! A confirmed finding is a failure. What is suspect, accepted or not tested is skipped, with the reason: none
//! of them passed. A scan that concludes nothing has an error, so that a page of skipped tests is not green.

use super::model::{CheckOutcome, Conclusion, Finding, OperationCoverage, Report};
use crate::verdict::Verdict;

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut page = Page::default();
    page.conclusion(report);
    for operation in &report.operations {
        for check in &operation.checks {
            page.case(report, operation, check);
        }
    }
    let seconds = report.totals.duration_ms as f64 / 1000.0;
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\"",
        page.tests, page.failures, page.errors, page.skipped
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"airside scan\" {counts}>\n\
         <testsuite name=\"airside scan of {}\" {counts}>\n{}</testsuite>\n</testsuites>\n",
        escaped(&report.api),
        page.cases
    )
}

/// The test cases, and how many there are of each outcome.
#[derive(Default)]
struct Page {
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Page {
    /// Writes the case of the scan itself.
    fn conclusion(&mut self, report: &Report) {
        let body = match report.conclusion {
            Conclusion::Inconclusive => {
                self.errors += 1;
                let why = match report.doubts.is_empty() {
                    true => report.remarks.join("\n"),
                    false => report.doubts.join("\n"),
                };
                element("error", "too little could be tested to say anything", &why)
            }
            Conclusion::Holes | Conclusion::NoneProven => String::new(),
        };
        self.test("scan", "something could be concluded", &body);
    }

    fn case(&mut self, report: &Report, operation: &OperationCoverage, check: &CheckOutcome) {
        let mut findings = report.findings.iter();
        let finding =
            findings.find(|one| one.class == check.class && one.operation() == operation.name());
        let reason = check.verdict.reason();
        let accepted = finding.and_then(|one| one.accepted.as_deref());
        let body = match (&check.verdict, accepted) {
            (Verdict::Refuted(_), _) => String::new(),
            (Verdict::Confirmed(_), None) => {
                self.failures += 1;
                element("failure", reason, &finding.map(proof).unwrap_or_default())
            }
            (_, Some(why)) => self.skip("accepted", why),
            (verdict, None) => self.skip(verdict.word(), reason),
        };
        self.test(check.class.name(), &operation.name(), &body);
    }

    fn skip(&mut self, word: &str, why: &str) -> String {
        self.skipped += 1;
        let why = escaped(&format!("{word}: {why}"));
        format!("<skipped message=\"{why}\"/>")
    }

    fn test(&mut self, class: &str, name: &str, body: &str) {
        self.tests += 1;
        let (class, name) = (escaped(class), escaped(name));
        self.cases.push_str(&match body.is_empty() {
            true => format!("<testcase classname=\"{class}\" name=\"{name}\"/>\n"),
            false => format!("<testcase classname=\"{class}\" name=\"{name}\">{body}</testcase>\n"),
        });
    }
}

/// Returns what shows a finding, and what closes it.
fn proof(finding: &Finding) -> String {
    let mut text = format!(
        "{} (CWE-{}, {})\nid: {}\n{}\n",
        finding.class.title(),
        finding.cwe,
        finding.owasp,
        finding.id,
        finding.curl.join("\n")
    );
    if let Some(rule) = &finding.guard_rule {
        text.push_str(&format!("a guard rule that closes it:\n{rule}\n"));
    }
    text
}

fn element(name: &str, message: &str, text: &str) -> String {
    format!(
        "<{name} message=\"{}\" type=\"airside\">{}</{name}>",
        escaped(message),
        escaped(text)
    )
}

/// Writes a text for XML 1.0, which has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(sign))),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_is_proven_fails_and_what_is_not_tested_is_skipped() {
        let xml = write(&fixture::report());
        for line in [
            r#"<testsuites name="airside scan" tests="6" failures="2" errors="0" skipped="2" time="1.200">"#,
            r#"<testcase classname="object-read" name="GET /orders/{id}"><failure message="bob reads alice's &lt;canary&gt; &amp; more" type="airside">"#,
            r#"<testcase classname="object-read" name="GET /notes/{id}"/>"#,
            r#"<testcase classname="object-write" name="PUT /orders/{id}"><skipped message="suspect: the owner could not look again"/>"#,
            r#"<testcase classname="object-write" name="POST /sign-out"><skipped message="not tested: it ends sessions, and is never called"/>"#,
        ] {
            assert!(xml.contains(line), "{line}: {xml}");
        }
    }

    #[test]
    fn what_is_accepted_is_skipped() {
        let mut report = fixture::report();
        report.findings[0].accepted = Some("known".to_owned());
        let xml = write(&report);
        assert!(xml.contains(r#"failures="1""#));
        assert!(xml.contains(r#"<skipped message="accepted: known"/>"#));
    }

    #[test]
    fn a_scan_that_concludes_nothing_is_an_error() {
        let mut report = fixture::report();
        report.findings.clear();
        report.doubts.push("the API broke".to_owned());
        report.count();
        let xml = write(&report);
        assert!(xml.contains(r#"errors="1""#), "{xml}");
        assert!(xml.contains("the API broke"));
    }

    #[test]
    fn control_characters_are_not_written() {
        assert_eq!(escaped("a\u{1}\n\"<"), "a\u{fffd}&#10;&quot;&lt;");
    }
}
