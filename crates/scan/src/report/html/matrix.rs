//! The table of operations and callers: a colour, a sign and a word, and behind them the requests.

use std::collections::BTreeSet;

use super::{
    escape::{css_string, escaped},
    exchange::Requests,
    sign::Sign,
};
use crate::report::model::{ANONYMOUS, Cell, Finding, OperationCoverage, Part, Report};

/// Writes the section.
pub fn section(report: &Report, requests: &Requests) -> String {
    let columns = columns(report);
    let names = columns
        .iter()
        .map(|one| format!("<th scope=\"col\">{}", escaped(&one.name)));
    let rows = report
        .operations
        .iter()
        .map(|operation| row(report, operation, &columns, requests));
    format!(
        "<section id=\"matrix\"><h2>Matrix</h2>\n<p>How each caller was answered by each operation. A cell opens its \
         requests, where scripts run; an empty one was not tested.</p>\n{}<div class=\"scroll\" role=\"region\" aria-label=\"Matrix\" tabindex=\"0\"><table class=\"matrix\"><thead><tr><th scope=\"col\">Operation{}\
         <tbody>\n{}</table></div></section>\n",
        legend(),
        names.collect::<String>(),
        rows.collect::<String>()
    )
}

/// Writes the style that names the caller of each cell where the table is shown as a list.
pub fn labels(report: &Report) -> String {
    let rules = (2..).zip(columns(report)).map(|(number, column)| {
        let name = css_string(&column.name);
        format!(".matrix td:nth-child({number}):not(:empty)::before{{content:{name}}}")
    });
    format!("@media (max-width:640px){{{}}}", rules.collect::<String>())
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

fn row(
    report: &Report,
    operation: &OperationCoverage,
    columns: &[Column],
    requests: &Requests,
) -> String {
    let cells = columns.iter().map(|column| {
        let cells = operation.cells.iter();
        let place = Place {
            operation,
            column,
            cells: cells.filter(|one| column.has(&one.caller)).collect(),
        };
        format!("<td>{}", place.cell(report, requests))
    });
    format!(
        "<tr>\n<th scope=row><code>{}</code>{}",
        escaped(&operation.name()),
        cells.collect::<String>()
    )
}

/// A place in the table: how the callers of a column were answered by an operation.
struct Place<'a> {
    operation: &'a OperationCoverage,
    column: &'a Column,
    cells: Vec<&'a Cell>,
}

impl Place<'_> {
    fn cell(&self, report: &Report, requests: &Requests) -> String {
        let mut findings = (0..).zip(&report.findings);
        let finding = findings.find(|(_, one)| self.has(one));
        let sign = Sign::of(word(
            self.operation,
            finding.map(|(_, one)| one),
            &self.cells,
        ));
        if finding.is_none() && self.cells.is_empty() {
            return String::new();
        }
        let attribute = requests.attribute(self.cells.iter().map(|cell| cell.exchange));
        let word = format!("<b class={}{attribute}>{}</b>", sign.colour, sign.word);
        match finding {
            Some((number, _)) => format!("{word} <a href=\"#f{number}\">why</a>"),
            None => word,
        }
    }

    /// Returns true if a finding is one at this place.
    fn has(&self, finding: &Finding) -> bool {
        let operation = self.operation;
        let is_own = finding.method == operation.method && finding.path == operation.path;
        is_own && self.column.has(attacker(finding))
    }
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
