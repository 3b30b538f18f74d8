//! A script of another site, in a real browser, before the guard and its issuer.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    chromium::Chromium,
    server::{Place, Server},
};

const ISSUER: &str = r#"
[[resource]]
identifier = "RESOURCE"
scopes = ["accounts:read", "accounts:write"]

[[client]]
client_id = "batch"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
grant_types = ["client_credentials"]
scope = "accounts:read"
"#;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /reports"
scope = "accounts:read"

[[operation]]
match = "POST /reports"
scope = "accounts:read"

[[operation]]
match = "GET /accounts/{id}"
scope = "accounts:read"
owner = { response = "/owner", equals = "sub" }

[[operation]]
match = "POST /transfers"
scope = "accounts:write"
"#;

/// An API that says nothing of other sites, and a page without a script of its own.
const API: &str = r#"
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = ("text/html", b"<!doctype html><p>a page</p>")
        if self.path != "/page":
            kind, body = ("application/json", b'{"owner":"bob"}')
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Total", "7")
        self.send_header("X-Internal", "1")
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"ready: http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
server.serve_forever()
"#;

/// Returns what a page's script reads of an answer: its status, a header, and whether it has a body; the error
/// if the browser keeps it.
async fn asked(chromium: &Chromium, url: &str, options: &Value, header: &str) -> Value {
    let script = format!(
        "fetch({}, {options}).then(async a => [a.status, a.headers.get({}), await a.text()])\
         .then(([s, h, text]) => [s, h, text.length > 0]).catch(error => String(error))",
        json!(url),
        json!(header),
    );
    chromium.run(&script).await
}

/// A guard before an API and its issuer, and a browser.
struct World {
    issuer: Server,
    api: Server,
    guard: Server,
    /// One site by two names, which a browser takes for two: this one is allowed.
    allowed: String,
    token: String,
    chromium: Chromium,
    _places: [Place; 2],
}

impl World {
    async fn start() -> Self {
        let place = Place::new("");
        let audience = format!("http://{}", place.address());
        let mut issuer_place = Place::new(&ISSUER.replace("RESOURCE", &audience));
        issuer_place.set("SECRET", "a secret of the test, long enough");
        let issuer = issuer_place.serve();
        let script = place.at("api.py");
        fs::write(&script, API).unwrap();
        let api = Server::start(Command::new("python3").arg(&script));
        let allowed = api.url.replace("127.0.0.1", "localhost");
        let text = format!(
            "listen = \"{}\"\nupstream = \"{}\"\nissuer = \"{}\"\naudience = \"{audience}\"\n\
             rate_limit = {{ client = \"9/h\" }}\n\
             [cors]\norigins = [\"{allowed}\"]\nexpose = [\"x-total\"]\n{OPERATIONS}",
            place.address(),
            api.url,
            issuer.url,
        );
        place.write("guard.toml", text);
        Self {
            guard: Server::start(place.command().arg("guard")),
            token: token(&issuer_place),
            chromium: Chromium::start().await,
            issuer,
            api,
            allowed,
            _places: [place, issuer_place],
        }
    }

    /// The options of a request with the token and a header of its own.
    fn with(&self, method: &str) -> Value {
        let bearer = format!("Bearer {}", self.token);
        json!({ "method": method, "headers": { "Authorization": bearer, "X-Own": "1" } })
    }

    async fn ask(&self, path: &str, options: &Value, header: &str) -> Value {
        asked(&self.chromium, &self.guard.at(path), options, header).await
    }

    async fn reads_every_answer(&self) {
        let json_type = json!("application/json");
        for (method, path, status, header, value) in [
            ("GET", "/reports", 200, "x-total", json!("7")),
            ("GET", "/reports", 200, "x-internal", json!(null)),
            ("POST", "/reports", 200, "x-total", json!("7")),
            ("GET", "/accounts/1", 404, "content-type", json_type.clone()),
            ("GET", "/nowhere", 404, "content-type", json_type),
        ] {
            let read = self.ask(path, &self.with(method), header).await;
            let log = self.chromium.log().await;
            let expected = json!([status, value, true]);
            assert_eq!(read, expected, "{method} {path} {log}");
        }
        let post = self.with("POST");
        let read = self.ask("/transfers", &post, "www-authenticate").await;
        assert_eq!((&read[0], &read[2]), (&json!(403), &json!(true)), "{read}");
        let challenge = read[1].as_str().unwrap();
        assert!(challenge.contains("insufficient_scope"), "{read}");
    }

    /// A page without a token learns the address of the metadata, from any site.
    async fn address_of_the_metadata(&self) -> String {
        let none = json!({ "headers": { "X-Own": "1" } });
        let read = self.ask("/reports", &none, "www-authenticate").await;
        assert_eq!(read[0], 401, "{read}");
        let challenge = read[1].as_str().unwrap();
        let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// After too many requests, the script learns when to come again.
    async fn reads_when_to_come_again(&self) {
        for _ in 0..3 {
            self.ask("/reports", &self.with("GET"), "x-total").await;
        }
        let read = self.ask("/reports", &self.with("GET"), "retry-after").await;
        assert_eq!(read[0], 429, "{read}");
        assert!(read[1].is_string(), "{read}");
    }

    async fn reads_nothing(&self) {
        for path in ["/reports", "/accounts/1", "/nowhere"] {
            for options in [&self.with("GET"), &self.with("POST"), &json!({})] {
                let read = self.ask(path, options, "x-total").await;
                assert_eq!(read, "TypeError: Failed to fetch", "{path} {options}");
            }
        }
    }

    async fn finds_the_issuer(&self, metadata: &str) {
        let discovered = "fetch(METADATA).then(a => a.json())\
            .then(m => fetch(m.authorization_servers[0] + '/.well-known/oauth-authorization-server'))\
            .then(a => a.json()).then(m => m.issuer)";
        let discovered = discovered.replace("METADATA", &json!(metadata).to_string());
        assert_eq!(self.chromium.run(&discovered).await, json!(self.issuer.url));
    }
}

fn token(issuer: &Place) -> String {
    let got = issuer.json("token get --client batch --secret env:SECRET");
    got["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_an_allowed_site_reads_every_answer_and_one_of_another_site_none() {
    let world = World::start().await;
    world
        .chromium
        .open(&format!("{}/page", world.allowed))
        .await;
    world.reads_every_answer().await;
    let metadata = world.address_of_the_metadata().await;
    world.reads_when_to_come_again().await;

    // the same page by its other name is another site
    world.chromium.open(&world.api.at("/page")).await;
    world.reads_nothing().await;
    world.finds_the_issuer(&metadata).await;
}
