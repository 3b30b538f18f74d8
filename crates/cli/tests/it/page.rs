//! The pages in a real browser: where their forms lead, and what a second click does.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use airside_client::{Parameters, pkce};

use crate::{
    chromium::Chromium,
    server::{Place, Server},
};

/// An app whose callback redirects on: to another origin, and to a scheme of its own.
pub struct App {
    pub origin: String,
    codes: Arc<AtomicUsize>,
}

impl App {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let codes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&codes);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(&stream, port, &counted);
            }
        });
        Self {
            origin: format!("http://127.0.0.1:{port}"),
            codes,
        }
    }

    fn codes(&self) -> usize {
        self.codes.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: &TcpStream, port: u16, codes: &AtomicUsize) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let line = lines.next().unwrap_or_default();
    // up to the empty line
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = line.split(' ').nth(1).unwrap_or_default();
    if path.contains("code=") {
        codes.fetch_add(1, Ordering::SeqCst);
    }
    let (location, policy) = match path.split('?').next().unwrap_or_default() {
        "/cb/origin" => (format!("http://localhost:{port}/landed"), ""),
        "/cb/scheme" => ("com.example.app:/done".to_owned(), ""),
        "/policed" => (
            String::new(),
            "Content-Security-Policy: form-action 'self'\r\n",
        ),
        _ => (String::new(), ""),
    };
    let body = "<!doctype html><title>App</title><p>landed</p>\
        <form method=\"post\" action=\"/cb/scheme\"><button id=\"go\">go</button></form>";
    let status = match location.is_empty() {
        true => "200 OK".to_owned(),
        false => format!("302 Found\r\nLocation: {location}"),
    };
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{policy}Connection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let _ = stream.write_all(text.as_bytes());
}

fn issuer(app: &App) -> (Place, Server) {
    let origin = &app.origin;
    let place = Place::new(&format!(
        r#"
[[client]]
client_id = "app"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
redirect_uris = ["{origin}/cb/origin", "{origin}/cb/scheme"]
post_logout_redirect_uris = ["{origin}/cb/origin"]
grant_types = ["authorization_code"]
scope = "openid"

[[user]]
username = "alice"
password = "correct horse battery"
"#
    ));
    let server = place.serve();
    (place, server)
}

fn request(issuer: &Server, app: &App, callback: &str) -> String {
    let redirect_uri = format!("{}{callback}", app.origin);
    let query = Parameters::from([
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", &redirect_uri),
        ("scope", "openid"),
        ("prompt", "login consent"),
        ("code_challenge", pkce::EXAMPLE_CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    query.appended_to(&issuer.at("/authorize"))
}

async fn sign_in(chromium: &Chromium) {
    chromium.fill("#username", "alice").await;
    chromium.fill("#password", "correct horse battery").await;
    chromium.click("#sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_may_redirect_to_another_origin_or_scheme() {
    // A17
    let app = App::start();
    let (_place, issuer) = issuer(&app);
    let chromium = Chromium::start().await;
    chromium.open(&request(&issuer, &app, "/cb/origin")).await;
    sign_in(&chromium).await;
    chromium.click("#allow").await;
    chromium.see("landed").await;
    assert!(chromium.url().await.starts_with("http://localhost:"));

    chromium.open(&request(&issuer, &app, "/cb/scheme")).await;
    sign_in(&chromium).await;
    chromium.click("#allow").await;
    while app.codes() < 2 {
        tokio::task::yield_now().await;
    }
    let complaints = chromium.log().await;
    assert!(!complaints.contains("form-action"), "{complaints}");
    // the control: a page that keeps its forms at home stops there; in a browser that has just been led to
    // another scheme, Chromium may drop the next such redirect without a word
    let chromium = Chromium::start().await;
    chromium.open(&format!("{}/policed", app.origin)).await;
    chromium.click("#go").await;
    let mut complaints = String::new();
    for _ in 0..10_000 {
        complaints.push_str(&chromium.log().await);
        if complaints.contains("form-action") {
            return;
        }
    }
    panic!("the control is not stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_click_or_back_leads_on() {
    // A16
    let app = App::start();
    let (_place, issuer) = issuer(&app);
    let chromium = Chromium::start().await;
    chromium.open(&request(&issuer, &app, "/cb/origin")).await;
    chromium.fill("#username", "alice").await;
    chromium.fill("#password", "correct horse battery").await;
    let twice = |id: &str| format!("[0, 1].forEach(() => document.getElementById('{id}').click())");
    chromium.run(&twice("sign-in")).await;
    chromium.see("Not you?").await;
    let consent = chromium.url().await;
    chromium.run(&twice("allow")).await;
    chromium.see("landed").await;
    // Back to the page that was used
    chromium.open(&consent).await;
    chromium.click("#allow").await;
    chromium.see("landed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_leaves_the_focus_where_it_is_typed_again() {
    let app = App::start();
    let (_place, issuer) = issuer(&app);
    let chromium = Chromium::start().await;
    chromium.open(&request(&issuer, &app, "/cb/origin")).await;
    chromium.fill("#username", "alice").await;
    chromium.fill("#password", "wrong").await;
    chromium.click("#sign-in").await;
    chromium
        .see("The username or the password is not right.")
        .await;
    let focus =
        "[document.activeElement.id, document.activeElement.getAttribute('aria-describedby')]";
    assert_eq!(
        chromium.run(focus).await,
        serde_json::json!(["password", "problem-text"])
    );
    chromium.fill("#password", "correct horse battery").await;
    chromium.click("#sign-in").await;
    chromium.click("#allow").await;
    chromium.see("landed").await;
    // the root says who is signed in, and signing out leads there or out
    chromium.open(&issuer.at("/")).await;
    chromium.see("You are signed in as").await;
    chromium.click("#sign-out").await;
    chromium.click("#stay-signed-in").await;
    chromium.click("#sign-out").await;
    chromium.click("#confirm-sign-out").await;
    chromium.see("You are signed out").await;
}
