//! Which rule of a specification is decided where, and which tests carry its id.

mod comment;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, ensure};
use comment::{Id, Rule};

use crate::source::{self, Place};

/// Writes `docs/spec-coverage.md`.
pub fn write(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    let target = root.join(DOCUMENT);
    fs::create_dir_all(target.parent().context("a document has a directory")?)?;
    fs::write(target, coverage.render())?;
    Ok(format!("{DOCUMENT}: {}", coverage.summary()))
}

/// Fails if `docs/spec-coverage.md` is not what [`write()`] would write.
pub fn check(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    let written = fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
    ensure!(
        written == coverage.render(),
        "{DOCUMENT} is out of date: run `cargo xtask spec`"
    );
    Ok(format!("{DOCUMENT} is current: {}", coverage.summary()))
}

#[derive(Default)]
struct Coverage {
    rows: BTreeMap<Id, Row>,
}

/// What is known of one id, each list in order and without repetition.
#[derive(Default)]
struct Row {
    texts: Vec<String>,
    files: Vec<String>,
    tests: Vec<String>,
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
        for (number, rule) in comment::rules(&lines) {
            let place = Place::of(file, &lines, number);
            for id in &rule.ids {
                self.rows.entry(id.clone()).or_default().add(&rule, &place);
            }
        }
    }

    fn summary(&self) -> String {
        let all = self.rows.len();
        let decided = self
            .rows
            .values()
            .filter(|row| !row.files.is_empty())
            .count();
        let tested = self
            .rows
            .values()
            .filter(|row| !row.tests.is_empty())
            .count();
        format!("{all} rules, {decided} cited where they are decided, {tested} named by a test")
    }

    fn render(&self) -> String {
        let mut document = format!("{HEAD}\n{}.\n\n{COLUMNS}", self.summary());
        for (id, row) in &self.rows {
            let cells = [row.texts.join("; "), ticked(&row.files), ticked(&row.tests)];
            let cells = cells.map(|cell| {
                if cell.is_empty() {
                    "–".to_owned()
                } else {
                    cell
                }
            });
            document.push_str(&format!("| {} | {} |\n", id.0, cells.join(" | ")));
        }
        document
    }
}

impl Row {
    fn add(&mut self, rule: &Rule, place: &Place) {
        let text = rule.text.trim_end_matches('.').replace('|', "\\|");
        match place {
            Place::Decision(file) => {
                insert(&mut self.files, file.clone());
                insert(&mut self.texts, text);
            }
            // a test says what it needs of the rule: the name tells that better
            Place::Test(name) => insert(&mut self.tests, name.clone()),
        }
    }
}

fn insert(list: &mut Vec<String>, value: String) {
    if value.is_empty() {
        return;
    }
    if let Err(at) = list.binary_search(&value) {
        list.insert(at, value);
    }
}

fn ticked(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join("<br>")
}

const DOCUMENT: &str = "docs/spec-coverage.md";

const HEAD: &str = "# Spec coverage

Written by `cargo xtask spec` from the comments of the code; do not edit. A rule of a specification is
cited by its id at the line that decides it, and by the tests that check it.
";

const COLUMNS: &str = "| id | rule | decided in | tests |\n|---|---|---|---|\n";

#[cfg(test)]
mod tests;
