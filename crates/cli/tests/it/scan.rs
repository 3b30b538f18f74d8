//! `airside scan` at the command line; what it finds is tested beside the scanner.

use std::{fs, net::TcpListener};

use crate::server::Place;

const DOCUMENT: &str = r#"
openapi: 3.0.3
info: { title: Notes, version: "1" }
paths:
  /reset: { get: {} }
  /notes: { get: {}, post: { requestBody: { content: { application/json: { schema: { properties: { text: { type: string } } } } } } } }
  /notes/{id}: { get: {}, delete: {} }
"#;

/// A directory with the document.
fn place() -> Place {
    let place = Place::new("");
    fs::write(place.directory.path().join("openapi.yaml"), DOCUMENT).unwrap();
    place
}

const CALLERS: [&str; 4] = ["--as", "alice=one", "--as", "bob=two"];

#[test]
fn a_dry_run_prints_what_would_be_tried() {
    let place = place();
    let url = [
        "scan",
        "--openapi",
        "openapi.yaml",
        "--url",
        "http://127.0.0.1:9",
        "--dry-run",
    ];
    let ended = place.run(&url);

    assert_eq!(ended.code, 0, "{}", ended.err);
    for line in [
        "never called: it wipes or rebuilds everything, by its name",
        "tested for object-read",
        "path `id`: a note, made by POST /notes",
        "not tested: it writes, and --allow-writes is not given",
    ] {
        assert!(ended.out.contains(line), "{line}: {}", ended.out);
    }
}

/// `docs/scan/README.md` has it.
#[test]
fn the_command_of_the_page_is_understood() {
    let mut place = place();
    place.set("ALICE_TOKEN", "one");
    place.set("BOB_TOKEN", "two");
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scan/README.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, command) = page.split_once("```sh\nairside ").unwrap();
    let (command, _) = command.split_once("\n```").unwrap();
    let arguments: Vec<_> = command
        .split_whitespace()
        .filter(|word| *word != "\\")
        .chain(["--dry-run"])
        .collect();

    let ended = place.run(&arguments);

    assert_eq!(ended.code, 0, "{}", ended.err);
    let line = "tested for object-delete";
    assert!(ended.out.contains(line), "{line}: {}", ended.out);
}

#[test]
fn hosts_that_are_not_listed_are_not_scanned() {
    let place = place();
    let scan = |extra: &[&str]| {
        let begin = [
            "scan",
            "--openapi",
            "openapi.yaml",
            "--url",
            "http://api.example",
            "--dry-run",
        ];
        place.run(&[&begin[..], extra].concat())
    };

    let refused = scan(&[]);

    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--allow-host"), "{}", refused.err);
    // the control: a listed one may be
    assert_eq!(scan(&["--allow-host", "api.example"]).code, 0);
}

#[test]
fn an_api_that_does_not_answer_is_unreachable() {
    let place = place();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let begin = ["scan", "--openapi", "openapi.yaml", "--url", url.as_str()];

    let ended = place.run(&[&begin[..], &CALLERS].concat());

    assert_eq!(ended.code, 6, "{}", ended.err);
    assert_eq!(ended.out, "");
}

#[test]
fn callers_are_named_once_and_described_only_if_they_are_there() {
    let place = place();
    let begin = [
        "scan",
        "--openapi",
        "openapi.yaml",
        "--url",
        "http://127.0.0.1:9",
    ];
    for (extra, why) in [
        (&["--as", "alice"][..], "a name and a value are needed"),
        (
            &["--as", "alice=1", "--as", "alice=2"],
            "two callers are named `alice`",
        ),
        (
            &["--as", "alice=1", "--role", "bob=user"],
            "is not a caller",
        ),
        (&["--as", "alice=env:NOT_SET_HERE"], "is not set"),
        (&["--account", "alice=name"], "has no password"),
        (&["--sign-in", "missing.toml"], "cannot read"),
        (&["--token-header", "X-Token"], "is not a header"),
    ] {
        let ended = place.run(&[&begin[..], extra].concat());
        assert_eq!(ended.code, 2, "{extra:?}: {}", ended.err);
        assert!(ended.err.contains(why), "{extra:?}: {}", ended.err);
    }
}
