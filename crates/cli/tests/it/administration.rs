//! The commands that talk to a running server.

mod account;
mod client;
mod event;
mod long_list;
mod remote;
mod token;

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use airside_testkit::{Browser, assert_contains};
use serde_json::{Value, json};

use crate::server::{Place, Server, ended};

const CONFIGURATION: &str = r#"
[keys]
publish_ahead = "0s"

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
signing_alg = "ES256"

[[resource]]
identifier = "https://plain.example"

[[client]]
client_id = "configured"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test"
grant_types = ["client_credentials"]
scope = "read"
"#;

fn start() -> (Place, Server) {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    (place, server)
}

fn machine(place: &Place) -> String {
    let created =
        place.run("-o json client create m2m --grant-type client_credentials --scope read");
    created.json()["client_secret"].as_str().unwrap().to_owned()
}

fn get(place: &Place, secret: &str) -> crate::server::Ended {
    place.run(&format!("-o json token get --client m2m --secret {secret}"))
}

/// Runs commands of a page, one a line.
fn run_all(place: &Place, commands: &str) {
    let own = std::path::Path::new(crate::server::AIRSIDE)
        .parent()
        .unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    for command in commands.lines() {
        let mut bash = place.within(std::process::Command::new("bash"));
        let ran = ended(bash.args(["-c", command]).env("PATH", &path));
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
}

#[test]
fn small_commands_answer() {
    let place = Place::new("");
    assert!(place.run("version").out.starts_with("airside "));
    assert!(place.run("completions bash").out.contains("complete"));
    assert_eq!(place.run("config schema").json()["type"], "object");
    place.run("nonsense").assert_code(2);
}

#[test]
fn an_algorithm_that_left_is_told_by_the_check_and_by_the_list() {
    let place = Place::new("");
    let left = || {
        let check = place.run("config check");
        check.assert_code(0);
        let says = |name: &str| check.err.contains(&format!("lacks {name}, of which"));
        ["RS256", "ES256", "EdDSA"].map(says)
    };
    assert_eq!(left(), [false; 3]);
    let server = place.serve();
    assert_eq!(left(), [false; 3]);
    let file = place.at("airside.toml");
    std::fs::write(file, "[keys]\nalgorithms = [\"RS256\", \"ES256\"]\n").unwrap();
    // while the server runs, and while it does not
    assert_eq!(left(), [false, false, true]);
    assert_eq!(server.terminate(), 0);
    assert_eq!(left(), [false, false, true]);

    let server = place.serve();
    assert_eq!(left(), [false; 3]);
    let key = || {
        let keys = place.json("key list");
        let keys = keys.as_array().unwrap().clone();
        let of_alg = |key: &Value| key["algorithm"] == "EdDSA";
        let keys: Vec<_> = keys.into_iter().filter(of_alg).collect();
        assert_eq!(keys.len(), 1);
        keys[0].clone()
    };
    assert_eq!(
        (&key()["state"], &key()["note"]),
        (&json!("retired"), &json!("`keys.algorithms` lacks EdDSA"))
    );
    let table = place.run("key list").out;
    assert_contains(&table, "retired");
    assert_contains(&table, "lacks EdDSA");
    let kid = key()["kid"].as_str().unwrap().to_owned();
    // it is retired already, and no other one is made
    place.run(&["key", "retire", &kid]).assert_code(5);
    assert_eq!(key()["kid"], kid);
    assert_eq!(server.terminate(), 0);
}
