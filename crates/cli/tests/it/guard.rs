//! The guard as an operator runs it: before a Python API, behind other proxies, with `curl`.

mod check;
mod claim;
mod explain;
mod proxy;
mod rotation;
mod world;

use std::{fs, process::Command};

use airside_testkit::assert_contains;

use self::world::{World, curl, guard};
use crate::{
    server::{Place, ended},
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
    assert_contains(
        &body,
        r#""path": "/reports?x=1", "subject": null, "client": "robot""#,
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
    world.place.run(&["token", "revoke", &token]).assert_code(0);
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
fn another_configuration_is_taken_while_it_serves_and_a_bad_one_is_not() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let guard = guard(&place);
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "404");
    let file = place.at("guard.toml");
    let good = fs::read_to_string(&file).unwrap();
    let more = "\n[[operation]]\nmatch = \"GET /status\"\npublic = \"probe\"\n";
    fs::write(&file, format!("{good}{more}")).unwrap();
    guard.hang_up();
    guard.hear("the configuration was read again");
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "200");
    fs::write(&file, "nonsense").unwrap();
    guard.hang_up();
    let refused = guard.hear("the new configuration is not used");
    assert_contains(&refused, "nonsense");
    assert_eq!(curl(&guard.at("/status"), None, &[]).0, "200");
}

#[test]
fn a_path_without_end_is_checked() {
    let world = World::new();
    let path = format!("/{}", "x".repeat(70_000));
    let more = format!("\n[[operation]]\nmatch = \"GET {path}\"\npublic = \"probe\"\n");
    let place = world.configure("", &format!("{OPERATIONS}{more}"));
    let checked = place.run("guard check");
    checked.assert_code(0);
    let longest = checked.out.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(300), "{longest:?}");
    assert_contains(&checked.out, "/health  ");
    let json = place.run("-o json guard check");
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
    assert_contains(&answer, r#""client": "robot""#);
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
        for token in world.tokens(400) {
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
