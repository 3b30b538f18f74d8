//! The findings: what each is, what proves it, what shows it again and what closes it.

use super::{escape::escaped, exchange, sign::Sign};
use crate::report::model::{Finding, Report};

/// Writes the section.
pub fn section(report: &Report) -> String {
    let findings = report.findings.iter().map(|one| article(report, one));
    let text = match report.findings.is_empty() {
        true => {
            "<p>Nothing was found. Not everything may have been tested: see the coverage.</p>\n"
                .to_owned()
        }
        false => findings.collect(),
    };
    format!("<section id=\"findings\"><h2>Findings</h2>\n{text}</section>\n")
}

fn article(report: &Report, finding: &Finding) -> String {
    let sign = Sign::of(finding.word());
    let mut text = format!(
        "<article class=\"{}\" id=\"{}\">\n<h3>{} <code>{}</code></h3>\n<p class=\"title\">{}</p>\n<p>{}</p>\n",
        sign.colour,
        anchor(&finding.id),
        sign.badge(),
        escaped(&finding.operation()),
        escaped(finding.class.title()),
        escaped(finding.verdict.reason()),
    );
    text.push_str(&facts(finding));
    if !finding.curl.is_empty() {
        let lines = escaped(&finding.curl.join("\n"));
        text.push_str(&format!(
            "<h4>Shows it again</h4>\n<pre tabindex=\"0\">{lines}</pre>\n"
        ));
    }
    if let Some(rule) = &finding.guard_rule {
        text.push_str(&format!(
            "<h4>Closes it in the guard</h4>\n<pre tabindex=\"0\">{}</pre>\n",
            escaped(rule)
        ));
    }
    text.push_str(&exchanges(report, finding));
    text.push_str("</article>\n");
    text
}

fn facts(finding: &Finding) -> String {
    let class = format!(
        "{}, CWE-{}, OWASP {}",
        finding.class.name(),
        finding.cwe,
        finding.owasp
    );
    let without = "nobody: without a token".to_owned();
    let rows = [
        ("Class", Some(class)),
        (
            "Attacker",
            Some(finding.attacker.clone().unwrap_or(without)),
        ),
        ("Victim", finding.victim.clone()),
        (
            "Takes",
            (!finding.parameters.is_empty()).then(|| finding.parameters.join(", ")),
        ),
        ("Repeated", Some(format!("{} times", finding.replays))),
        ("Accepted", finding.accepted.clone()),
        ("Id", Some(finding.id.clone())),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| {
        let value = escaped(&value?);
        Some(format!("<div><dt>{name}</dt><dd>{value}</dd></div>"))
    });
    format!("<dl class=\"facts\">{}</dl>\n", rows.collect::<String>())
}

fn exchanges(report: &Report, finding: &Finding) -> String {
    let shown: Vec<String> = finding
        .exchanges
        .iter()
        .filter_map(|number| report.exchange(*number))
        .map(|one| {
            let caller = escaped(one.caller());
            format!(
                "<p><strong>{caller}</strong></p>\n{}",
                exchange::block(one, MAX_SHOWN)
            )
        })
        .collect();
    match shown.len() {
        0 => String::new(),
        count => format!(
            "<details><summary>Requests and answers ({count})</summary>\n{}</details>\n",
            shown.concat()
        ),
    }
}

/// Returns the name of a finding in addresses.
pub fn anchor(id: &str) -> String {
    let signs = id.chars().map(|sign| match sign.is_ascii_alphanumeric() {
        true => sign,
        false => '-',
    });
    format!("finding-{}", signs.collect::<String>())
}

const MAX_SHOWN: usize = 600;
