//! README.md and `docs`: every block is run, its configuration is read, or its mark says why not.

mod address;
mod block;
mod browser_page;
mod check;
mod ids;
mod journey;
mod named_test;
mod person;
mod program;
mod shell;
mod snippet;

use std::{fs, process::Command};

use block::{Block, Mark, REASONS};

use crate::server::ended;

/// Blocks that are not run. The list may only shrink.
const NOT_RUN: &str = include_str!("document/not_run.txt");

#[test]
fn every_block_is_run_or_checked_or_says_why_it_is_not() {
    let sources = sources();
    let problems = block::all()
        .iter()
        .filter_map(|block| problem(block, &sources))
        .collect::<Vec<_>>();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_list_of_what_is_not_run_only_shrinks() {
    let mut left_out = Vec::new();
    for block in block::all() {
        if let Some(Mark::NotRun(reason)) = &block.mark {
            left_out.push(format!("{}: {reason}: {}", block.page, block.first_line()));
        }
    }
    let listed: Vec<_> = NOT_RUN.lines().collect();
    for line in &left_out {
        let known = listed.contains(&line.as_str());
        assert!(
            known,
            "run it, or check it, instead of leaving it out: {line}"
        );
    }
    for line in &listed {
        let is_left_out = left_out.iter().any(|one| one == line);
        assert!(is_left_out, "take this out of document/not_run.txt: {line}");
    }
    assert_eq!(listed.len(), left_out.len(), "a line is there twice");
}

#[test]
fn a_block_without_a_runner_or_a_good_mark_is_found() {
    let block = |language: &str, mark| Block {
        page: "docs/README.md".to_owned(),
        line: 7,
        language: language.to_owned(),
        text: "airside version\n".to_owned(),
        mark,
    };
    let named = |name: &str| Some(Mark::TestedBy(name.to_owned()));
    let left_out = |reason: &str| Some(Mark::NotRun(reason.to_owned()));
    let sources = "fn a_test() {}";
    for (block, is_right) in [
        (block("sh", None), true),
        (block("sh", Some(Mark::Exit(7, None))), true),
        (block("yaml", named("a_test")), true),
        (block("yaml", left_out("part of a program")), true),
        (block("yaml", None), false),
        (block("", None), false),
        (block("yaml", Some(Mark::Exit(7, None))), false),
        (block("yaml", named("another_test")), false),
        (block("sh", left_out("no time")), false),
        (block("sh", Some(Mark::Unknown("later".to_owned()))), false),
    ] {
        let found = problem(&block, sources);
        assert_eq!(found.is_none(), is_right, "{block:?}: {found:?}");
        assert!(found.is_none_or(|text| text.starts_with("docs/README.md:7: ")));
    }
}

/// Returns what is wrong with a block, if something is.
fn problem(block: &Block, sources: &str) -> Option<String> {
    let at = block.at();
    match &block.mark {
        Some(Mark::Unknown(mark)) => Some(format!(
            "{at}: the mark `{mark}` is unknown: document/block.rs has those that are known"
        )),
        Some(Mark::NotRun(reason)) if !REASONS.contains(&&**reason) => Some(format!(
            "{at}: `{reason}` is no reason: they are {REASONS:?}"
        )),
        Some(Mark::TestedBy(name)) if !sources.contains(&format!("fn {name}(")) => {
            Some(format!("{at}: there is no test `{name}`"))
        }
        Some(Mark::NotRun(_) | Mark::TestedBy(_)) => None,
        Some(Mark::Exit(..)) if !block.is_run() => Some(format!("{at}: nothing here exits")),
        _ if block.is_run() || block.names_tests() || block.language == "toml" => None,
        _ if block.file() == Some("api.py") || is_doctest(block, sources) => None,
        _ => Some(format!(
            "{at}: nothing runs this block (`{}`) nor says why not: write `<!-- tested by TEST -->` or \
             `<!-- not run: REASON -->` on the line before it",
            block.language
        )),
    }
}

/// Returns true if rustdoc compiles it.
fn is_doctest(block: &Block, sources: &str) -> bool {
    let page = format!("include_str!(\"../../../{}\")", block.page);
    ["rust", "rust,no_run"].contains(&&*block.language) && sources.contains(&page)
}

/// Every source of this repository.
fn sources() -> String {
    let directories = ["crates", "integrations"].map(|name| block::root().join(name));
    let files = directories
        .iter()
        .flat_map(|directory| block::files(directory, "rs"));
    files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// Also those that are part of a program that is not here.
#[test]
fn every_program_is_read_by_its_language() {
    let directory = tempfile::tempdir().unwrap();
    for block in block::all() {
        let read = match &*block.language {
            "json" => {
                let parsed = serde_json::from_str::<serde_json::Value>(&block.text);
                assert!(parsed.is_ok(), "{}: {}", block.at(), parsed.unwrap_err());
                continue;
            }
            "js" => {
                let file = directory.path().join("page.mjs");
                fs::write(&file, &block.text).unwrap();
                ended(Command::new("node").arg("--check").arg(&file))
            }
            "python" => {
                let script = "import sys; compile(sys.argv[1], 'page.py', 'exec')";
                ended(Command::new("python3").args(["-c", script, &block.text]))
            }
            _ => continue,
        };
        assert_eq!(read.code, 0, "{}: {}", block.at(), read.err);
    }
}

/// The example is the page's program but for its addresses, so that it can be run beside other tests.
#[test]
fn the_first_program_of_the_library_is_an_example() {
    let page = block::of("docs/library/README.md");
    let program = page.iter().find(|block| block.language == "rust,no_run");
    let program = program
        .unwrap()
        .text
        .strip_prefix("// src/main.rs\n")
        .unwrap();
    let program = program
        .replace("\"http://127.0.0.1:8080\"", "env::var(\"ISSUER\")?")
        .replace("\"127.0.0.1:9000\"", "env::var(\"LISTEN\")?");
    let file = block::root().join("examples/notes/main.rs");
    let example = fs::read_to_string(file).unwrap();
    let (_, example) = example.split_once("use std::env;\n\n").unwrap();
    assert!(
        example == program,
        "examples/notes/main.rs should be:\n{program}"
    );
}

#[test]
fn the_pages_name_the_rust_that_is_needed() {
    let read = |name: &str| fs::read_to_string(block::root().join(name)).unwrap();
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let version = &manifest["workspace"]["package"]["rust-version"];
    let sentence = format!("Rust {} or newer", version.as_str().unwrap());
    for page in ["README.md", "docs/library/README.md"] {
        assert!(read(page).contains(&sentence), "{page}: {sentence}");
    }
}
