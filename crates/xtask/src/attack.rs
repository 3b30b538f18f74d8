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
    citation::{Citation, Comment, is_attack_id},
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

#[derive(Default)]
struct Coverage {
    /// The tests of each attack, by id.
    tests: BTreeMap<String, BTreeSet<String>>,
    /// Ids without a row, each with its place.
    unknown: BTreeSet<String>,
}

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
            let ids = ids(line);
            let unknown = mentioned(line).chain(ids.iter().map(String::as_str));
            let unknown = unknown.filter(|id| ROWS.iter().all(|row| row.id != *id));
            self.unknown
                .extend(unknown.map(|id| format!("{file}:{}: {id} is in no row", number + 1)));
            if ids.is_empty() {
                continue;
            }
            if let Place::Test(test) = Place::of(file, &lines, number) {
                for id in ids {
                    self.tests.entry(id).or_default().insert(test.clone());
                }
            }
        }
    }

    fn tests(&self, id: &str) -> Option<&BTreeSet<String>> {
        self.tests.get(id)
    }

    fn problems(&self) -> Vec<String> {
        let untried = ROWS
            .iter()
            .filter(|row| row.waits_for.is_none() && self.tests(row.id).is_none())
            .map(|row| format!("no test names {}: {}", row.id, row.attack));
        untried.chain(self.unknown.iter().cloned()).collect()
    }

    fn summary(&self) -> String {
        let tried = ROWS.iter().filter(|row| self.tests(row.id).is_some());
        let waiting = ROWS.iter().filter(|row| row.waits_for.is_some());
        let tests: BTreeSet<_> = self.tests.values().flatten().collect();
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
fn ids(line: &str) -> Vec<String> {
    let comment = Comment::of(line);
    // another spelling is told beside the rules
    let headings = comment.map_or(Ok(Vec::new()), |comment| comment.headings());
    let citations = headings.unwrap_or_default().into_iter();
    let citations = citations.flat_map(|heading| heading.citations);
    citations
        .filter_map(|citation| match citation {
            Citation::Attack(id) => Some(id),
            Citation::Rule(_) | Citation::Decision(_) => None,
        })
        .collect()
}

/// Returns the words of a comment that are ids of a family.
fn mentioned(line: &str) -> impl Iterator<Item = &str> {
    let comment = line.trim_start();
    let comment = comment.starts_with("//").then_some(comment);
    let words = comment
        .unwrap_or_default()
        .split(|letter: char| !letter.is_alphanumeric());
    words
        .filter(|word| is_attack_id(word) && FAMILIES.iter().any(|(own, _)| word.starts_with(*own)))
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
            .tests
            .iter()
            .map(|(id, tests)| (id.as_str(), tests.first().map(String::as_str)))
            .collect();
        let (above, within) = (Some("server::above"), Some("server::within"));
        assert_eq!(named, [("A13", within), ("T01", above), ("T02", within)]);
    }

    #[test]
    fn prose_and_decisions_name_no_attack() {
        let text = "//! Codes (T01).\n#[test]\nfn a() {\n    // as in T02\n    // T1, T001\n}\n";
        assert!(coverage(text).tests.is_empty());
        assert!(coverage(text).unknown.is_empty());

        let mut decision = Coverage::default();
        decision.read(
            "crates/guard/src/a.rs",
            "/// G01: stripped\nfn strip() {}\n",
        );
        assert!(decision.tests.is_empty());
    }

    #[test]
    fn an_attack_without_a_test_and_a_test_without_an_attack_are_problems() {
        let problems = coverage("#[test]\nfn a() {\n    // T01, T99\n}\n").problems();

        assert!(
            problems
                .iter()
                .any(|it| it.starts_with("no test names T02"))
        );
        assert!(problems.contains(&format!("{FILE}:3: T99 is in no row")));
        assert!(problems.iter().all(|it| !it.contains(" T01")));
        // what is not built cannot be tried
        assert!(problems.iter().all(|it| !it.contains("T23")));
    }

    #[test]
    fn an_id_without_a_row_is_a_problem_wherever_it_is() {
        for text in [
            "//! Codes (T99).\n",
            "// R13\n",
            "// as in G98\n",
            "/// D02, I07: once\n",
        ] {
            assert_eq!(coverage(text).unknown.len(), 1, "{text}");
        }
        // of no family, and no heading
        assert!(coverage("/// At most R13 of them.\n").unknown.is_empty());
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
        assert!(ROWS.iter().all(|row| is_attack_id(row.id)));
    }
}
