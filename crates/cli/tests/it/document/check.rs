//! Configurations of the documents: those of the server pass `airside config check`, those of the guard are
//! read by it, and what Cargo needs is there.

use std::{fs, os::unix::fs::PermissionsExt as _};

use airside_guard::Configuration;

use super::block::{self, Block, Mark};
use crate::server::Place;

/// 32 bytes in base64, which is a key and a long secret.
const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

#[test]
fn each_configuration_of_the_documents_is_read() {
    for block in block::all().iter().filter(|block| block.language == "toml") {
        match whose(block) {
            Reader::Baseline => check_baseline(block),
            Reader::Server => check_server(block),
            Reader::Guard => check_guard(block),
            Reader::Cargo => check_dependencies(block),
            Reader::Scan => check_recipe(block),
            Reader::Other => drop(block.text.parse::<toml::Table>().unwrap()),
        }
    }
}

/// Who reads a file.
enum Reader {
    Baseline,
    Server,
    Guard,
    Cargo,
    Scan,
    /// Another program, which a test of its own starts.
    Other,
}

fn whose(block: &Block) -> Reader {
    let of_the_server = ["[[resource]]", "[[client]]", "[[user]]", "[store]", "[log]"];
    match block.file() {
        Some("scan-baseline.toml") => Reader::Baseline,
        Some("airside.toml") => Reader::Server,
        Some("guard.toml") => Reader::Guard,
        Some("Cargo.toml") => Reader::Cargo,
        Some("sign-in.toml") => Reader::Scan,
        _ if matches!(block.mark, Some(Mark::TestedBy(_))) => Reader::Other,
        _ if of_the_server.iter().any(|table| block.text.contains(table)) => Reader::Server,
        _ => Reader::Guard,
    }
}

/// Findings of a scan that are accepted.
fn check_baseline(block: &Block) {
    if let Err(error) = airside_scan::baseline::Baseline::parse(&block.text) {
        panic!("{}: {error}", block.at());
    }
}

fn check_server(block: &Block) {
    // what the page says is in a file of the machine is in one of the test
    let mut place = Place::new("");
    let secret = place.data().with_file_name("secret");
    fs::write(&secret, SECRET).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let mut toml = String::new();
    for line in block.text.lines() {
        match line.split_once("{ file = \"") {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('"').unwrap();
                toml += &format!("{before}{{ file = \"{}\"{after}\n", secret.display());
            }
            None => toml += &format!("{line}\n"),
        }
        if let Some((_, rest)) = line.split_once("{ env = \"") {
            let (name, _) = rest.split_once('"').unwrap();
            let value = match name {
                "DATABASE_URL" => "postgres://airside:secret@db.internal/airside",
                _ => SECRET,
            };
            place.set(name, value);
        }
    }
    fs::write(secret.with_file_name("airside.toml"), &toml).unwrap();
    let checked = place.run("config check --offline");
    assert_eq!(checked.code, 0, "{}:\n{toml}\n{}", block.at(), checked.err);
}

fn check_guard(block: &Block) {
    let directory = tempfile::tempdir().unwrap();
    let document = directory.path().join("openapi.yaml");
    fs::write(document, "openapi: 3.1.0").unwrap();
    let path = directory.path().join("guard.toml");
    fs::write(&path, completed(&block.text)).unwrap();
    let variable = |name: &str| match name {
        "GUARD_DATABASE" => Some("sqlite:bank.db".to_owned()),
        _ => Some(SECRET.to_owned()),
    };
    if let Err(problems) = Configuration::read(&path, &variable) {
        panic!("{}: {problems}", block.at());
    }
}

/// A part of a guard's file with the keys that every file has.
fn completed(part: &str) -> String {
    let keys = [
        ("upstream", "http://127.0.0.1:9000"),
        ("issuer", "https://id.example.com"),
        ("audience", "https://api.example.com"),
    ];
    let sets = |key: &str| {
        let names = part.lines().filter_map(|line| line.split('=').next());
        names.map(str::trim).any(|name| name == key)
    };
    let missing = keys.iter().filter(|(key, _)| !sets(key));
    let missing = missing.map(|(key, value)| format!("{key} = \"{value}\"\n"));
    missing.collect::<String>() + part
}

/// A recipe for the scanner.
fn check_recipe(block: &Block) {
    let read = airside_scan::identity::recipe::RecipeFile::parse(&block.text);
    if let Err(why) = read {
        panic!("{}: {why}", block.at());
    }
}

/// Each dependency with a version is one that this repository is built with.
fn check_dependencies(block: &Block) {
    let file: toml::Table = block.text.parse().unwrap();
    let lock = fs::read_to_string(block::root().join("Cargo.lock")).unwrap();
    for (name, asked) in file["dependencies"].as_table().unwrap() {
        let version = asked.as_str().or_else(|| asked.get("version")?.as_str());
        if let Some(version) = version {
            let locked = format!("name = \"{name}\"\nversion = \"{version}.");
            let at = block.at();
            assert!(lock.contains(&locked), "{at}: `{name}` {version}");
        }
    }
}
