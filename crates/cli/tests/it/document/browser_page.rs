//! The page about browser mode: its two files, an API behind them, and a browser.

use std::fs;

use airside_testkit::Browser;

use super::{
    block::{self, Block},
    person,
    program::{Program, Role},
};
use crate::server::Place;

const PAGE: &str = "docs/guard/browser.md";

/// Answers every request with an account of alice's.
const API: &str = r#"
import http.server, sys
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"id": 7, "owner": "%s"}' % self.headers.get("Airside-Subject", "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()
"#;

const ALICE: &str = "\n[[user]]\nusername = \"alice\"\npassword = \"correct horse battery\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_about_browser_mode_signs_people_in() {
    let blocks = block::of(PAGE);
    let file = |name: &str| {
        let named = |block: &&Block| block.file() == Some(name);
        blocks.iter().find(named).unwrap().text.clone()
    };
    let mut place = Place::new("");
    let [issuer, guard, api] = [(); 3].map(|()| Place::new("").address());
    let app = format!("http://{guard}");
    let at_home = |text: String| text.replace("https://app.example.com", &app);
    let rules = at_home(file("guard.toml"));
    let audience = "https://bank.example";
    assert!(file("airside.toml").contains(&format!("identifier = \"{audience}\"")));
    let rules = format!(
        "listen = \"{guard}\"\nupstream = \"http://{api}\"\nissuer = \"http://{issuer}\"\n\
         audience = \"{audience}\"\n{rules}"
    );
    let directory = place.directory.path().to_owned();
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).unwrap();
    write("airside.toml", &(at_home(file("airside.toml")) + ALICE));
    write("guard.toml", &rules);
    write("api.py", API);
    place.set("BANK_WEB_SECRET", "a secret of the test of 32 bytes");
    place.set("AIRSIDE_LISTEN", &issuer);

    let logs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let mut python = place.within(std::process::Command::new("python3"));
    let (_, port) = api.split_once(':').unwrap();
    python.args(["api.py", port]);
    let starts = [
        (Role::Issuer, place.command(), "serve", &issuer),
        (Role::Guard, place.command(), "guard", &guard),
        (Role::Api, python, "", &api),
    ];
    let mut running = Vec::new();
    for ((role, mut command, argument, address), logs) in starts.into_iter().zip(&logs) {
        command.args((!argument.is_empty()).then_some(argument));
        let url = format!("http://{address}");
        running.push(Program::start(role, &mut command, logs.path(), &url).await);
    }

    let browser = Browser::new();
    let own = [("sec-fetch-site", "same-origin")];
    let get = async |path: &str| browser.get_with(&format!("{app}{path}"), &own).await;
    assert_eq!(get("/api/v1/accounts/7").await.status, 401);
    assert_eq!(get("/auth/session").await.json()["signed_in"], false);
    let start = format!("{app}/auth/sign-in?return_to=/");
    let asked = browser.get_with(&start, &person::NAVIGATION).await;
    assert!(asked.status.is_redirection(), "{}", asked.text());
    let back = person::sign_in(&browser, asked.header("location"), "alice").await;
    assert!(
        back.status.is_redirection() || back.status == 200,
        "{}",
        back.text()
    );
    let session = get("/auth/session").await.json();
    assert_eq!(session["signed_in"], true, "{session}");
    let account = get("/api/v1/accounts/7").await;
    assert_eq!(account.status, 200, "{}", account.text());
    assert_eq!(get("/").await.status, 200);
}
