//! The table of operations and callers: a colour, a sign and a word, and behind them the requests.

use std::collections::BTreeSet;

use super::{escape::escaped, exchange, finding::anchor, sign::Sign};
use crate::report::model::{ANONYMOUS, Cell, Finding, OperationCoverage, Part, Report};

/// Writes the section.
pub fn section(report: &Report) -> String {
    let columns = columns(report);
    let names = columns
        .iter()
        .map(|one| format!("<th scope=\"col\">{}</th>", escaped(&one.name)));
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

/// A column: one caller, or all that the scan made.
struct Column {
    name: String,
    callers: Vec<String>,
}

impl Column {
    fn has(&self, caller: &str) -> bool {
        self.callers.iter().any(|one| one == caller)
    }
}

/// Returns the callers that were answered: those that are named in their order, all that the scan made in one
/// column, and requests without a token.
fn columns(report: &Report) -> Vec<Column> {
    let cells = report.operations.iter().flat_map(|one| &one.cells);
    let attackers = report.findings.iter().map(attacker);
    let answered: BTreeSet<&str> = cells
        .map(|one| one.caller.as_str())
        .chain(attackers)
        .collect();
    let of = |is_made: bool| {
        let callers = report
            .identities
            .iter()
            .filter(move |one| one.is_made == is_made);
        callers.map(|one| one.name.clone())
    };
    let single = of(false).chain([ANONYMOUS.to_owned()]).map(|name| Column {
        callers: vec![name.clone()],
        name,
    });
    let mut columns: Vec<Column> = single.collect();
    let made = Column {
        name: "made for the scan".to_owned(),
        callers: of(true).collect(),
    };
    // before those without a token
    columns.insert(columns.len().saturating_sub(1), made);
    columns.retain(|column| {
        column
            .callers
            .iter()
            .any(|one| answered.contains(one.as_str()))
    });
    columns
}

/// Returns the name of the attacker of a finding.
fn attacker(finding: &Finding) -> &str {
    finding.attacker.as_deref().unwrap_or(ANONYMOUS)
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

fn row(report: &Report, operation: &OperationCoverage, columns: &[Column]) -> String {
    let cells = columns.iter().map(|column| {
        let cells: Vec<&Cell> = operation
            .cells
            .iter()
            .filter(|one| column.has(&one.caller))
            .collect();
        format!(
            "<td data-label=\"{}\">{}</td>",
            escaped(&column.name),
            cell(report, operation, column, &cells)
        )
    });
    format!(
        "<tr><th scope=\"row\"><code>{}</code></th>{}</tr>\n",
        escaped(&operation.name()),
        cells.collect::<String>()
    )
}

fn cell(
    report: &Report,
    operation: &OperationCoverage,
    column: &Column,
    cells: &[&Cell],
) -> String {
    let finding = report.findings.iter().find(|one| {
        one.method == operation.method && one.path == operation.path && column.has(attacker(one))
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
            "<p>{} {}: {}</p>\n{}",
            escaped(&cell.caller),
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
