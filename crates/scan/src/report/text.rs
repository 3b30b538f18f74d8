//! The report for people at a terminal.

use super::model::{Conclusion, Finding, OperationCoverage, Report};

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut text = format!("{}\n\n", headline(report));
    text.extend(report.findings.iter().map(finding));
    text.push_str("Coverage\n");
    text.extend(report.operations.iter().map(coverage));
    let totals = &report.totals;
    text.push_str(&format!(
        "\n{} of {} operations tested; {} requests, {:.1} for each operation, {:.1} s\n",
        totals.tested,
        totals.operations,
        totals.requests,
        totals.requests_per_operation,
        totals.duration_ms as f64 / 1000.0,
    ));
    let remarks = report.remarks.iter().map(|one| format!("note: {one}\n"));
    text.extend(remarks);
    if !report.left_behind.is_empty() {
        text.push_str("left behind, because it could not be undone:\n");
    }
    let left = report.left_behind.iter().map(|one| format!("  {one}\n"));
    text.extend(left);
    text
}

fn headline(report: &Report) -> String {
    let totals = &report.totals;
    match report.conclusion {
        Conclusion::Holes => format!(
            "{} confirmed, {} suspect in {}",
            totals.confirmed, totals.suspect, report.api
        ),
        Conclusion::NoneProven => format!(
            "no hole is proven in {} ({} suspect); what was not tested is below",
            report.api, totals.suspect
        ),
        Conclusion::Inconclusive => format!(
            "inconclusive: too little of {} could be tested to say that it has no hole",
            report.api
        ),
    }
}

fn finding(finding: &Finding) -> String {
    let word = match finding.word() {
        "confirmed" => "CONFIRMED",
        word => word,
    };
    let mut text = format!(
        "{word}  {}  [{}, CWE-{}, {}]\n  {}\n  id: {}\n",
        finding.operation(),
        finding.class.name(),
        finding.cwe,
        finding.owasp,
        finding.verdict.reason(),
        finding.id
    );
    let accepted = finding.accepted.iter();
    text.extend(accepted.map(|why| format!("  accepted: {why}\n")));
    text.extend(finding.curl.iter().map(|line| format!("    {line}\n")));
    if let Some(rule) = &finding.guard_rule {
        text.push_str("  a guard rule that closes it:\n");
        text.extend(rule.lines().map(|line| format!("    {line}\n")));
    }
    text + "\n"
}

fn coverage(one: &OperationCoverage) -> String {
    let mut text = format!("  {} {}\n", one.method, one.path);
    for check in &one.checks {
        let (word, reason) = (check.verdict.word(), check.verdict.reason());
        text.push_str(&format!("    {:15} {word}: {reason}\n", check.class.name()));
    }
    text
}
