//! The report as one HTML file: no request to anything, its style and its one script allowed by their hashes.
//!
//! Without the script it has everything: the script shows requests where they are referred to.
//!
//! | module | holds |
//! |---|---|
//! | `finding` | the findings |
//! | `matrix` | the table of operations and callers |
//! | `exchange` | requests and answers, each once |
//! | `sign` | a state as a colour, a sign and a word |
//! | `escape` | texts for HTML |

mod escape;
mod exchange;
mod finding;
mod matrix;
mod sign;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::{escape::escaped, exchange::Requests, sign::Sign};
use super::model::{Conclusion, Report, ReportIdentity};

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let style = format!("{STYLE}{}", matrix::labels(report));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(&style),
        source(SCRIPT)
    );
    let requests = Requests::of(report);
    let headline = escaped(&headline(report));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n{META}\
         <title>{headline}: airside scan</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the findings</a>\n<header>\n<p class=\"by\">airside scan</p>\n\
         <h1>{headline}</h1>\n<p>{}</p>\n{}{NAVIGATION}</header>\n<main id=\"content\">\n{}{}{}{}{}</main>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        escaped(&lead(report)),
        totals(report),
        finding::section(report, &requests),
        matrix::section(report, &requests),
        coverage(report),
        remarks(report),
        requests.section(),
    )
}

/// Returns the source that a content security policy allows for an element with this text.
fn source(text: &str) -> String {
    let hash = STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!("'sha256-{hash}'")
}

fn headline(report: &Report) -> String {
    let count = report.totals.confirmed;
    match (report.conclusion, count) {
        (Conclusion::Holes, 1) => format!("1 hole is proven in {}", report.api),
        (Conclusion::Holes, _) => format!("{count} holes are proven in {}", report.api),
        (Conclusion::NoneProven, _) => format!("No hole is proven in {}", report.api),
        (Conclusion::Inconclusive, _) => format!("Nothing can be said about {}", report.api),
    }
}

fn lead(report: &Report) -> String {
    match report.conclusion {
        Conclusion::Holes => {
            "Each was repeated from a clean state, and has the lines that show it again: run them in one shell with curl and jq, with the tokens as variables. The last line prints the evidence.".to_owned()
        }
        Conclusion::NoneProven => {
            "This is true of what was tested: the coverage says what that is, and what is not."
                .to_owned()
        }
        Conclusion::Inconclusive if report.doubts.is_empty() => {
            "Too little could be tested; the coverage and the remarks say why.".to_owned()
        }
        Conclusion::Inconclusive => {
            format!("Its answers prove little: {}.", report.doubts.join("; "))
        }
    }
}

fn totals(report: &Report) -> String {
    let totals = &report.totals;
    let tested = format!("{} of {}", totals.tested, totals.operations);
    let requests = format!(
        "{} ({:.1} an operation)",
        totals.requests, totals.requests_per_operation
    );
    let seconds = format!("{:.1} s", totals.duration_ms as f64 / 1000.0);
    let rows = [
        ("Confirmed", totals.confirmed.to_string()),
        ("Suspect", totals.suspect.to_string()),
        ("Accepted", totals.accepted.to_string()),
        ("Operations tested", tested),
        ("Requests", requests),
        ("Time", seconds),
    ];
    let rows = rows.map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    format!("<dl class=\"totals\">{}</dl>\n", rows.concat())
}

fn coverage(report: &Report) -> String {
    let rows = report.operations.iter().flat_map(|operation| {
        let checks = operation.checks.iter();
        checks.map(|check| {
            let sign = Sign::of(check.verdict.word());
            let mut findings = (0..).zip(&report.findings);
            let finding = findings.find(|(_, one)| {
                (one.class, &one.method, &one.path)
                    == (check.class, &operation.method, &operation.path)
            });
            let reason = match finding {
                Some((number, _)) => format!("<a href=\"#f{number}\">see the finding</a>"),
                None => escaped(check.verdict.reason()),
            };
            format!(
                "<tr><th scope=row><code>{}</code><td>{}<td>{}<td>{reason}<td>{}\n",
                escaped(&operation.name()),
                check.class.name(),
                sign.badge(),
                operation.requests,
            )
        })
    });
    format!(
        "<section id=\"coverage\"><h2>Coverage</h2>\n<p>Every operation with what was looked for, and the reason \
         for whatever was not tested.</p>\n<div class=\"scroll\" role=\"region\" aria-label=\"Coverage\" tabindex=\"0\">\
         <table class=\"coverage\"><thead><tr><th scope=\"col\">Operation<th scope=\"col\">Looked for<th scope=\"col\">Verdict\
         <th scope=\"col\">Reason<th scope=\"col\">Requests\n<tbody>\n{}</table></div></section>\n",
        rows.collect::<String>()
    )
}

fn remarks(report: &Report) -> String {
    let list = |title: &str, items: Vec<String>| match items.is_empty() {
        true => String::new(),
        false => format!("<h3>{title}</h3>\n<ul><li>{}</ul>\n", items.join("\n<li>")),
    };
    let texts = |texts: &[String]| texts.iter().map(|one| escaped(one)).collect::<Vec<_>>();
    format!(
        "<section id=\"remarks\"><h2>Remarks</h2>\n{}{}{}</section>\n",
        list("About the scan", texts(&report.remarks)),
        list(
            "Left behind, because it could not be undone",
            texts(&gathered(&report.left_behind))
        ),
        list("Callers", callers(report)),
    )
}

/// Gathers what was left behind for the same reason, as `WHAT: WHY`.
fn gathered(left: &[String]) -> Vec<String> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for (what, why) in left
        .iter()
        .map(|one| one.rsplit_once(": ").unwrap_or((one, "")))
    {
        match by_reason.iter_mut().find(|(own, _)| *own == why) {
            Some((_, all)) => all.push(what),
            None => by_reason.push((why, vec![what])),
        }
    }
    let texts = by_reason.into_iter().map(|(why, all)| match why {
        "" => all.join(", "),
        why => format!("{}: {why}", all.join(", ")),
    });
    texts.collect()
}

/// Returns the callers that are named, and those that were made for the scan together.
fn callers(report: &Report) -> Vec<String> {
    let (made, named): (Vec<_>, Vec<_>) = report.identities.iter().partition(|one| one.is_made);
    let mut callers: Vec<String> = named.into_iter().map(caller).collect();
    let made: Vec<_> = made.iter().map(|one| escaped(&one.name)).collect();
    if !made.is_empty() {
        callers.push(format!("made for the scan: {}", made.join(", ")));
    }
    callers
}

fn caller(one: &ReportIdentity) -> String {
    let mut text = format!(
        "<strong>{}</strong>, its token is <code>${}</code>",
        escaped(&one.name),
        escaped(&one.variable)
    );
    for (name, value) in [
        ("role", &one.role),
        ("tenant", &one.tenant),
        ("lost", &one.lost),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(", {name}: {}", escaped(value)));
        }
    }
    text
}

const META: &str = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";

const NAVIGATION: &str = "<nav aria-label=\"Report\"><a href=\"#findings\">Findings</a> <a href=\"#matrix\">Matrix</a> \
    <a href=\"#coverage\">Coverage</a> <a href=\"#remarks\">Remarks</a></nav>\n";

const STYLE: &str = include_str!("html/style.css");

/// Shows requests with their answers where they are referred to.
const SCRIPT: &str = include_str!("html/open.js");

#[cfg(test)]
mod tests;
