//! Operations as a table for people.

use airside_api::plain::printable;

use super::line::{Line, totals};

/// Returns the operations as a table for people. A long cell is shortened.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let rows: Vec<_> = lines.iter().map(row).collect();
    let width = |cell: fn(&[String; 4]) -> &String| {
        let cells = rows.iter().map(|row| cell(row).chars().count());
        cells.max().unwrap_or(0)
    };
    let (methods, paths) = (width(|[method, ..]| method), width(|[_, path, ..]| path));
    let classes = width(|[_, _, class, _]| class);
    let mut table = String::new();
    for [method, path, class, rule] in &rows {
        table += &format!("{method:methods$}  {path:paths$}  {class:classes$}  {rule}\n");
    }
    table + &mistakable(lines)
}

fn row(line: &Line) -> [String; 4] {
    let rule = match &line.problem {
        Some(why) => format!("{}, but answers 503: {why}", line.rule),
        None => line.rule.clone(),
    };
    let class = line.class.to_string();
    let [method, path, class] = [&line.method, &line.path, &class].map(|text| cell(text));
    [method, path, class, shortened(&rule, MAX_RULE)]
}

fn cell(text: &str) -> String {
    shortened(text, MAX_CELL)
}

/// Returns the text, printable, in at most `max` characters.
fn shortened(text: &str, max: usize) -> String {
    // an escape is longer than its character, never shorter
    let begin: String = text.chars().take(max.saturating_add(1)).collect();
    let printed = printable(&begin);
    match printed.chars().nth(max) {
        None => printed,
        Some(_) => {
            let kept = printed.chars().take(max.saturating_sub(1));
            kept.chain(['…']).collect()
        }
    }
}

/// `4 operations: 1 public, 3 sound`.
#[must_use]
pub fn summary(lines: &[Line]) -> String {
    let totals = totals(lines).into_iter();
    let totals: Vec<_> = totals
        .map(|(class, count)| format!("{count} {class}"))
        .collect();
    let operations = match lines.len() {
        0 => return "no operations: every request answers 404".to_owned(),
        1 => "1 operation".to_owned(),
        count => format!("{count} operations"),
    };
    format!("{operations}: {}", totals.join(", "))
}

/// Lists the operations that are told apart by their spelling alone.
fn mistakable(lines: &[Line]) -> String {
    let lines = lines.iter().filter(|line| !line.mistakable.is_empty());
    let lines = lines.map(|line| {
        let (method, path) = (cell(&line.method), cell(&line.path));
        let others: Vec<_> = line.mistakable.iter().map(|one| cell(one)).collect();
        format!("  {method} {path}: {}\n", others.join(", "))
    });
    let lines: String = lines.collect();
    match lines.is_empty() {
        true => lines,
        false => format!(
            "\nA request for the first answers 400 if its spelling could mean one of the others (`/users/ME` beside `/users/me`):\n{lines}"
        ),
    }
}

/// Characters of a cell. A longer path says nothing more to a person; JSON has all of it.
const MAX_CELL: usize = 100;

const MAX_RULE: usize = 1_000;

#[cfg(test)]
mod tests {
    use airside_api::plain::{printable_json, printable_lines};

    use super::*;
    use crate::operation::Class;

    fn line(path: &str, rule: &str) -> Line {
        Line {
            method: "GET".to_owned(),
            path: path.to_owned(),
            class: Class::Sound,
            rule: rule.to_owned(),
            forward_auth: true,
            place: String::new(),
            mistakable: Vec::new(),
            problem: None,
        }
    }

    #[test]
    fn a_long_cell_is_shortened_and_a_short_one_is_not() {
        let long = format!("/{}", "é".repeat(70_000));
        let mut mistakable = line("/short", "scope `read`");
        mistakable.mistakable = vec![format!("GET {long}")];
        let lines = [line(&long, &"x".repeat(70_000)), mistakable];
        let table = table(&lines);
        let longest = table.lines().map(|line| line.chars().count()).max();
        assert!(longest < Some(1_200), "{longest:?}");
        let first = table.lines().next().unwrap();
        let shown = format!("GET  /{}…  sound  xxx", "é".repeat(MAX_CELL - 2));
        assert!(first.starts_with(&shown), "{first}");
        // the controls: a cell of the greatest width, and JSON
        assert_eq!(cell(&"x".repeat(MAX_CELL)), "x".repeat(MAX_CELL));
        assert!(table.contains("scope `read`\n"), "{table}");
        assert!(serde_json::to_string(&lines).unwrap().contains(&long));
    }

    #[test]
    fn nothing_of_a_text_of_somebody_elses_is_obeyed_by_a_terminal() {
        for sign in OBEYED {
            let shown = printable(&format!("a{sign}b"));
            assert!(!shown.contains(sign), "{shown:?}");
            let table = table(&[line(&format!("/a{sign}b"), &format!("a{sign}b"))]);
            assert_eq!(table.trim_end_matches('\n').find(sign), None, "{table:?}");
        }
        assert_eq!(printable("/a\u{202e}b"), "/a\\u{202e}b");
        assert_eq!(printable_lines("a\u{1b}\n\tb\n\n"), "a\\u{1b}\n\tb\n\n");
        // the control
        let honest = "/straße/{id} `read` – “ü” \u{a0}日本 \\ 🙂";
        assert_eq!(printable(honest), honest);
        assert_eq!(printable_lines(honest), honest);
        assert_eq!(printable_json(honest), honest);
    }

    /// Signs that a terminal obeys or does not show.
    const OBEYED: [char; 28] = [
        '\0',
        '\t',
        '\n',
        '\r',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{206a}',
        '\u{feff}',
        '\u{fffb}',
        '\u{e0001}',
        '\u{e0041}',
    ];
}
