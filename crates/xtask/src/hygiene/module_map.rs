//! The map of modules at the head of a crate agrees with its modules.

use std::collections::BTreeSet;

/// Returns the modules that the map of a crate lacks, and the names in it that are not modules.
pub(super) fn problems(name: &str, text: &str) -> Vec<String> {
    let is_root = name.ends_with("/src/lib.rs") || name.ends_with("/src/main.rs");
    let rows: Vec<&str> = (text.lines())
        .filter_map(|line| line.strip_prefix("//! | "))
        .collect();
    if !is_root || !rows.iter().any(|row| row.starts_with("module")) {
        return Vec::new();
    }
    let modules = modules(text);
    let mapped: BTreeSet<&str> = rows.iter().flat_map(|row| words(row)).collect();
    let named: BTreeSet<&str> = (rows.iter())
        .filter_map(|row| row.split_once('|'))
        .flat_map(|(cell, _)| words(cell))
        .collect();
    let missing = modules.difference(&mapped);
    let missing = missing.map(|module| format!("{name}: the map lacks the module `{module}`"));
    let is_exported = |word: &str| text.lines().any(|line| is_export_of(line, word));
    let stale = named.difference(&modules).filter(|word| !is_exported(word));
    let stale = stale.map(|word| format!("{name}: the map names `{word}`, which is not a module"));
    missing.chain(stale).collect()
}

fn is_export_of(line: &str, word: &str) -> bool {
    let is_word = |text: &str| text == word;
    line.starts_with("pub use")
        && line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(is_word)
}

/// Returns the modules that are not for tests alone.
fn modules(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut before = "";
    for line in text.lines() {
        let words = line.strip_suffix(';').map(|line| line.split(' '));
        let mut words = words.into_iter().flatten();
        let is_module = words.by_ref().any(|word| word == "mod");
        if let (true, Some(module)) = (
            is_module
                && !before.contains("cfg(test)")
                && !before.contains("doctest")
                && !before.contains("doc(hidden)"),
            words.next(),
        ) {
            found.insert(module);
        }
        before = line;
    }
    found
}

/// Returns the names between backticks.
fn words(row: &str) -> impl Iterator<Item = &str> {
    let quoted = row.split('`').skip(1).step_by(2);
    let quoted = quoted.map(|word| word.trim_start_matches("mod@").trim_end_matches("()"));
    quoted.filter(|word| {
        word.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "//! A crate.\n//!\n//! | module | holds |\n//! |---|---|\n";
    const MODULES: &str = "\npub mod one;\nmod two;\n\n#[cfg(test)]\nmod fixture;\n";

    fn found(row: &str) -> Vec<String> {
        problems("crates/a/src/lib.rs", &format!("{HEAD}{row}{MODULES}"))
    }

    #[test]
    fn a_map_names_each_module_and_nothing_else() {
        assert_eq!(
            found("//! | [`one`], `two` | both |\n"),
            Vec::<String>::new()
        );
        let lacking = found("//! | [`one`] | one |\n");
        assert_eq!(
            lacking,
            ["crates/a/src/lib.rs: the map lacks the module `two`"]
        );
        let stale = found("//! | [`one`], `two`, `three` | all |\n");
        let expected = "crates/a/src/lib.rs: the map names `three`, which is not a module";
        assert_eq!(stale, [expected]);
    }

    #[test]
    fn a_crate_without_a_map_has_none_to_compare() {
        assert!(problems("crates/a/src/lib.rs", MODULES).is_empty());
    }
}
