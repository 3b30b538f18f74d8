//! A single-page app behind the guard, in a real browser, with a real issuer: it holds no token.

use std::{fs, process::Command};

use serde_json::json;

use crate::{
    chromium::Chromium,
    server::{Place, Server},
};

/// The app and its API, and at another name of this machine a page of somebody else's.
pub const API: &str = r#"
import http.server, json, os, sys

APP = b"""<!doctype html><title>Bank</title><p id=who>...</p><p id=account>...</p><p id=other>...</p>
<button id=in>Sign in</button><button id=out>Sign out</button>
<script>
async function show() {
    const session = await (await fetch("/auth/session")).json();
    who.textContent = session.signed_in ? "hello " + session.claims.name : "nobody is signed in";
    if (!session.signed_in) return;
    for (const [at, path] of [[account, "/accounts/1"], [other, "/accounts/2"]]) {
        const answer = await fetch(path);
        at.textContent = answer.status + " " + await answer.text();
    }
}
document.getElementById("in").onclick = () => location = "/auth/sign-in?return_to=/";
document.getElementById("out").onclick = async () => {
    location = (await (await fetch("/auth/sign-out", { method: "POST" })).json()).location;
};
show();
</script>"""

EVIL = b"""<!doctype html><title>Evil</title><p id=done>...</p>
<script>
const target = "http://127.0.0.1:GUARD";
async function attack() {
    const all = { credentials: "include", mode: "no-cors" };
    for (const path of ["/accounts/1", "/auth/session"]) await fetch(target + path, all).catch(() => {});
    await fetch(target + "/transfers", { ...all, method: "POST", body: "to=evil" }).catch(() => {});
    await fetch(target + "/auth/sign-out", { ...all, method: "POST" }).catch(() => {});
    const frame = document.createElement("iframe");
    frame.src = target + "/accounts/1";
    await new Promise(loaded => { frame.onload = loaded; document.body.append(frame); });
    done.textContent = "all was tried";
}
attack();
</script>"""

asked = []

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path == "/asked":
            return self.answer("application/json", json.dumps(asked).encode())
        if self.path == "/evil":
            return self.answer("text/html", EVIL)
        if self.path == "/":
            return self.answer("text/html", APP)
        if self.path == "/favicon.ico":
            return self.answer("image/x-icon", b"")
        asked.append(self.path)
        body = json.dumps({"owner": self.headers.get("Airside-Subject") if self.path == "/accounts/1" else "other"})
        self.answer("application/json", body.encode())
    def do_POST(self):
        asked.append("POST " + self.path)
        self.answer("text/plain", b"done")
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"ready: http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
server.serve_forever()
"#;

const SECRET: &str = "a secret of the test, long enough";

pub const OPERATIONS: &str = r#"
[[operation]]
match = "GET /"
public = "the app itself"

[[operation]]
match = "GET /accounts/{id}"
scope = "accounts:read"
owner = { response = "/owner", equals = "sub" }

[[operation]]
match = "POST /transfers"
scope = "accounts:read"
"#;

fn issuer(origin: &str) -> String {
    ISSUER.replace("ORIGIN", origin).replace("SECRET", SECRET)
}

const ISSUER: &str = r#"
[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read"]

[[client]]
client_id = "bank-web"
client_name = "Bank"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "SECRET"
redirect_uris = ["ORIGIN/auth/callback"]
post_logout_redirect_uris = ["ORIGIN/"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile offline_access accounts:read"

[[user]]
username = "alice"
password = "correct horse battery"
claims = { name = "Alice Adams" }
"#;

/// A guard with the issuer and the API that it is for.
pub struct Site {
    pub issuer: Server,
    pub api: Server,
    pub guard: Server,
    _issuer_place: Place,
}

/// Starts a guard at `place`, with an issuer and an API of its own.
pub fn start(place: &Place) -> Site {
    let origin = format!("http://{}", place.address());
    let issuer_place = Place::new(&issuer(&origin));
    let issuer = issuer_place.serve();
    let port = place.address().split(':').nth(1).unwrap().to_owned();
    let script = place.at("api.py");
    fs::write(&script, API.replace("GUARD", &port)).unwrap();
    let api = Server::start(Command::new("python3").arg(&script));
    let text = format!(
        "listen = \"{}\"\nupstream = \"{}\"\nissuer = \"{}\"\naudience = \"https://bank.example\"\n\
         [browser]\norigin = \"{origin}\"\nclient_id = \"bank-web\"\n\
         client_secret = {{ env = \"SECRET\" }}\nsessions_file = \"sessions.db\"\n\
         scope = \"openid profile offline_access accounts:read\"\n{OPERATIONS}",
        place.address(),
        api.url,
        issuer.url,
    );
    place.write("guard.toml", text);
    Site {
        guard: Server::start(place.command().env("SECRET", SECRET).arg("guard")),
        issuer,
        api,
        _issuer_place: issuer_place,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_in_a_browser_signs_in_calls_its_api_and_holds_no_token() {
    let place = Place::new("");
    let Site {
        issuer,
        api,
        guard,
        _issuer_place,
    } = start(&place);
    let chromium = Chromium::start().await;
    chromium.open(&guard.at("/")).await;
    chromium.see("nobody is signed in").await;
    chromium.click("#in").await;
    chromium.fill("#username", "alice").await;
    chromium.fill("#password", "correct horse battery").await;
    chromium.click("#sign-in").await;
    chromium.click("#allow").await;
    chromium.see("hello Alice Adams").await;
    assert_eq!(chromium.url().await, guard.at("/"));
    chromium.see("200 {").await;
    chromium.see("404 {").await;
    // nothing for a script to steal
    let found = "[document.cookie, localStorage.length, sessionStorage.length]";
    assert_eq!(chromium.run(found).await, json!(["", 0, 0]));

    // another site tries everything that it can
    let asked = async || {
        let answer = airside_testkit::Browser::new().get(&api.at("/asked")).await;
        answer.json()
    };
    let before = asked().await;
    let evil = api.at("/evil").replace("127.0.0.1", "localhost");
    chromium.open(&evil).await;
    chromium.see("all was tried").await;
    assert_eq!(asked().await, before, "the API heard nothing of it");
    // and the session lives, also after a restart
    guard.kill();
    let guard = Server::start(place.command().env("SECRET", SECRET).arg("guard"));
    chromium.open(&guard.at("/")).await;
    chromium.see("hello Alice Adams").await;

    // the issuer asks nothing: the hint is of the session that this browser has
    chromium.click("#out").await;
    chromium.see("nobody is signed in").await;
    // a person who opens a page of the API is asked to sign in, and comes back to it
    chromium.open(&guard.at("/accounts/1")).await;
    chromium.see("Sign in").await;
    assert!(chromium.url().await.starts_with(&issuer.url));
    chromium.fill("#username", "alice").await;
    chromium.fill("#password", "correct horse battery").await;
    chromium.click("#sign-in").await;
    chromium.see("\"owner\"").await;
    assert_eq!(chromium.url().await, guard.at("/accounts/1"));
}
