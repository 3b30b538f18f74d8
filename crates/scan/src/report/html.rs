//! The report as one HTML file: no script, no request to anything, its style allowed by its own hash.
//!
//! | module | holds |
//! |---|---|
//! | `finding` | the findings |
//! | `matrix` | the table of operations and callers |
//! | `exchange` | requests and answers |
//! | `sign` | a state as a colour, a sign and a word |
//! | `escape` | texts for HTML |

mod escape;
mod exchange;
mod finding;
mod matrix;
mod sign;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::{escape::escaped, sign::Sign};
use super::model::{Conclusion, Report, ReportIdentity};

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let headline = escaped(&headline(report));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{headline}: airside scan</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the findings</a>\n<header>\n<p class=\"by\">airside scan</p>\n\
         <h1>{headline}</h1>\n<p>{}</p>\n{}<nav aria-label=\"Report\"><a href=\"#findings\">Findings</a> \
         <a href=\"#matrix\">Matrix</a> <a href=\"#coverage\">Coverage</a> <a href=\"#remarks\">Remarks</a></nav>\n\
         </header>\n<main id=\"content\">\n{}{}{}{}</main>\n</body>\n</html>\n",
        escaped(&lead(report)),
        totals(report),
        finding::section(report),
        matrix::section(report),
        coverage(report),
        remarks(report),
    )
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
            "Each was repeated from a clean state; the curl lines show it again.".to_owned()
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
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td data-label=\"Looked for\">{}</td>\
                 <td data-label=\"Verdict\">{}</td><td data-label=\"Reason\">{}</td><td data-label=\"Requests\" class=\"number\">{}</td></tr>\n",
                escaped(&operation.name()),
                check.class.name(),
                sign.badge(),
                escaped(check.verdict.reason()),
                operation.requests,
            )
        })
    });
    format!(
        "<section id=\"coverage\"><h2>Coverage</h2>\n<p>Every operation with what was looked for, and the reason \
         for whatever was not tested.</p>\n<div class=\"scroll\" role=\"region\" aria-label=\"Coverage\" tabindex=\"0\">\
         <table class=\"coverage\"><thead><tr><th scope=\"col\">Operation</th><th scope=\"col\">Looked for</th><th scope=\"col\">Verdict</th>\
         <th scope=\"col\">Reason</th><th scope=\"col\">Requests</th></tr></thead>\n<tbody>\n{}</tbody></table></div></section>\n",
        rows.collect::<String>()
    )
}

fn remarks(report: &Report) -> String {
    let list = |title: &str, items: Vec<String>| match items.is_empty() {
        true => String::new(),
        false => {
            let items = items.iter().map(|one| format!("<li>{one}</li>"));
            format!("<h3>{title}</h3>\n<ul>{}</ul>\n", items.collect::<String>())
        }
    };
    let texts = |texts: &[String]| texts.iter().map(|one| escaped(one)).collect::<Vec<_>>();
    format!(
        "<section id=\"remarks\"><h2>Remarks</h2>\n{}{}{}</section>\n",
        list("About the scan", texts(&report.remarks)),
        list(
            "Left behind, because it could not be undone",
            texts(&report.left_behind)
        ),
        list("Callers", report.identities.iter().map(caller).collect()),
    )
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
    if one.is_made {
        text.push_str(", made for the scan");
    }
    text
}

const STYLE: &str = include_str!("html/style.css");

#[cfg(test)]
mod tests;
