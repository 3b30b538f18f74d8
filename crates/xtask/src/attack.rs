//! Which attack is tried by which tests, and which cannot be tried yet.

mod row;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::ensure;
use row::{FAMILIES, ROWS, Row};

use crate::{
    process::refuse,
    source::{self, Place},
};

/// Writes `docs/attack-coverage.md`.
pub fn write(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    fs::write(root.join(DOCUMENT), coverage.render())?;
    Ok(format!("{DOCUMENT}: {}", coverage.summary()))
}

/// Fails if a test names an attack that is not in the table, if nothing tries one that could be
/// tried, or if `docs/attack-coverage.md` is not what [`write()`] would write.
pub fn check(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    refuse(
        "attacks without a test, or without a row",
        &coverage.problems(),
    )?;
    let written = fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
    ensure!(
        written == coverage.render(),
        "{DOCUMENT} is out of date: run `cargo xtask spec`"
    );
    Ok(format!("{DOCUMENT} is current: {}", coverage.summary()))
}

/// The tests of each attack, by id.
#[derive(Default)]
struct Coverage(BTreeMap<String, BTreeSet<String>>);

impl Coverage {
    fn collect(root: &Path) -> anyhow::Result<Self> {
        let mut coverage = Self::default();
        for file in source::all(root)? {
            coverage.read(&file.name, &file.text);
        }
        Ok(coverage)
    }

    fn read(&mut self, file: &str, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let ids: Vec<&str> = ids(line).collect();
            if ids.is_empty() {
                continue;
            }
            if let Place::Test(test) = Place::of(file, &lines, number) {
                for id in ids {
                    self.0
                        .entry(id.to_owned())
                        .or_default()
                        .insert(test.clone());
                }
            }
        }
    }

    fn tests(&self, id: &str) -> Option<&BTreeSet<String>> {
        self.0.get(id)
    }

    fn problems(&self) -> Vec<String> {
        let untried = ROWS
            .iter()
            .filter(|row| row.waits_for.is_none() && self.tests(row.id).is_none())
            .map(|row| format!("no test names {}: {}", row.id, row.attack));
        let unknown = self
            .0
            .iter()
            .filter(|(id, _)| ROWS.iter().all(|row| row.id != **id))
            .map(|(id, tests)| format!("{id} is in no row, and named by {tests:?}"));
        untried.chain(unknown).collect()
    }

    fn summary(&self) -> String {
        let tried = ROWS.iter().filter(|row| self.tests(row.id).is_some());
        let waiting = ROWS.iter().filter(|row| row.waits_for.is_some());
        let tests: BTreeSet<_> = self.0.values().flatten().collect();
        format!(
            "{} attacks, {} tried by {} tests, {} waiting for what they are aimed at",
            ROWS.len(),
            tried.count(),
            tests.len(),
            waiting.count()
        )
    }

    fn render(&self) -> String {
        let mut document = format!("{HEAD}\n{}.\n", self.summary());
        for (letter, aim) in FAMILIES {
            document.push_str(&format!("\n## {aim}\n\n{COLUMNS}"));
            for row in ROWS.iter().filter(|row| row.id.starts_with(letter)) {
                let cells = [row.id, row.attack, &self.tried(row)];
                document.push_str(&format!("| {} |\n", cells.join(" | ")));
            }
        }
        document
    }

    fn tried(&self, row: &Row) -> String {
        let tests = self.tests(row.id).into_iter().flatten();
        let waits = row.waits_for.map(|what| format!("waits for {what}"));
        let cells: Vec<String> = waits
            .into_iter()
            .chain(tests.map(|test| format!("`{test}`")))
            .collect();
        if cells.is_empty() {
            return "**nothing**".to_owned();
        }
        cells.join("<br>")
    }
}

/// The ids in a comment's heading: `// T02, RFC7636-4.6: why` names one.
fn ids(line: &str) -> impl Iterator<Item = &str> {
    let comment = line.trim_start();
    let comment = comment
        .strip_prefix("/// ")
        .or_else(|| comment.strip_prefix("// "));
    let heading = comment.unwrap_or_default().split(": ").next();
    heading
        .unwrap_or_default()
        .split(", ")
        .filter(|word| is_id(word))
}

/// A family's letter and two digits.
fn is_id(word: &str) -> bool {
    let mut letters = word.chars();
    let is_family = |letter| FAMILIES.iter().any(|(own, _)| *own == letter);
    letters.next().is_some_and(is_family)
        && word.len() == 3
        && letters.all(|letter| letter.is_ascii_digit())
}

const DOCUMENT: &str = "docs/attack-coverage.md";

const HEAD: &str = "# Attacks, and the tests that try each

Written by `cargo xtask spec` from the comments of the tests; do not edit. Each test tries the attack and,
beside it, the honest request that must pass. What prevents them is in [attacks.md](attacks.md).
";

const COLUMNS: &str = "| id | attack | tried by |\n|---|---|---|\n";

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/server/tests/it/token.rs";

    fn coverage(text: &str) -> Coverage {
        let mut coverage = Coverage::default();
        coverage.read(FILE, text);
        coverage
    }

    #[test]
    fn a_test_is_named_by_a_comment_above_it_or_within() {
        let text = "/// T01: twice\n#[test]\nfn above() {}\n\n#[test]\nfn within() {\n    // T02, RFC6749-4, A13\n}\n";

        let coverage = coverage(text);

        let named: Vec<_> = coverage
            .0
            .iter()
            .map(|(id, tests)| (id.as_str(), tests.first().map(String::as_str)))
            .collect();
        let (above, within) = (Some("server::above"), Some("server::within"));
        assert_eq!(named, [("A13", within), ("T01", above), ("T02", within)]);
    }

    #[test]
    fn prose_and_decisions_name_no_attack() {
        let text =
            "//! Codes (T01).\n#[test]\nfn a() {\n    // as in T02\n    // T1, T001, X01\n}\n";
        assert!(coverage(text).0.is_empty());

        let mut decision = Coverage::default();
        decision.read(
            "crates/guard/src/a.rs",
            "/// G01: stripped\nfn strip() {}\n",
        );
        assert!(decision.0.is_empty());
    }

    #[test]
    fn an_attack_without_a_test_and_a_test_without_an_attack_are_problems() {
        let problems = coverage("#[test]\nfn a() {\n    // T01, T99\n}\n").problems();

        assert!(
            problems
                .iter()
                .any(|it| it.starts_with("no test names T02"))
        );
        assert!(problems.iter().any(|it| it.starts_with("T99 is in no row")));
        assert!(problems.iter().all(|it| !it.contains(" T01")));
        // what is not built cannot be tried
        assert!(problems.iter().all(|it| !it.contains("T23")));
    }

    #[test]
    fn each_attack_has_one_row_in_order() {
        let order = |row: &Row| {
            let family = FAMILIES
                .iter()
                .position(|(letter, _)| row.id.starts_with(*letter));
            (family.unwrap(), row.id)
        };
        assert!(ROWS.is_sorted_by(|one, next| order(one) < order(next)));
        assert!(ROWS.iter().all(|row| is_id(row.id)));
    }
}
