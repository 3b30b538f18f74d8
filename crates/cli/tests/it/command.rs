//! Tests what all commands have in common: errors for programs, lists that are changed item by item, and secrets,
//! certificates and tokens on the command line.

mod account;
mod list;

use std::fs;

use airside_testkit::assert_contains;
use serde_json::{Value, json};

use crate::server::{Ended, Place, Server};

fn start() -> (Place, Server) {
    let place = Place::new(
        "[[resource]]\nidentifier = \"https://api.example\"\nscopes = [\"read\", \"write\"]\n",
    );
    let server = place.serve();
    (place, server)
}

/// The last line on standard error.
fn error(ended: &Ended) -> Value {
    let line = ended.err.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{}", ended.err))
}

#[test]
fn what_goes_wrong_is_json_for_programs() {
    let (place, _server) = start();
    for (arguments, kind, code) in [
        (
            &["-o", "json", "client", "show", "nobody"][..],
            "not_found",
            3,
        ),
        (
            &["client", "show", "nobody", "--output=json"],
            "not_found",
            3,
        ),
        (
            &["-o", "json", "client", "create", "x", "--metadata", "{"],
            "usage",
            2,
        ),
        (&["-o", "json", "nonsense"], "usage", 2),
        (&["client", "show", "--output", "json"], "usage", 2),
    ] {
        let ended = place.run(arguments);
        let error = error(&ended);
        assert_eq!(ended.code, code, "{arguments:?}");
        assert_eq!(
            (&error["error"]["kind"], &error["error"]["exit_code"]),
            (&json!(kind), &json!(code))
        );
        assert!(
            !error["error"]["message"]
                .as_str()
                .unwrap()
                .starts_with("error"),
            "{error}"
        );
        assert_eq!(ended.out, "", "{arguments:?}");
    }
    let for_people = place.run("client show nobody");
    assert!(for_people.err.starts_with("error: "), "{}", for_people.err);
}

#[test]
fn results_are_json_of_the_right_types() {
    let place = Place::new("");
    let version = place.json("version");
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    let shown = place.json("config show");
    let value = |key: &str| {
        let mut rows = shown.as_array().unwrap().iter();
        rows.find(|row| row["key"] == key).unwrap()["value"].clone()
    };
    assert_eq!(value("listen"), "127.0.0.1:8080");
    assert_eq!(value("trusted_proxies"), json!([]));
    assert_eq!(value("admin_api"), false);
}

/// `{"alg":"RS256","typ":"JWT"}` and `{"iss":"i","sub":"s","aud":"c","exp":1,"auth_time":2}`.
const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJpIiwic3ViIjoicyIsImF1ZCI6ImMiLCJleHAiOjEsImF1dGhfdGltZSI6Mn0.c2ln";

#[test]
fn a_token_says_what_it_is_without_a_server() {
    let place = Place::new("");
    // the second asks a server that does not answer, and that is said
    for inspect in ["token inspect --offline", "token inspect"] {
        let said = place.json(&format!("{inspect} {ID_TOKEN}"));
        assert_eq!(said["kind"], "ID token");
        assert_eq!(said["why"], "expired; the signature is not checked");
        assert_eq!(said["claims"]["exp"], 1);
    }
    let for_people = place.run(&["token", "inspect", ID_TOKEN]).out;
    assert_contains(&for_people, "1970-01-01 00:00:01Z");

    // {"alg":"ES256","typ":"at+jwt"} and {"client_id":"c"}: nobody answers, and it says what it can
    let access = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJjbGllbnRfaWQiOiJjIn0.c2ln";
    let said = place.run(&["-o", "json", "token", "inspect", access]);
    assert_eq!(said.json()["kind"], "access token");
    assert_contains(&said.err, "no server answers");
}

#[test]
fn a_text_that_is_not_a_token_is_not_inspected() {
    let place = Place::new("");
    for garbage in ["garbage", "a.b.c", "-"] {
        let ended = place.run(&["token", "inspect", garbage]);
        assert_eq!(ended.code, 2, "{garbage}: {}", ended.err);
        assert_contains(&ended.err, "this is not a token");
    }
}

#[test]
fn a_certificate_authority_of_ones_own_is_trusted_by_its_file() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let place = Place::new("");
    let address = place.address();
    let (_, port) = address.split_once(':').unwrap();
    let url = format!("https://localhost:{port}");
    let directory = place.data().parent().unwrap().to_owned();
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).unwrap();
    write("cert.pem", &made.cert.pem());
    write("key.pem", &made.signing_key.serialize_pem());
    let tls = "[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n";
    write(
        "airside.toml",
        &format!("issuer = \"{url}\"\nadmin_api = true\n{tls}"),
    );
    let _server = place.serve();
    let elsewhere = Place::new("");
    let list = ["--url", &url, "--token", "-not-a-token", "client", "list"];
    elsewhere.run(&list).assert_code(6);
    let ca = directory.join("cert.pem");
    let known = elsewhere.run(&[&["--ca", ca.to_str().unwrap()], &list[..]].concat());
    // it was heard, and the token is refused
    known.assert_code(4);
    let nothing = elsewhere.run(&[&["--ca", "/nowhere.pem"], &list[..]].concat());
    nothing.assert_ended(2, "/nowhere.pem");
}

/// The lines that its page shows of it are lines of it, in their order.
#[test]
fn the_demo_prints_what_its_page_shows() {
    let page = include_str!("../../../../docs/demo.md");
    let (_, shown) = page.split_once("```text\nStep 1").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown = format!("Step 1{shown}");
    let printed = Place::new("").run("demo --headless").out;
    let mut printed = printed.lines();
    for line in shown.lines().filter(|line| *line != "…") {
        assert!(printed.any(|one| one == line), "`{line}` is not printed");
    }
}

#[test]
fn the_demo_is_json_for_programs() {
    let place = Place::new("");
    let played = place.json("demo --headless");
    assert_eq!(played["steps"].as_array().unwrap().len(), 7);
    assert_eq!(played["attacks"].as_array().unwrap().len(), 12);
    assert!(played["attacks"][0]["stopped_by"].is_string());
}
