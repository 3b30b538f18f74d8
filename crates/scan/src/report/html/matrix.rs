//! The table of operations and callers: a colour, a sign and a word, and behind them the requests.

use std::collections::BTreeSet;

use super::{Sign, escaped, exchange, finding::anchor};
use crate::report::model::{ANONYMOUS, Cell, Finding, OperationCoverage, Part, Report};

/// Writes the section.
pub fn section(report: &Report) -> String {
    let columns = columns(report);
    let names = columns
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)));
    let rows = report
        .operations
        .iter()
        .map(|operation| row(report, operation, &columns));
    format!(
        "<section id=\"matrix\"><h2>Matrix</h2>\n<p>How each caller was answered by each operation. A cell opens its \
         requests.</p>\n{}<div class=\"scroll\" role=\"region\" aria-label=\"Matrix\" tabindex=\"0\"><table class=\"matrix\"><thead><tr><th scope=\"col\">Operation</th>{}\
         </tr></thead>\n<tbody>\n{}</tbody></table></div></section>\n",
        legend(),
        names.collect::<String>(),
        rows.collect::<String>()
    )
}

/// Returns the callers that were answered: those that are named in their order, those of the scan, and
/// requests without a token.
fn columns(report: &Report) -> Vec<String> {
    let cells = report.operations.iter().flat_map(|one| &one.cells);
    let attackers = report
        .findings
        .iter()
        .map(|one| one.attacker.as_deref().unwrap_or(ANONYMOUS));
    let answered: BTreeSet<&str> = cells
        .map(|one| one.caller.as_str())
        .chain(attackers)
        .collect();
    let names = report.identities.iter().map(|one| one.name.as_str());
    names
        .chain([ANONYMOUS])
        .filter(|name| answered.contains(name))
        .map(str::to_owned)
        .collect()
}

fn legend() -> String {
    let words = [
        ("hole", "it could do what it may not"),
        ("suspect", "it may have"),
        ("accepted", "a hole that the baseline accepts"),
        ("refused", "the API said no"),
        ("held", "the answer gave away nothing of another"),
        ("own", "its own objects only"),
        ("public", "answered without a token"),
        ("broke", "the API answered with a fault of its own"),
        ("answered", "nothing is concluded from it"),
    ];
    let items = words.map(|(word, means)| format!("<li>{} {means}</li>", Sign::of(word).badge()));
    format!(
        "<details class=\"legend\"><summary>What the words mean</summary><ul>{}</ul></details>\n",
        items.concat()
    )
}

fn row(report: &Report, operation: &OperationCoverage, columns: &[String]) -> String {
    let cells = columns.iter().map(|caller| {
        let cells: Vec<&Cell> = operation
            .cells
            .iter()
            .filter(|one| one.caller == *caller)
            .collect();
        format!(
            "<td data-label=\"{}\">{}</td>",
            escaped(caller),
            cell(report, operation, caller, &cells)
        )
    });
    format!(
        "<tr><th scope=\"row\"><code>{}</code></th>{}</tr>\n",
        escaped(&operation.name()),
        cells.collect::<String>()
    )
}

fn cell(report: &Report, operation: &OperationCoverage, caller: &str, cells: &[&Cell]) -> String {
    let finding = report.findings.iter().find(|one| {
        one.method == operation.method
            && one.path == operation.path
            && one.attacker.as_deref().unwrap_or(ANONYMOUS) == caller
    });
    let sign = Sign::of(word(operation, finding, cells));
    if finding.is_none() && cells.is_empty() {
        return format!("<span class=\"cell muted\">{}</span>", sign.text());
    }
    let link = finding.map(|one| {
        format!(
            "<p><a href=\"#{}\">{}</a></p>\n",
            anchor(&one.id),
            escaped(one.class.title())
        )
    });
    let requests = cells.iter().map(|cell| {
        let exchange = report.exchange(cell.exchange);
        let block = exchange.map(|one| exchange::block(one, MAX_SHOWN));
        format!(
            "<p>{}: {}</p>\n{}",
            part(cell.part),
            cell.status,
            block.unwrap_or_default()
        )
    });
    format!(
        "<details class=\"cell {}\"><summary>{}</summary>\n{}{}</details>",
        sign.colour,
        sign.text(),
        link.unwrap_or_default(),
        requests.collect::<String>()
    )
}

/// Returns the word of a cell: a finding, else how an attack was answered, else what else was.
fn word(operation: &OperationCoverage, finding: Option<&Finding>, cells: &[&Cell]) -> &'static str {
    if let Some(finding) = finding {
        return match finding.word() {
            "confirmed" => "hole",
            word => word,
        };
    }
    let of = |part: Part| cells.iter().find(|one| one.part == part);
    let is_refuted = operation.checks.iter().any(|one| one.verdict.weight() == 1);
    let attack = of(Part::Foreign).or(of(Part::Anonymous));
    match (attack, of(Part::Own)) {
        (Some(cell), own) => match cell.status {
            401 | 403 | 404 => "refused",
            429 => "limited",
            500.. => "broke",
            200..300 if cell.part == Part::Anonymous => "public",
            _ if is_refuted => "held",
            _ if own.is_some() => "own",
            _ => "answered",
        },
        (None, Some(cell)) => match cell.status {
            200..300 => "own",
            429 => "limited",
            500.. => "broke",
            _ => "answered",
        },
        (None, None) if cells.is_empty() => "not tested",
        (None, None) => "answered",
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Own => "with its own",
        Part::Foreign => "with another’s",
        Part::Nonsense => "with an identifier that does not exist",
        Part::Anonymous => "without a token",
    }
}

const MAX_SHOWN: usize = 200;
