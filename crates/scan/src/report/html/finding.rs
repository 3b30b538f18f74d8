//! The findings: what each is, what proves it, what shows it again and what closes it.

use super::{escape::escaped, exchange::Requests, sign::Sign};
use crate::report::model::{Class, Finding, Report};

/// Writes the section: the findings of each class together.
pub fn section(report: &Report, requests: &Requests) -> String {
    let text = match report.findings.is_empty() {
        true => {
            "<p>Nothing was found. Not everything may have been tested: see the coverage.</p>\n"
                .to_owned()
        }
        false => Class::ALL
            .map(|class| group(report, class, requests))
            .concat(),
    };
    format!("<section id=\"findings\"><h2>Findings</h2>\n{text}</section>\n")
}

fn group(report: &Report, class: Class, requests: &Requests) -> String {
    let findings = (0..).zip(&report.findings);
    let findings = findings.filter(|(_, one)| one.class == class);
    let articles = findings.map(|(number, one)| article(number, one, requests));
    let articles = articles.collect::<String>();
    let title = escaped(class.title());
    match articles.is_empty() {
        true => String::new(),
        false => format!(
            "<h3>{title}</h3>\n<p>{}, CWE-{}, OWASP {}</p>\n{articles}",
            class.name(),
            class.cwe(),
            class.owasp()
        ),
    }
}

fn article(number: usize, finding: &Finding, requests: &Requests) -> String {
    let sign = Sign::of(finding.word());
    let mut text = format!(
        "<article class=\"{}\" id=\"f{number}\">\n<h4>{} <code>{}</code></h4>\n<p>{}\n<p class=\"facts\">{}\n",
        sign.colour,
        sign.badge(),
        escaped(&finding.operation()),
        escaped(finding.verdict.reason()),
        escaped(&facts(finding)),
    );
    if !finding.curl.is_empty() {
        let lines = escaped(&finding.curl.join("\n"));
        text.push_str(&format!("<pre>{lines}</pre>\n"));
    }
    if let Some(rule) = &finding.guard_rule {
        let rule = escaped(rule.trim_end());
        text.push_str(&format!("<p>Closed in the guard by\n<pre>{rule}</pre>\n"));
    }
    let attribute = requests.attribute(finding.exchanges.iter().copied());
    if !attribute.is_empty() {
        text.push_str(&format!("<p{attribute}>Requests</p>\n"));
    }
    text.push_str("</article>\n");
    text
}

/// Returns who attacks whom, by what, and the name of the finding, in one line.
fn facts(finding: &Finding) -> String {
    let attacker = finding.attacker.as_deref();
    let mut facts = attacker.unwrap_or("nobody, without a token,").to_owned();
    facts.push_str(" attacks");
    if let Some(victim) = &finding.victim {
        facts.push_str(&format!(" {victim}"));
    }
    if !finding.parameters.is_empty() {
        facts.push_str(&format!(" by {}", finding.parameters.join(", ")));
    }
    facts.push_str(&format!(": {}", finding.id));
    if let Some(accepted) = &finding.accepted {
        facts.push_str(&format!(", accepted: {accepted}"));
    }
    facts
}
