//! Callers that `airside scan` makes on a running server, and deletes again.

use std::{
    fs,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::server::{Place, Server, ended};

/// Notes that everybody reads; the token says who made them.
const API: &str = r#"
import base64, http.server, json, os, sys

notes = []

class Handler(http.server.BaseHTTPRequestHandler):
    def who(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token.count(".") != 2:
            return None
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims["sub"] if claims["aud"] in ("https://notes.example", ["https://notes.example"]) else None
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def serve(self):
        print("called", file=sys.stderr, flush=True)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        who = self.who()
        if who is None:
            return self.answer(401, {"error": "no token"})
        number = self.path.removeprefix("/notes").strip("/")
        if self.command == "POST":
            notes.append({"id": len(notes) + 1, "owner": who, "text": json.loads(sent).get("text")})
            return self.answer(201, notes[-1])
        if not number:
            return self.answer(200, [note for note in notes if note["owner"] == who])
        found = [note for note in notes if str(note["id"]) == number]
        return self.answer(200, found[0]) if found else self.answer(404, {"error": "none"})
    do_GET = do_POST = serve
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print(f"ready: http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
server.serve_forever()
"#;

const DOCUMENT: &str = r#"
openapi: 3.0.3
info: { title: Notes, version: "1" }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
security: [{ token: [] }]
paths:
  /notes: { get: {}, post: { requestBody: { content: { application/json: { schema: { properties: { text: { type: string } } } } } } } }
  /notes/{id}: { get: {} }
"#;

const ISSUER: &str = "[[resource]]\nidentifier = \"https://notes.example\"\nscopes = [\"notes\"]\n";

/// A server, an API, and the command that scans it.
struct World {
    place: Place,
    issuer: Server,
    api: Server,
    /// The people and clients of the server before.
    before: [Value; 2],
}

impl World {
    fn new() -> Self {
        let place = Place::new(ISSUER);
        let directory = place.directory.path();
        fs::write(directory.join("api.py"), API).unwrap();
        fs::write(directory.join("openapi.yaml"), DOCUMENT).unwrap();
        let issuer = place.serve();
        let mut python = place.within(Command::new("python3"));
        let api = Server::start(python.arg("api.py").env("PORT", "0"));
        let before = accounts(&place);
        Self {
            place,
            issuer,
            api,
            before,
        }
    }

    fn scan(&self, audience: &str) -> Command {
        let mut command = self.place.command();
        command.args(["scan", "--openapi", "openapi.yaml", "--allow-writes"]);
        command.args(["--url", &self.api.url, "--make-identities"]);
        command.args(["--issuer", &self.issuer.url, "--audience", audience]);
        command
    }

    /// Nothing of the scan is at the server.
    #[track_caller]
    fn assert_clean(&self) {
        assert_eq!(accounts(&self.place), self.before);
    }
}

/// The people and the clients of a server.
fn accounts(place: &Place) -> [Value; 2] {
    ["user", "client"].map(|what| place.json(&[what, "list"]))
}

#[test]
fn callers_are_made_for_a_scan_and_deleted_afterwards() {
    let world = World::new();

    let scanned = ended(&mut world.scan("https://notes.example"));

    assert_eq!(scanned.code, 7, "{} {}", scanned.out, scanned.err);
    assert!(scanned.out.contains("/notes/{id}"), "{}", scanned.out);
    assert!(scanned.out.contains("$TOKEN_PERSON2"), "{}", scanned.out);
    assert!(!scanned.out.contains("eyJ"), "{}", scanned.out);
    world.assert_clean();
}

#[test]
fn made_callers_are_deleted_after_an_interruption_too() {
    let world = World::new();
    let mut scan = world.scan("https://notes.example");
    let mut running = scan.stdout(Stdio::null()).spawn().unwrap();
    world.api.hear("called");

    let pid = Pid::from_raw(running.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    running.wait().unwrap();

    world.assert_clean();
}

#[test]
fn no_caller_stays_where_the_server_refuses() {
    let world = World::new();

    let refused = ended(&mut world.scan("https://unknown.example"));

    assert_ne!(refused.code, 0);
    assert_eq!(refused.out, "");
    world.assert_clean();
}
