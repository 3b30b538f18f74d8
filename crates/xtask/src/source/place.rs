//! The place of a comment: at a decision or in a test.

/// The place of a citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the line that decides, in this file.
    Decision(String),
    /// In or above this test, written as `crate::test`.
    Test(String),
}

impl Place {
    /// Returns the place of line `number` of `file`.
    pub fn of(file: &str, lines: &[&str], number: usize) -> Self {
        if !is_test_code(file, lines, number) {
            return Self::Decision(file.to_owned());
        }
        let crate_name = file.split('/').nth(1).unwrap_or(file);
        let test = next_function(lines, number).or_else(|| enclosing_function(lines, number));
        Self::Test(format!("{crate_name}::{}", test.unwrap_or("tests")))
    }
}

/// Tests come last in a file, in a file named so, or in one that holds nothing else.
fn is_test_code(file: &str, lines: &[&str], number: usize) -> bool {
    let is_test_file =
        |part: &str| matches!(part, "tests" | "tests.rs" | "contract" | "contract.rs");
    if file.split('/').any(is_test_file) {
        return true;
    }
    match lines.iter().position(|line| is_test_module(line)) {
        Some(start) => number > start,
        None => lines.iter().any(|line| is_test_attribute(line)),
    }
}

fn is_test_module(line: &str) -> bool {
    line.starts_with("mod ") && line.ends_with('{')
}

fn is_test_attribute(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("#[test]") || line.starts_with("#[tokio::test")
}

/// The function that starts on this line or right below its comments and attributes.
fn next_function<'a>(lines: &[&'a str], number: usize) -> Option<&'a str> {
    let mut below = lines.iter().skip(number);
    let first = below.next().and_then(|line| function(line));
    let is_preface =
        |line: &str| line.is_empty() || line.starts_with("//") || line.starts_with("#[");
    first.or_else(|| {
        below
            .find(|line| !is_preface(line.trim()))
            .and_then(|line| function(line))
    })
}

fn enclosing_function<'a>(lines: &[&'a str], number: usize) -> Option<&'a str> {
    lines
        .iter()
        .take(number)
        .rev()
        .find_map(|line| function(line))
}

fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    let name = line.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}
