//! The report for people at a terminal.

use super::model::{Conclusion, Finding, OperationCoverage, Report};

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut text = format!("{}\n\n", headline(report));
    for finding in &report.findings {
        text.push_str(&self::finding(finding));
    }
    text.push_str("Coverage\n");
    for one in &report.operations {
        text.push_str(&coverage(one));
    }
    let totals = &report.totals;
    text.push_str(&format!(
        "\n{} of {} operations tested; {} requests, {:.1} for each operation, {:.1} s\n",
        totals.tested,
        totals.operations,
        totals.requests,
        totals.requests_per_operation,
        totals.duration_ms as f64 / 1000.0,
    ));
    for remark in &report.remarks {
        text.push_str(&format!("note: {remark}\n"));
    }
    if !report.left_behind.is_empty() {
        text.push_str("left behind, because it could not be undone:\n");
        for one in &report.left_behind {
            text.push_str(&format!("  {one}\n"));
        }
    }
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
    let reason = finding.verdict.reason();
    let mut text = format!(
        "{word}  {} {}  [{}, CWE-{}, {}]\n  {reason}\n",
        finding.method,
        finding.path,
        finding.class.name(),
        finding.cwe,
        finding.owasp,
    );
    text.push_str(&format!("  id: {}\n", finding.id));
    if let Some(why) = &finding.accepted {
        text.push_str(&format!("  accepted: {why}\n"));
    }
    for line in &finding.curl {
        text.push_str(&format!("    {line}\n"));
    }
    if let Some(rule) = &finding.guard_rule {
        text.push_str("  a guard rule that closes it:\n");
        for line in rule.lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text.push('\n');
    text
}

fn coverage(one: &OperationCoverage) -> String {
    let mut text = format!("  {} {}\n", one.method, one.path);
    for check in &one.checks {
        let (word, reason) = (check.verdict.word(), check.verdict.reason());
        text.push_str(&format!("    {:15} {word}: {reason}\n", check.class.name()));
    }
    text
}
