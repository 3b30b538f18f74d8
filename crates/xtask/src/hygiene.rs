//! Finds texts that no file may contain, and documents that are missing.

mod document;
mod module_map;

use std::{fs, path::Path};

use crate::process::{output, refuse};
use document::Repository;

/// Checks every tracked file; a long file is only a warning.
pub fn check(root: &Path) -> anyhow::Result<String> {
    let listing = output(root, "git", &["ls-files", "-z"])?;
    let names = || listing.split('\0').filter(|name| !name.is_empty());
    let repository = Repository::of(names());
    let map = fs::read_to_string(root.join(document::MAP)).unwrap_or_default();
    let mut problems = repository.unmapped(&map);
    let mut said = Vec::new();
    for name in names() {
        // a file may be deleted and still tracked, or not be text
        let Ok(text) = fs::read_to_string(root.join(name)) else {
            continue;
        };
        problems.extend(leftovers(name, &text));
        problems.extend(repository.problems(name, &text));
        problems.extend(module_map::problems(name, &text));
        let length = text.lines().count();
        if name.ends_with(".rs") && length > MAX_LINES {
            said.push(format!(
                "warning: {name} has {length} lines: do two ideas live there?"
            ));
        }
    }
    refuse("left in the files", &problems)?;
    said.push("nothing is left in the files that should not be there".to_owned());
    Ok(said.join("\n"))
}

fn leftovers(name: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut found: Vec<&str> = Vec::new();
        if name.ends_with(".rs") {
            found.extend(WORDS.iter().filter(|word| contains_word(line, word)));
            found.extend(CODE.iter().filter(|code| line.contains(**code)));
        }
        found.extend(
            MACHINE_PATHS
                .iter()
                .filter(|path| contains_absolute(line, path)),
        );
        problems.extend(
            found
                .iter()
                .map(|what| format!("{name}:{number}: `{what}`")),
        );
    }
    problems
}

fn contains_word(line: &str, word: &str) -> bool {
    let is_end = |next: Option<char>| !next.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        is_end(before.chars().next_back()) && is_end(rest.chars().nth(word.len()))
    })
}

/// Returns true if the path starts at the root: in `docs/home/` and `example.com/home/` it does not.
fn contains_absolute(line: &str, path: &str) -> bool {
    let is_inside = |before: char| before.is_alphanumeric() || "._-})".contains(before);
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(is_inside)
    })
}

const MAX_LINES: usize = 500;

// in pieces, so that this file passes its own check
const WORDS: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const CODE: [&str; 6] = [
    concat!("dbg", "!("),
    concat!("#[", "allow"),
    concat!("#![", "allow"),
    concat!("#[", "ignore"),
    // what only one profile compiles: the checks build with `dev`, and say of `release` that it builds too
    concat!("#[", "cfg(debug_assertions"),
    concat!("#[", "cfg(not(debug_assertions"),
];
const MACHINE_PATHS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_named_with_their_line() {
        let [to_do, ..] = WORDS;
        let [dbg, allow, ..] = CODE;
        let text =
            format!("fn main() {{\n    {dbg}1); // {to_do}: later\n}}\n{allow}(dead_code)]\n");

        let found = leftovers("a.rs", &text);

        let expected = [
            format!("a.rs:2: `{to_do}`"),
            format!("a.rs:2: `{dbg}`"),
            format!("a.rs:4: `{allow}`"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_word_inside_another_is_no_leftover() {
        let [to_do, _, xxx] = WORDS;

        assert!(leftovers("a.rs", &format!("let {to_do}S = \"{xxx}X\";")).is_empty());
        assert!(leftovers("README.md", to_do).is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_found_in_every_file() {
        let [_, home, _] = MACHINE_PATHS;

        assert_eq!(
            leftovers("README.md", &format!("see {home}ann/notes")).len(),
            1
        );
        assert!(leftovers("README.md", &format!("GET https://example.com{home}ann")).is_empty());
        assert!(leftovers("README.md", &format!("docs{home}index.html")).is_empty());
    }
}
