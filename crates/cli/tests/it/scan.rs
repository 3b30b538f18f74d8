//! `airside scan` at the command line; what it finds is tested beside the scanner.

mod api;

use std::{fs, net::TcpListener, path::Path, process::Command};

use self::api::Api;
use crate::server::{AIRSIDE, Ended, Place, ended};

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

const CALLERS: [&str; 4] = ["--as", "alice=secret-of-alice", "--as", "bob=secret-of-bob"];

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
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scan/README.md");
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

/// Scans an API whose notes are read by everybody, unless it is `secure`.
fn scan(place: &Place, secure: bool, extra: &[&str]) -> Ended {
    scan_by(["--openapi", "openapi.yaml"], place, secure, extra)
}

fn scan_by(source: [&str; 2], place: &Place, secure: bool, extra: &[&str]) -> Ended {
    let api = Api::start(secure);
    let begin = ["scan", "--url", api.url.as_str(), "--allow-writes"];
    place.run(&[&begin[..], &source, &CALLERS, extra].concat())
}

/// A session of Alice as a browser or a proxy has captured it, with her token of that day.
const SESSION: &str = r#"{ "log": { "version": "1.2", "entries": [
  { "request": { "method": "POST", "url": "https://notes.example.com/notes",
      "headers": [{ "name": "Authorization", "value": "Bearer captured-token-of-alice" }],
      "postData": { "mimeType": "application/json", "text": "{\"text\": \"milk\"}" } },
    "response": { "status": 201, "content": { "mimeType": "application/json",
      "text": "{\"id\": 7, \"owner\": \"alice\", \"text\": \"milk\"}" } } },
  { "request": { "method": "GET", "url": "https://notes.example.com/notes/7",
      "headers": [{ "name": "Authorization", "value": "Bearer captured-token-of-alice" }] },
    "response": { "status": 200, "content": { "mimeType": "application/json",
      "text": "{\"id\": 7, \"owner\": \"alice\", \"text\": \"milk\"}" } } }
] } }"#;

#[test]
fn a_captured_session_takes_the_place_of_a_document() {
    let place = place();
    let session = place.directory.path().join("session.har");
    fs::write(&session, SESSION).unwrap();
    let source = ["--har", "session.har"];
    let ended = scan_by(source, &place, false, &["--report", "json=a.json"]);
    ended.assert_ended(7, "1 hole is proven");
    assert!(
        ended.out.contains("CONFIRMED  GET /notes/{"),
        "{}",
        ended.out
    );
    let report = fs::read_to_string(place.directory.path().join("a.json")).unwrap();
    for said in [&report, &ended.out, &ended.err] {
        assert!(!said.contains("captured-token"), "{said}");
    }
    // the control: the same session, and the API without the hole
    let ended = scan_by(source, &place, true, &[]);
    assert_eq!(ended.code, 0, "{} {}", ended.err, ended.out);
    fs::write(&session, "{}").unwrap();
    let ended = scan_by(source, &place, false, &[]);
    ended.assert_ended(2, "session.har");
}

#[test]
fn a_hole_ends_with_7_and_an_api_without_with_0() {
    let place = place();
    let ended = scan(&place, false, &[]);
    ended.assert_ended(7, "1 hole is proven");
    assert!(
        ended.out.contains("CONFIRMED  GET /notes/{id}"),
        "{}",
        ended.out
    );
    // the control: the same API without the hole
    let ended = scan(&place, true, &[]);
    assert_eq!(ended.code, 0, "{} {}", ended.err, ended.out);
}

#[test]
fn one_scan_writes_every_format() {
    let place = place();
    let formats = ["json=a.json", "sarif=a.sarif", "junit=a.xml", "html=a.html"];
    let reports = formats.map(|one| ["--report", one]).concat();

    let ended = scan(&place, false, &reports);

    assert_eq!(ended.code, 7, "{}", ended.err);
    for (file, text) in [
        ("a.json", "\"document\": \"openapi.yaml\""),
        ("a.sarif", "\"version\": \"2.1.0\""),
        ("a.xml", "failures=\"1\""),
        ("a.html", "<h1>1 hole is proven in http://127.0.0.1"),
    ] {
        let report = fs::read_to_string(place.directory.path().join(file)).unwrap();
        assert!(report.contains(text), "{text}: {report}");
        assert!(report.contains("$TOKEN_BOB"), "{file}");
        assert!(!report.contains("secret-of-"), "{file}");
    }
}

#[test]
fn reports_are_named_with_a_format_and_a_file() {
    let place = place();
    for wrong in ["a.sarif", "sarif=", "pdf=a.pdf"] {
        assert_eq!(scan(&place, true, &["--report", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn a_hole_that_a_baseline_accepts_ends_with_0_until_it_expires() {
    let place = place();
    let baseline = |expires: &str| {
        let text = format!(
            "[[accepted]]\nfinding = \"object-read:GET:/notes/{{id}}\"\nreason = \"known\"\nexpires = {expires}\n"
        );
        fs::write(place.directory.path().join("baseline.toml"), text).unwrap();
        scan(&place, false, &["--baseline", "baseline.toml"])
    };

    let ended = baseline("9999-12-31");
    assert_eq!(ended.code, 0, "{} {}", ended.err, ended.out);
    assert!(
        ended.out.contains("accepted: known (until 9999-12-31)"),
        "{}",
        ended.out
    );
    let ended = baseline("2026-01-01");
    assert_eq!(ended.code, 7, "{}", ended.err);
    assert!(
        ended.out.contains("accepted it until 2026-01-01"),
        "{}",
        ended.out
    );
    let ended = baseline("'soon'");
    ended.assert_ended(2, "which is not a day");
}

/// The script of docs/scan/ci.md, and the files that its pipelines keep.
#[test]
fn the_script_for_pipelines_runs() {
    let page = include_str!("../../../../docs/scan/ci.md");
    let script = page.split("```sh\n").nth(1).unwrap().split("```").next();
    for (secure, code, says) in [
        (false, 7, "holes are proven: scan.html shows them"),
        (true, 0, "no hole is proven; scan.html says what was tested"),
    ] {
        let place = place();
        let directory = place.directory.path();
        fs::write(directory.join("scan.sh"), script.unwrap()).unwrap();
        let api = Api::start(secure);
        let programs = Path::new(AIRSIDE).parent().unwrap().display();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        let shell = shell.arg("scan.sh").current_dir(directory);
        let shell = shell.env("PATH", path).env("OPENAPI", "openapi.yaml");
        let shell = shell.env("API_URL", &api.url);
        let shell = shell
            .env("ALICE_TOKEN", "secret-of-alice")
            .env("BOB_TOKEN", "secret-of-bob");

        let ended = ended(shell);

        assert_eq!(ended.code, code, "{} {}", ended.out, ended.err);
        assert!(ended.out.contains(says), "{}", ended.out);
        for file in ["scan.sarif", "scan.xml", "scan.html"] {
            assert!(directory.join(file).exists(), "{file}");
            assert!(
                page.split("```yaml")
                    .skip(1)
                    .any(|block| block.contains(file)),
                "{file}"
            );
        }
    }
    assert_eq!(page.matches("sh scan.sh\n").count(), 2);
}
