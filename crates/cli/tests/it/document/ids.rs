//! Ids in what a page shows and in what was printed.

use std::collections::BTreeMap;

/// The ids of a page or a run by their first appearance, so that equal ones stay equal.
#[derive(Default)]
pub struct Ids(BTreeMap<String, usize>);

impl Ids {
    /// Returns the lines with a number for each id, and without blanks at their ends.
    pub fn redact(&mut self, lines: &[String]) -> Vec<String> {
        lines
            .iter()
            .map(|line| self.redact_line(line.trim_end()))
            .collect()
    }

    fn redact_line(&mut self, line: &str) -> String {
        let is_of_id = |letter: char| letter.is_ascii_hexdigit() || letter == '-';
        let words = line.split_inclusive(|letter: char| !is_of_id(letter));
        let redacted = words.map(|word| {
            let id = word.trim_end_matches(|letter: char| !is_of_id(letter));
            if id.len() != 36 || id.matches('-').count() != 4 {
                return word.to_owned();
            }
            let next = self.0.len();
            let number = *self.0.entry(id.to_owned()).or_insert(next);
            word.replace(id, &format!("id {number}"))
        });
        redacted.collect()
    }
}
