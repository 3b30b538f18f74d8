//! Which rule of a specification is decided where, and which tests carry its id.

mod comment;
mod untested;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::ensure;
use comment::{FileCitations, Rule};

use crate::{
    citation::Id,
    process::refuse,
    source::{self, Place},
};

/// Writes `docs/spec-coverage.md`, and takes what has a test now from `docs/spec-untested.txt`.
///
/// # Errors
///
/// Fails if an id is spelt otherwise, or if a rule that is not in `docs/spec-untested.txt` has no test.
pub fn write(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    untested::shrink(root, &coverage.untested())?;
    fs::write(root.join(DOCUMENT), coverage.render())?;
    Ok(format!("{DOCUMENT}: {}", coverage.summary()))
}

/// Fails if an id is spelt otherwise, or if a file is not what [`write()`] would write.
pub fn check(root: &Path) -> anyhow::Result<String> {
    let coverage = Coverage::collect(root)?;
    untested::check(root, &coverage.untested())?;
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
    /// Ids in another spelling, each with its place.
    misspelt: Vec<String>,
}

/// The uses of one id, each list sorted and without duplicates.
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
        refuse("citations in another spelling", &coverage.misspelt)?;
        Ok(coverage)
    }

    fn read(&mut self, file: &str, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let cited = FileCitations::by(&lines);
        for (number, wrong) in cited.misspelt {
            let line = number + 1;
            self.misspelt.push(format!(
                "{file}:{line}: `{}`: {}",
                wrong.found, wrong.advice
            ));
        }
        for (number, rule) in cited.rules {
            let place = Place::of(file, &lines, number);
            for id in &rule.ids {
                self.rows.entry(id.clone()).or_default().add(&rule, &place);
            }
        }
    }

    /// The rules that are decided somewhere and named by no test.
    fn untested(&self) -> Vec<&Id> {
        let is_untested = |row: &Row| !row.files.is_empty() && row.tests.is_empty();
        let rows = self.rows.iter().filter(|(_, row)| is_untested(row));
        rows.map(|(id, _)| id).collect()
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
        let untested = self.untested().len();
        format!(
            "{all} rules, {decided} cited where they are decided, {tested} named by a test, \
             {untested} decided without one"
        )
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
cited by its id at the line that decides it, and by the tests that check it. Those that are decided and
named by no test are listed in [spec-untested.txt](spec-untested.txt), which may only shrink.
";

const COLUMNS: &str = "| id | rule | decided in | tests |\n|---|---|---|---|\n";

#[cfg(test)]
mod tests;
