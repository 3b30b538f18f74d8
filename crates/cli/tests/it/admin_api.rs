//! The admin API against its own document, by a tool that neither was written for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use airside_testkit::assert_contains;
use serde_json::Value;

use crate::server::{Ended, Place, Server, ended};

const SECRET: &str = "a secret of the test, long enough";

/// A schema cannot say everything: a redirect URI without `*`, a claim in the form of its name.
const NOT_SAID: &str = "positive_data_acceptance";

/// These can end the token that the test itself calls with.
const ENDING: [&str; 2] = ["rotate_keys", "retire_key"];

#[test]
fn every_answer_of_the_admin_api_is_in_its_document() {
    let place = administered();
    let server = place.serve();
    let document = server.at("/api/admin/v1/openapi.json");
    for (choice, examples) in [
        ("--exclude-operation-id", "8"),
        ("--include-operation-id", "5"),
    ] {
        let operations = ENDING.iter().flat_map(|id| [choice, id]);
        let more: Vec<_> = operations.chain(["--max-examples", examples]).collect();
        let tried = try_document(&place, &server, &document, &more);
        assert_eq!(tried.code, 0, "{}\n{}", tried.out, tried.err);
        assert_contains(&tried.out, "No issues found");
    }
}

#[test]
fn a_document_of_another_api_is_not_what_the_admin_api_answers() {
    let place = administered();
    let server = place.serve();
    let reference = "../../docs/reference/admin-api.json";
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join(reference);
    let mut other: Value = serde_json::from_slice(&fs::read(reference).unwrap()).unwrap();
    other["components"]["schemas"]["About"]["properties"]["issuer"]["type"] = "integer".into();
    let file = place.at("other.json");
    fs::write(&file, other.to_string()).unwrap();
    let url = server.at("/api/admin/v1");
    let more = [
        "--url",
        url.as_str(),
        "--include-operation-id",
        "show_issuer",
    ];
    let tried = try_document(&place, &server, file.to_str().unwrap(), &more);
    assert_eq!(tried.code, 1, "{}\n{}", tried.out, tried.err);
    assert_contains(&tried.out, "Response violates schema");
}

fn administered() -> Place {
    Place::new(&format!(
        r#"
admin_api = true

[[client]]
client_id = "ops"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "{SECRET}"
grant_types = ["client_credentials"]
scope = "airside:admin:read airside:admin:write"

[[user]]
username = "alice"
password = "correct horse battery"
roles = ["customer"]
"#
    ))
}

/// Tries operations with what a document allows and with what it does not, always the same.
fn try_document(place: &Place, server: &Server, document: &str, more: &[&str]) -> Ended {
    let bearer = format!("Authorization: Bearer {}", token(place, server));
    let mut command = Command::new("python3");
    command.arg(installed("bin/schemathesis"));
    command.args(["run", document, "--header", &bearer]);
    command.args([
        "--exclude-checks",
        NOT_SAID,
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    command.args([
        "--generation-deterministic",
        "--seed",
        "1",
        "--workers",
        "1",
    ]);
    command.args(["--no-shrink", "--no-color", "--warnings", "off"]);
    // identifiers that fit a segment of a path are few among all texts
    command.args(["--suppress-health-check", "filter_too_much"]);
    command.args(["--request-timeout", "20"]).args(more);
    command.env("PYTHONPATH", installed(""));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    ended(&mut place.within(command))
}

fn token(place: &Place, server: &Server) -> String {
    let resource = server.at("/api/admin/v1");
    let scope = "airside:admin:read airside:admin:write";
    let of_server = [
        "--url",
        server.url.as_str(),
        "--client",
        "ops",
        "--secret",
        SECRET,
    ];
    let asked = ["--resource", resource.as_str(), "--scope", scope];
    let got = place.run(&[&["token", "get", "--raw"][..], &of_server, &asked].concat());
    got.assert_code(0);
    got.out.trim().to_owned()
}

fn installed(file: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let path = path.join(file);
    assert!(
        path.exists(),
        "{} is missing, scripts/test installs it",
        path.display()
    );
    path
}
