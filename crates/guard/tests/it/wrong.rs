//! Messages about invalid files: `wrong/NAME.toml`, and beside it the whole message in `wrong/NAME.txt`.
//! `UPDATE_MESSAGES=1` rewrites the messages. The files in `right/` are the controls.

use std::{
    fs,
    path::{Path, PathBuf},
};

use airside_guard::Configuration;

/// The prefix of every secret in these files: no message contains it.
const SECRET: &str = "hunter2";

fn variable(name: &str) -> Option<String> {
    match name {
        "EMPTY" => Some(String::new()),
        "SHORT" => Some(format!("{SECRET}-short")),
        "DATABASE" => Some("sqlite:api.db".to_owned()),
        "LONG" => Some(format!("{SECRET}-that-is-long-enough")),
        _ => None,
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    for path in files("wrong") {
        let said = said_of(&path);
        assert!(!said.contains(SECRET), "{}: {said}", path.display());
        let golden = path.with_extension("txt");
        if std::env::var_os("UPDATE_MESSAGES").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(said, expected, "{}", path.display());
    }
}

#[test]
fn every_file_that_is_right_is_read() {
    for path in files("right") {
        let read = Configuration::read(&path, &variable);
        assert!(read.is_ok(), "{}: {}", path.display(), read.unwrap_err());
    }
}

#[test]
fn every_configuration_of_the_documentation_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guard = fs::read_dir(root.join("docs/guard")).unwrap();
    let mut pages: Vec<_> = guard.map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("openapi.yaml"), "openapi: 3.1.0").unwrap();
    let path = directory.path().join("guard.toml");
    let variable = |name: &str| match name {
        "GUARD_DATABASE" => Some("sqlite:bank.db".to_owned()),
        _ => Some("a secret that is long enough".to_owned()),
    };
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let blocks = text.split("```toml\n").skip(1);
        let blocks = blocks.filter_map(|block| block.split("```").next());
        // the issuer's configuration is there too
        let is_issuers =
            |block: &str| block.starts_with("# airside.toml") || block.contains("[[client]]");
        for block in blocks.filter(|block| !is_issuers(block)) {
            fs::write(&path, completed(block)).unwrap();
            let read = Configuration::read(&path, &variable);
            assert!(read.is_ok(), "{}: {}", page.display(), read.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

/// A part of a file with the keys that every file has.
fn completed(part: &str) -> String {
    let keys = [
        ("upstream", "http://127.0.0.1:9000"),
        ("issuer", "https://id.example.com"),
        ("audience", "https://api.example.com"),
    ];
    let missing = keys.iter().filter(|(key, _)| {
        let mut lines = part.lines();
        !lines.any(|line| {
            line.split('=')
                .next()
                .is_some_and(|name| name.trim() == *key)
        })
    });
    let missing = missing.map(|(key, value)| format!("{key} = \"{value}\"\n"));
    missing.collect::<String>() + part
}

fn files(directory: &str) -> Vec<PathBuf> {
    let it = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let names = fs::read_dir(it.join(directory)).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    names.sort();
    assert!(!names.is_empty(), "{directory}");
    names
}

/// The message, in which the file has its name alone.
fn said_of(path: &Path) -> String {
    let problems = Configuration::read(path, &variable).unwrap_err();
    assert!(!problems.to_json().to_string().contains(SECRET));
    let directory = format!("{}/", path.parent().unwrap().display());
    format!("{problems}\n").replace(&directory, "")
}
