//! What is said of files that are wrong: `wrong/NAME.toml`, and beside it the whole message in
//! `wrong/NAME.txt`. `UPDATE_MESSAGES=1` writes the messages anew. The files in `right/` are the controls.

use std::{
    fs,
    path::{Path, PathBuf},
};

use airside_guard::Configuration;

/// What every secret in these files begins with: no message has it.
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
