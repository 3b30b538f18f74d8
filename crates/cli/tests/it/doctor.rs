//! `airside doctor`: what it says of servers that are well, and of each way not to be.

mod proxied;

use std::{fs, path::PathBuf};

use rusqlite::Connection;
use serde_json::Value;

use crate::server::{Ended, Place, Server};

/// The findings of one check, and the exit code.
struct Report {
    code: i32,
    findings: Vec<Value>,
}

impl Report {
    fn of(ended: &Ended) -> Self {
        let findings: Vec<Value> = serde_json::from_str(&ended.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", ended.out, ended.err));
        for finding in &findings {
            let is_open = ["deviation", "problem"].contains(&finding["verdict"].as_str().unwrap());
            assert_eq!(is_open, finding["fix"].is_string(), "{finding}");
        }
        let open = findings.iter().filter(|one| one["fix"].is_string()).count();
        assert_eq!(ended.code, if open == 0 { 0 } else { 7 }, "{findings:#?}");
        Self {
            code: ended.code,
            findings,
        }
    }

    /// Returns what is to be done, as `check: message`.
    fn open(&self) -> Vec<String> {
        let open = self.findings.iter().filter(|one| one["fix"].is_string());
        open.map(|one| {
            let text = |member: &str| one[member].as_str().unwrap().to_owned();
            format!("{}: {}", text("check"), text("message"))
        })
        .collect()
    }

    /// The fix of the finding that says this.
    #[track_caller]
    fn fix(&self, said: &str) -> &str {
        let found = self.findings.iter().find(|one| {
            let text = one["message"].as_str().unwrap();
            text.contains(said)
        });
        let found = found.unwrap_or_else(|| panic!("{said}: {:#?}", self.findings));
        found["fix"].as_str().unwrap_or("")
    }

    #[track_caller]
    fn assert_good(&self) {
        assert_eq!(self.open(), Vec::<String>::new());
        assert_eq!(self.code, 0);
    }
}

fn examined(place: &Place, arguments: &[&str]) -> Report {
    Report::of(&place.run(&[&["-o", "json", "doctor"], arguments].concat()))
}

#[test]
fn a_server_of_a_developer_is_well() {
    let place = Place::new(CLIENT);
    let _server = place.serve();
    let report = examined(&place, &[]);
    report.assert_good();
    let checks: Vec<_> = report
        .findings
        .iter()
        .map(|one| one["check"].as_str().unwrap())
        .collect();
    for check in [
        "configuration",
        "store",
        "keys",
        "clock",
        "issuer",
        "cookies",
        "proxies",
        "clients",
    ] {
        assert!(checks.contains(&check), "{check}: {checks:?}");
    }
    let shown = place.run(&["doctor"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("good      issuer"), "{}", shown.out);
}

#[test]
fn a_server_that_is_not_there_is_a_problem_with_a_fix() {
    let mut place = Place::new("");
    let address = place.address();
    place.set("AIRSIDE_LISTEN", &address);
    let report = examined(&place, &[]);
    assert!(report.fix("no client can reach").contains("airside serve"));
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_problem_with_a_fix() {
    let place = Place::new("issuer = 7\n");
    let report = examined(&place, &[]);
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert!(report.open()[0].contains("issuer"), "{:?}", report.open());
}

#[test]
fn a_file_of_authorities_that_is_not_there_is_bad_usage() {
    let refused = Place::new("").run("doctor --ca nowhere.pem");
    refused.assert_ended(2, "cannot read `nowhere.pem`");
    assert_eq!(refused.err.matches("No such file").count(), 1);
    assert_eq!(refused.out, "", "nothing was examined");
}

/// An app that signs people in.
const CLIENT: &str = r#"
[[client]]
client_id = "app"
token_endpoint_auth_method = "none"
redirect_uris = ["https://app.example/cb"]
scope = "openid"
"#;

const DEVIATING: &str = r#"
[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test of 32 bytes"
redirect_uris = ["https://web.example/cb"]
scope = "openid"
require_pkce = false
authorization_response_iss = false
"#;

/// Each deviation is one finding with its own fix, in the file or by command, whichever owns the client.
#[test]
fn what_a_client_may_beyond_oauth_2_1_is_listed_with_the_way_back() {
    let place = Place::new(DEVIATING);
    let _server = place.serve();
    let made = place.run(&[
        "client",
        "create",
        "other",
        "--redirect-uri",
        "https://other.example/cb",
        "--require-pkce=false",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let report = examined(&place, &[]);
    assert_eq!(report.open().len(), 3, "{:#?}", report.open());
    for (said, fix) in [
        (
            "`web` may go without PKCE",
            "leave out `require_pkce = false` in the `[[client]]` web",
        ),
        (
            "`web` gets no `iss`",
            "leave out `authorization_response_iss = false`",
        ),
        (
            "`other` may go without PKCE",
            "`airside client edit other --require-pkce=true`",
        ),
    ] {
        assert!(
            report.fix(said).contains(fix),
            "{said}: {}",
            report.fix(said)
        );
    }
}

#[test]
fn the_fix_of_a_client_of_the_database_ends_the_deviation() {
    let place = Place::new("");
    let _server = place.serve();
    for flag in ["--require-pkce=false", "--authorization-response-iss=false"] {
        let arguments = [
            "client",
            "create",
            "web",
            "--redirect-uri",
            "https://web.example/cb",
            flag,
        ];
        assert_eq!(place.run(&arguments).code, 0, "{flag}");
        let report = examined(&place, &[]);
        let fix = report.fix("`web`").trim_matches('`').to_owned();
        let arguments: Vec<_> = fix.split(' ').skip(1).collect();
        let edited = place.run(&arguments);
        assert_eq!(edited.code, 0, "{fix}: {}", edited.err);
        examined(&place, &[]).assert_good();
        assert_eq!(place.run(&["client", "delete", "web", "--yes"]).code, 0);
    }
}

/// Creates the public client `app`, and changes what the store has of it, as an earlier release wrote it.
fn stored_by_an_earlier_release(change: &str) -> (Place, Server) {
    let place = Place::new("");
    let server = place.serve();
    let uri = "https://app.example/cb";
    let made = place.run(&["client", "create", "app", "--public", "--redirect-uri", uri]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(server.terminate(), 0);
    let database = Connection::open(place.data().join("airside.db")).unwrap();
    let changed = "UPDATE client SET metadata = json_patch(metadata, ?1)";
    assert_eq!(database.execute(changed, [change]).unwrap(), 1);
    drop(database);
    let server = place.serve();
    (place, server)
}

#[test]
fn what_an_earlier_release_registered_is_listed_and_its_fix_ends_it() {
    for (change, said, flags) in [
        (
            r#"{"refresh_token_rotation": false,
                "grant_types": ["authorization_code", "refresh_token"]}"#,
            "keeps its refresh tokens",
            "--metadata {\"refresh_token_rotation\":true}",
        ),
        (
            r#"{"redirect_uris": ["https://app.example/*"]}"#,
            "has a `*` in a redirect URI",
            "--add-redirect-uri https://app.example/cb --remove-redirect-uri https://app.example/*",
        ),
    ] {
        let (place, _server) = stored_by_an_earlier_release(change);
        let fix = examined(&place, &[]).fix(said).to_owned();
        let flag = flags.split(' ').next().unwrap();
        assert!(
            fix.contains(&format!("airside client edit app {flag}")),
            "{fix}"
        );
        let edit: Vec<_> = ["client", "edit", "app"]
            .into_iter()
            .chain(flags.split(' '))
            .collect();
        let edited = place.run(&edit);
        assert_eq!(edited.code, 0, "{}", edited.err);
        examined(&place, &[]).assert_good();
    }
}

#[test]
fn a_certificate_is_verified_as_clients_do() {
    let mut place = Place::new("");
    let issuer = format!("https://{}", place.address());
    let toml = format!(
        "issuer = \"{issuer}\"\n[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n{CLIENT}"
    );
    let pair = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    write(&place, "airside.toml", &toml);
    write(&place, "cert.pem", &pair.cert.pem());
    write(&place, "key.pem", &pair.signing_key.serialize_pem());
    place.set("AIRSIDE_LISTEN", &place.address());
    let _server = place.serve();
    let report = examined(&place, &["--ca", "cert.pem"]);
    report.assert_good();
    assert_eq!(report.fix("for 127.0.0.1, "), "");
    assert_eq!(report.fix("for this host and https alone"), "");
    // nobody who does not know the authority gets further
    let report = examined(&place, &[]);
    assert!(report.fix("could not be verified").contains("whole chain"));
    let told = report.open().concat();
    assert!(
        told.contains("authority (`--ca FILE`)") && !told.contains("guard.toml"),
        "{told}"
    );
}

#[test]
fn a_guard_must_agree_with_its_issuer() {
    let place =
        Place::new("[[resource]]\nidentifier = \"https://api.example\"\nscopes = [\"read\"]\n");
    let server = place.serve();
    let guard = |issuer: &str, audience: &str, scope: &str| {
        format!(
            "upstream = \"{0}\"\nissuer = \"{issuer}\"\naudience = \"{audience}\"\n\
             [[operation]]\nmatch = \"GET /a\"\nscope = \"{scope}\"\nquery_fields = []\n\
             [[operation]]\nmatch = \"GET /b\"\nscope = \"read\"\nquery_fields = []\n",
            server.url
        )
    };
    let run = |text: &str| {
        write(&place, "guard.toml", text);
        examined(&place, &["--guard", "guard.toml"])
    };
    run(&guard(&server.url, "https://api.example", "read")).assert_good();
    let report = run(&guard(&server.url, "https://other.example", "read"));
    let fix = report.fix("no token is issued for its API `https://other.example`");
    assert!(
        fix.contains("airside resource create https://other.example"),
        "{fix}"
    );
    let report = run(&guard(&server.url, "https://api.example", "raed"));
    assert!(report.fix("`raed`").contains("guard.toml"));
    let other = format!("{}/id", server.url);
    let report = run(&guard(&other, "https://api.example", "read"));
    assert!(report.fix("every token is refused").contains(&server.url));
    let report = run("upstream = 7\n");
    assert!(
        report.open().iter().any(|one| one.starts_with("guard: ")),
        "{:?}",
        report.open()
    );
}

fn write(place: &Place, name: &str, text: &str) -> PathBuf {
    let path = place.directory.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// A server whose log is also in the file `log` of its place.
fn logged(place: &Place) -> Server {
    let script = r#"exec "$0" serve 2> >(tee log >&2)"#;
    let mut command = place.within(std::process::Command::new("bash"));
    command.args(["-c", script, crate::server::AIRSIDE]);
    Server::start(&mut command)
}
