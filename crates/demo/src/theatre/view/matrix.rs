//! Renders what the scanner found: operations and callers, in colours and words.

use airside_page::escape;

use super::text;
use crate::theatre::attack::{CellWord, Matrix, MatrixRow};

/// Renders a matrix, and what was proven.
pub fn matrix(matrix: &Matrix) -> String {
    let callers = matrix.callers.iter();
    let callers: String = callers
        .map(|caller| format!("<th scope=\"col\">{}</th>", escape(caller)))
        .collect();
    let rows: String = matrix.rows.iter().map(row).collect();
    format!(
        r#"<p><b>{}</b>, with {} requests in {} ms.</p>
{}<div class="scroll" tabindex="0" role="group" aria-label="Operations and callers"><table class="matrix">
<thead><tr><th scope="col">Operation</th>{callers}</tr></thead>
<tbody>{rows}</tbody></table></div>"#,
        tally(matrix.holes.len()),
        matrix.requests,
        matrix.duration_ms,
        holes(matrix),
    )
}

fn tally(holes: usize) -> String {
    match holes {
        0 => "No hole is proven".to_owned(),
        1 => "1 hole is proven".to_owned(),
        more => format!("{more} holes are proven"),
    }
}

fn holes(matrix: &Matrix) -> String {
    let holes: String = matrix
        .holes
        .iter()
        .map(|hole| {
            format!(
                "<li><code>{}</code>: {} ({}). {}</li>",
                escape(&hole.operation),
                escape(hole.title),
                hole.owasp,
                text::with_code(&hole.reason)
            )
        })
        .collect();
    match holes.is_empty() {
        true => holes,
        false => format!("<ul class=\"holes\">{holes}</ul>\n"),
    }
}

fn row(row: &MatrixRow) -> String {
    let cells: String = row.cells.iter().map(|cell| self::cell(*cell)).collect();
    format!(
        "<tr><th scope=\"row\"><code>{}</code></th>{cells}</tr>\n",
        escape(&row.operation)
    )
}

fn cell(cell: CellWord) -> String {
    let class = match cell {
        CellWord::Hole => "bad",
        CellWord::Refused => "good",
        CellWord::Own => "own",
        CellWord::Answered | CellWord::NotTested => "muted",
    };
    format!("<td class=\"{class}\">{}</td>", cell.word())
}
