//! The guard as an operator runs it: before a Python API, behind other proxies, with `curl`.

mod claim;
mod proxy;
mod rotation;

use std::{fs, process::Command};

use crate::{
    server::{Ended, Place, Server, ended},
    wire::ask,
};

/// An API in another language, which believes what it is told.
const API: &str = r#"
import http.server, json, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if "Upgrade" in self.headers:
            self.close_connection = True
            self.send_response(101)
            self.send_header("Connection", "upgrade")
            self.send_header("Upgrade", "websocket")
            self.send_header("Seen-Client", self.headers.get("Airside-Client"))
            return self.end_headers()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        owners = {"/accounts/1": "alice", "/accounts/2": "bob"}
        body = json.dumps({"method": self.command, "path": self.path, "subject": self.headers.get("Airside-Subject"),
            "client": self.headers.get("Airside-Client"), "headers": self.headers.items(),
            "owner": owners.get(self.path)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_OPTIONS = do_POST = do_GET
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print(f"ready: http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
server.serve_forever()
"#;

const ISSUER: &str = r#"
[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read", "accounts:write"]

[[client]]
client_id = "robot"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
grant_types = ["client_credentials"]
scope = "accounts:read accounts:write"

[[client]]
client_id = "bank-api"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "another secret of the test, long enough"
resource_server_for = ["https://bank.example"]
"#;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /health"
public = "load balancer probe"

[[operation]]
match = "GET /reports"
scope = "accounts:read"

[[operation]]
match = "GET /clients/{client}/reports"
scope = "accounts:read"
owner = { path = "client", equals = "client_id" }
"#;

struct World {
    issuer: Server,
    place: Place,
    api: Server,
    directory: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self::of(ISSUER)
    }

    /// With an issuer of this configuration.
    fn of(issuer: &str) -> Self {
        let place = Place::new(issuer);
        let issuer = place.serve();
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("api.py");
        fs::write(&script, API).unwrap();
        let mut python = Command::new("python3");
        let api = Server::start(python.arg(script).env("PORT", "0"));
        Self {
            issuer,
            place,
            api,
            directory,
        }
    }

    /// Writes `guard.toml`, and gives the command of it.
    fn configure(&self, keys: &str, operations: &str) -> Place {
        let place = Place::new("");
        let text = format!(
            "listen = \"{}\"\nupstream = \"{}\"\nissuer = \"{}\"\naudience = \"https://bank.example\"\n{keys}\n{operations}",
            place.address(),
            self.api.url,
            self.issuer.url,
        );
        fs::write(place.directory.path().join("guard.toml"), text).unwrap();
        place
    }

    /// So many tokens, each another one.
    fn tokens(&self, count: usize) -> Vec<String> {
        // the fragment is not sent: it only makes curl ask again on the same connection
        let url = format!("{}#[1-{count}]", self.issuer.at("/token"));
        let robot = "robot:a secret of the test, long enough";
        let form = "grant_type=client_credentials&scope=accounts:read";
        let mut curl = Command::new("curl");
        let answers = ended(curl.args(["--silent", "--user", robot, "--data", form, &url])).out;
        let parts = answers.split("\"access_token\":\"").skip(1);
        let tokens = parts.map(|part| part.split('"').next().unwrap().to_owned());
        tokens.collect()
    }

    fn token(&self) -> String {
        let got = self.place.run(&[
            "-o",
            "json",
            "token",
            "get",
            "--client",
            "robot",
            "--secret",
            "a secret of the test, long enough",
            "--scope",
            "accounts:read",
        ]);
        got.json()["access_token"].as_str().unwrap().to_owned()
    }
}

fn guard(place: &Place) -> Server {
    let mut command = place.command();
    command.env("GUARD_SECRET", "another secret of the test, long enough");
    Server::start(command.arg("guard"))
}

/// Status and body, by `curl`.
fn curl(url: &str, token: Option<&str>, more: &[&str]) -> (String, String) {
    let mut command = Command::new("curl");
    command.args([
        "--max-time",
        "20",
        "--silent",
        "--path-as-is",
        "--write-out",
        "\n%{http_code}",
        url,
    ]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let Ended { out, .. } = ended(command.args(more));
    let (body, status) = out.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

#[test]
fn a_python_api_is_guarded_and_hears_of_revocations() {
    let world = World::new();
    let feed = "feed = { client_id = \"bank-api\", client_secret = { env = \"GUARD_SECRET\" }, on_loss = \"refuse\" }";
    let place = world.configure(feed, OPERATIONS);
    let guard = guard(&place);
    guard.hear("the revocation feed is connected");
    let token = world.token();
    let (status, body) = curl(
        &guard.at("/reports?x=1"),
        Some(&token),
        &["--header", "Airside-Subject: root"],
    );
    assert_eq!(status, "200", "{body}");
    assert!(
        body.contains(r#""path": "/reports?x=1", "subject": null, "client": "robot""#),
        "{body}"
    );
    assert_eq!(
        curl(&guard.at("/clients/robot/reports"), Some(&token), &[]).0,
        "200"
    );
    // the controls
    assert_eq!(
        curl(&guard.at("/clients/other/reports"), Some(&token), &[]).0,
        "404"
    );
    assert_eq!(curl(&guard.at("/reports"), None, &[]).0, "401");
    assert_eq!(curl(&guard.at("/health"), None, &[]).0, "200");
    assert_eq!(curl(&guard.at("/health/../reports"), None, &[]).0, "400");

    let other = world.token();
    assert_eq!(world.place.run(&["token", "revoke", &token]).code, 0);
    guard.hear("revocations were received");
    assert_eq!(curl(&guard.at("/reports"), Some(&token), &[]).0, "401");
    assert_eq!(curl(&guard.at("/reports"), Some(&other), &[]).0, "200");
    // without the issuer nobody says what is revoked: as configured, nothing passes
    world.issuer.kill();
    guard.hear("the revocation feed is not connected");
    assert_eq!(curl(&guard.at("/reports"), Some(&other), &[]).0, "503");
    assert_eq!(curl(&guard.at("/health"), None, &[]).0, "200");
    assert_eq!(guard.terminate(), 0);
}

#[test]
fn check_shows_every_operation_and_fails_on_undeclared_ones() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let checked = place.run(&["guard", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert_eq!(
        checked.out,
        "GET  /clients/{client}/reports  sound   scope `accounts:read` and `client` in the path = client_id\n\
         GET  /health                    public  public: load balancer probe\n\
         GET  /reports                   sound   scope `accounts:read`\n"
    );
    let document = "openapi: 3.1.0\npaths: { /reports: { delete: {} } }";
    fs::write(place.directory.path().join("openapi.yaml"), document).unwrap();
    let place = world.configure("openapi = \"openapi.yaml\"", OPERATIONS);
    fs::write(place.directory.path().join("openapi.yaml"), document).unwrap();
    let checked = place.run(&["-o", "json", "guard", "check"]);
    assert_eq!(checked.code, 7, "{}", checked.err);
    let report: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    let lines = &report["operations"];
    assert_eq!(lines[2]["class"], "undeclared", "{lines}");
    assert_eq!(report["totals"]["undeclared"], 1, "{report}");
    assert!(
        lines[2]["rule"].as_str().unwrap().contains("no scope"),
        "{lines}"
    );
    let only = place.run(&["guard", "check", "--only", "undeclared"]);
    assert_eq!(only.code, 7, "{}", only.err);
    assert!(
        only.out
            .starts_with("DELETE  /reports  undeclared  no scope"),
        "{}",
        only.out
    );
    assert_eq!(only.out.lines().count(), 1, "{}", only.out);
    let totals = "4 operations: 1 public, 2 sound, 1 undeclared";
    assert!(
        only.err.contains("method, path, class") && only.err.contains(totals),
        "{}",
        only.err
    );
    let public = place.run(&["-o", "json", "guard", "check", "--only", "public"]);
    assert_eq!(public.code, 7, "{}", public.err);
    let public: serde_json::Value = serde_json::from_str(&public.out).unwrap();
    assert_eq!(
        public["operations"].as_array().unwrap().len(),
        1,
        "{public}"
    );
    assert_eq!(public["totals"], report["totals"]);
    let none = Place::new("").run(&["guard", "check"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("guard.toml"), "{}", none.err);
}

#[test]
fn check_says_who_does_not_answer_and_does_not_fail() {
    let place = Place::new("");
    let text = "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\naudience = \"a\"\n\
                [[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"\n";
    fs::write(place.directory.path().join("guard.toml"), text).unwrap();
    let checked = place.run(&["guard", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    for said in [
        "the keys of the issuer `http://127.0.0.1:2` could not be fetched",
        "the upstream `http://127.0.0.1:1/` does not answer now",
    ] {
        assert!(checked.err.contains(said), "{}", checked.err);
    }
}

#[test]
fn check_says_what_is_wrong_to_programs_too() {
    let place = Place::new("");
    let file = place.directory.path().join("guard.toml");
    fs::write(
        &file,
        "upstream = \"http://127.0.0.1:1\"\nfeed = { client_secret = \"hunter2\" }\n",
    )
    .unwrap();
    let refused = place.run(&["-o", "json", "guard", "check"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    let problems: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    let first = &problems["problems"][0];
    assert_eq!(
        (&first["line"], &first["file"]),
        (&2.into(), &"guard.toml".into())
    );
    assert!(!format!("{}{}", refused.out, refused.err).contains("hunter2"));
}

#[test]
fn check_looks_whether_owners_can_be_looked_up_in_the_database() {
    let world = World::new();
    let operation = r#"
[[operation]]
match = "DELETE /accounts/{id}"
scope = "accounts:write"
owner = { view = "airside_account_owner", key = "{path:id}", equals = "sub" }
"#;
    let key = "database = { url = { env = \"GUARD_DATABASE\" } }";
    let mut place = world.configure(key, operation);
    let rule = "DELETE  /accounts/{id}  race window  scope `accounts:write` and the owner in \
         `airside_account_owner` of `id` in the path = sub \
         (the owner may change between the look and the use)";

    let unset = place.run(&["guard", "check"]);
    assert_eq!(unset.code, 2);
    assert!(unset.err.contains("GUARD_DATABASE"), "{}", unset.err);

    place.set("GUARD_DATABASE", "sqlite:bank.db");
    let gone = place.run(&["guard", "check"]);
    assert_eq!(gone.code, 7, "{}", gone.err);
    let why = format!("{rule}, but answers 503: the database does not answer: ");
    assert!(gone.out.starts_with(&why), "{}", gone.out);

    let file = place.directory.path().join("bank.db");
    let make = |sql: &str| {
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
        let mut python = Command::new("python3");
        let made = ended(python.args(["-c", script]).arg(&file).arg(sql));
        assert_eq!(made.code, 0, "{}", made.err);
    };
    make("CREATE VIEW airside_account_owner AS SELECT 1 AS id");
    let lacking = place.run(&["-o", "json", "guard", "check"]);
    assert_eq!(lacking.code, 7, "{}", lacking.err);
    let report: serde_json::Value = serde_json::from_str(&lacking.out).unwrap();
    let lines = &report["operations"];
    assert_eq!(lines[0]["class"], "race-window", "{lines}");
    assert_eq!(lines[0]["problem"], "no such column: owner", "{lines}");

    make("DROP VIEW airside_account_owner; CREATE TABLE airside_account_owner (id, owner)");
    let well = place.run(&["guard", "check"]);
    assert_eq!(well.code, 0, "{}", well.err);
    assert_eq!(well.out, format!("{rule}\n"));

    let server = "postgres://bank:hunter2@127.0.0.1:1/bank";
    place.set("GUARD_DATABASE", server);
    let refused = place.run(&["guard", "check"]);
    assert_eq!(refused.code, 7, "{}", refused.err);
    assert!(
        refused.out.contains("the database does not answer"),
        "{}",
        refused.out
    );
    assert!(!format!("{}{}", refused.out, refused.err).contains("hunter2"));
}

#[test]
fn another_configuration_is_taken_while_it_serves_and_a_bad_one_is_not() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let guard = guard(&place);
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "404");
    let file = place.directory.path().join("guard.toml");
    let good = fs::read_to_string(&file).unwrap();
    let more = "\n[[operation]]\nmatch = \"GET /status\"\npublic = \"probe\"\n";
    let hang_up =
        || rustix::process::kill_process(guard.pid(), rustix::process::Signal::HUP).unwrap();
    fs::write(&file, format!("{good}{more}")).unwrap();
    hang_up();
    guard.hear("the configuration was read again");
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "200");
    fs::write(&file, "nonsense").unwrap();
    hang_up();
    assert!(
        guard
            .hear("the new configuration is not used")
            .contains("nonsense")
    );
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "200");
}

#[test]
fn a_decision_is_explained() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let token = world.token();
    let explain = |request: &str| place.run(&["token", "explain", &token, "--request", request]);
    let allowed = explain("GET https://bank.example/clients/robot/reports?x=1");
    assert_eq!(allowed.code, 0, "{}", allowed.err);
    let lines: Vec<_> = allowed.out.lines().collect();
    assert_eq!(lines[0], "request    GET /clients/robot/reports?x=1");
    assert!(lines[1].contains("guard.toml:16:9"), "{}", allowed.out);
    assert!(
        lines[3].starts_with("function   scope `accounts:read`"),
        "{}",
        allowed.out
    );
    assert_eq!(lines[6], "allowed");
    for (request, said, status) in [
        (
            "GET /clients/other/reports",
            "object     the object has another owner than the caller",
            "404",
        ),
        (
            "GET https://bank.example/a/../reports",
            "request    the request is ambiguous",
            "400",
        ),
        (
            "POST /reports",
            "operation  the path has no operation with this method",
            "405",
        ),
        (
            "GET /nothing",
            "operation  no such operation is declared",
            "404",
        ),
    ] {
        let refused = explain(request);
        assert_eq!(refused.code, 7, "{request}");
        assert!(refused.out.contains(said), "{}", refused.out);
        assert!(refused.err.contains(status), "{}", refused.err);
    }
    let broken = place.run(&["token", "explain", "nonsense", "--request", "GET /reports"]);
    assert!(broken.out.contains("token      "), "{}", broken.out);
    assert_eq!(broken.code, 7);
}

#[test]
fn an_explanation_asks_what_is_revoked_and_makes_no_file() {
    let world = World::new();
    let keys = "feed = { client_id = \"bank-api\", client_secret = { env = \"GUARD_SECRET\" }, on_loss = \"refuse\" }";
    let browser = "[browser]\norigin = \"http://127.0.0.1:8090\"\nclient_id = \"robot\"\n\
                   client_secret = { env = \"GUARD_SECRET\" }\nscope = \"openid\"\nsessions_file = \"sessions\"\n";
    let place = world.configure(keys, &format!("{browser}{OPERATIONS}"));
    let explain = |token: &str, request: &str| {
        let mut command = place.command();
        command.env("GUARD_SECRET", "another secret of the test, long enough");
        ended(command.args(["token", "explain", token, "--request", request]))
    };
    let token = world.token();
    assert_eq!(world.place.run(&["token", "revoke", &token]).code, 0);
    let revoked = explain(&token, "GET /reports");
    assert_eq!(revoked.code, 7, "{}", revoked.out);
    assert!(revoked.err.contains("401"), "{}", revoked.err);
    let other = world.token();
    for (request, code, said) in [
        ("GET /reports?next=http://x/admin", 0, "allowed"),
        ("GET /reports#x", 7, "fragment"),
        ("GET /auth/sign-in", 0, "answered by the guard itself"),
        (
            "GET /.well-known/oauth-protected-resource",
            0,
            "answered by the guard itself",
        ),
    ] {
        let explained = explain(&other, request);
        assert_eq!(explained.code, code, "{request}: {}", explained.err);
        assert!(explained.out.contains(said), "{request}: {}", explained.out);
    }
    assert!(!place.directory.path().join("sessions").exists());
    world.issuer.kill();
    let lost = explain(&other, "GET /reports");
    assert_eq!(lost.code, 7);
    for said in [
        "feed       revocations were not asked: ",
        "token      the revocation feed is not connected, and `on_loss` is `refuse`",
    ] {
        assert!(lost.out.contains(said), "{}", lost.out);
    }
}

#[test]
fn a_path_without_end_is_checked() {
    let world = World::new();
    let path = format!("/{}", "x".repeat(70_000));
    let more = format!("\n[[operation]]\nmatch = \"GET {path}\"\npublic = \"probe\"\n");
    let place = world.configure("", &format!("{OPERATIONS}{more}"));
    let checked = place.run(&["guard", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    let longest = checked.out.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(300), "{longest:?}");
    assert!(checked.out.contains("/health  "), "{}", checked.out);
    let json = place.run(&["-o", "json", "guard", "check"]);
    assert!(json.out.contains(&path));
}

/// HTTP/2 over TLS, by a client that knows neither of us.
#[test]
fn the_guard_speaks_https_and_http_2() {
    let world = World::new();
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let at = |name: &str| world.directory.path().join(name);
    fs::write(at("cert.pem"), pair.cert.pem()).unwrap();
    fs::write(at("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    let keys = format!(
        "tls = {{ certificate = \"{}\", private_key = \"{}\" }}",
        at("cert.pem").display(),
        at("key.pem").display()
    );
    let place = world.configure(&keys, OPERATIONS);
    let guard = guard(&place);
    let token = world.token();
    let authority = at("cert.pem").display().to_string();
    let port = guard.url.rsplit_once(':').unwrap().1.to_owned();
    let url = |path: &str| format!("https://localhost:{port}{path}");
    let more = ["--cacert", &authority, "--http2", "--include"];
    let (status, answer) = curl(&url("/reports"), Some(&token), &more);
    assert_eq!(status, "200", "{answer}");
    assert!(answer.starts_with("HTTP/2 200"), "{answer}");
    assert!(answer.contains(r#""client": "robot""#), "{answer}");
    let spoofed = [&more[..], &["--header", "Airside-Subject: root"]].concat();
    assert!(
        !curl(&url("/reports"), Some(&token), &spoofed)
            .1
            .contains("root")
    );
    assert_eq!(curl(&url("/reports"), None, &more).0, "401");
    assert_eq!(curl(&url("/health/..%2freports"), None, &more).0, "400");
}

/// Callers that the guard has never seen, each with a token of its own, with one that is not good, and
/// without one: what it keeps of them is bounded, whatever their number.
#[test]
fn the_guard_keeps_its_memory_under_load() {
    let world = World::new();
    let place = world.configure("rate_limit = { client = \"1000000/s\" }", OPERATIONS);
    let guard = guard(&place);
    let address = guard.url.strip_prefix("http://").unwrap();
    let call = |path: &str, authorization: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{authorization}\r\n");
        let answer = ask(address, request.as_bytes());
        answer.get(9..12).map(str::to_owned)
    };
    call("/reports", "");
    let before = guard.resident_kib();
    let scale = std::env::var("AIRSIDE_TEST_SCALE").map_or(1, |scale| scale.parse().unwrap());
    let mut seen = 0;
    for _ in 0..scale {
        for token in world.tokens(1_000) {
            let bearer = format!("Authorization: Bearer {token}\r\n");
            let broken = format!("Authorization: Bearer {token}x\r\n");
            assert_eq!(call("/reports", &bearer).as_deref(), Some("200"));
            assert_eq!(call("/reports", &broken).as_deref(), Some("401"));
            assert_eq!(
                call(&format!("/nothing/{seen}"), &bearer).as_deref(),
                Some("404")
            );
            assert_eq!(call("/reports", "").as_deref(), Some("401"));
            seen += 1;
        }
    }
    let grown = guard.resident_kib().saturating_sub(before);
    // the tokens that it remembers, and what the allocator keeps
    let most = seen.min(10_000) * 6 + 12 * 1024;
    assert!(
        grown < most,
        "{seen} tokens cost {grown} KiB, {most} at most"
    );
}
