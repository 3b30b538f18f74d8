//! The tests that the documents tell people to run.

use std::fs;

use super::block;

/// `cargo test -p CRATE … FILTER`, in a block or in a sentence, finds something.
#[test]
fn the_tests_that_the_documents_name_are_there() {
    let mut found = 0;
    for page in block::pages() {
        let text = fs::read_to_string(block::root().join(&page)).unwrap();
        for rest in text.split("cargo test -p airside-").skip(1) {
            let command = rest.split(['`', '\n', '#']).next().unwrap();
            let mut words = command.split_whitespace();
            let name = words.next().unwrap();
            let sources = sources(name);
            let is_option = |word: &&str| ["--test", "it", "--"].contains(word);
            for filter in words.filter(|word| !is_option(word)) {
                assert!(
                    names(&sources, filter),
                    "{page}: no test of {name} is `{filter}`"
                );
                found += 1;
            }
        }
    }
    assert!(found > 10, "{found}");
}

/// Returns true if a filter of `cargo test` fits a module or a function, or a part of the contract of stores.
fn names(sources: &str, filter: &str) -> bool {
    let module = filter.strip_suffix("::").unwrap_or(filter);
    let mut lines = sources.lines().map(str::trim);
    let is_module = |line: &str| line == format!("mod {module};") || line == format!("{module} {{");
    let is_test = |line: &str| line.contains("fn ") && line.contains(filter);
    lines.any(|line| is_module(line) || is_test(line))
}

/// Every source of a crate; the stores' contract is a macro of another.
fn sources(name: &str) -> String {
    let crates = match name {
        "store-sql" => vec![name, "store"],
        _ => vec![name],
    };
    let directories = crates
        .iter()
        .map(|one| block::root().join("crates").join(one));
    let files = directories.flat_map(|directory| block::files(&directory, "rs"));
    files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}
