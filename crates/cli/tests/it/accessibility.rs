//! Every page under axe-core in a real browser, narrow and wide, light and dark: no violation, and nothing
//! to scroll sideways.

mod inspection;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use airside_client::{Parameters, pkce};
use serde_json::json;

use self::inspection::Inspection;
use crate::{
    browser_mode,
    page::App,
    server::{Place, Server},
};

/// Two clients that ask for everything, one of them with words that fit in no line.
fn configuration(app: &str) -> String {
    let client = |id: &str, name: &str| CLIENT.replace("ID", id).replace("NAME", name);
    let clients = [client("bank", "Bank"), client("long", LONG_NAME)].concat();
    let text = format!("[sign_in]\naccount_failures = 1\n{clients}{REST}");
    text.replace("APP", app)
        .replace("SCOPE", LONG_SCOPE)
        .replace("USERNAME", LONG_USERNAME)
}

fn request(issuer: &str, client: &str, redirect_uri: &str, more: &[(&str, &str)]) -> String {
    let all = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect_uri),
        ("code_challenge", pkce::EXAMPLE_CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let all: Vec<_> = all.iter().chain(more).copied().collect();
    let query: Parameters = all.into_iter().collect();
    query.appended_to(&format!("{issuer}/authorize"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_issuer_has_a_violation_or_scrolls_sideways() {
    let app = App::start();
    let place = Place::new(&configuration(&app.origin));
    let issuer = place.serve();
    let mut inspection = Inspection::start().await;
    set_up(&mut inspection).await;
    errors(&mut inspection, &issuer, &app).await;
    sign_in(&mut inspection, &issuer, &app).await;
    account(&mut inspection, &issuer, &app).await;
    terminal(&mut inspection, &place).await;
    sign_out(&mut inspection, &issuer, &app).await;

    inspection.assert_has_seen_every_template();
    inspection.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inspection_finds_what_is_wrong() {
    // the control: a page without a language, wider than a telephone
    let app = App::start();
    let mut inspection = Inspection::start().await;
    inspection.chromium.open(&app.origin).await;
    let wide = "document.body.style.minWidth = '400px'";
    inspection.chromium.run(wide).await;
    inspection.look("app", "landed").await;
    for (place, problem, is_there) in [
        ("320 px, light", "html-has-lang", true),
        ("1280 px, dark", "html-has-lang", true),
        ("320 px, dark", "scrolls sideways", true),
        ("1280 px, light", "scrolls sideways", false),
    ] {
        let mut problems = inspection.problems.iter();
        let found = problems.any(|line| line.contains(place) && line.contains(problem));
        assert_eq!(found, is_there, "{place}: {:?}", inspection.problems);
    }
}

async fn set_up(inspection: &mut Inspection) {
    let place = Place::new("");
    fs::remove_file(place.at("airside.toml")).unwrap();
    let server = place.serve();
    let mut remarks = server.remarks.iter();
    let link = remarks.find(|line| line.contains("/setup?token="));
    let text = "Create the first administrator";
    inspection.open(link.unwrap(), "setup", text).await;
    let create = "#create-administrator";
    inspection.type_in("root", "short").await;
    let text = "at least 12 characters";
    inspection.click(create, "setup", text).await;
    let password = "long enough to be good";
    inspection.type_in(LONG_USERNAME, password).await;
    let text = "The set-up link no longer works";
    inspection.click(create, "setup_done", text).await;
    let used = server.at("/setup?token=other");
    let text = "This set-up link cannot be used any more";
    inspection.open(&used, "error", text).await;
}

async fn errors(inspection: &mut Inspection, issuer: &Server, app: &App) {
    for (path, template, text) in ODD_PATHS {
        inspection.open(&issuer.at(path), template, text).await;
    }
    odd_requests(inspection, issuer, &format!("{}/landed", app.origin)).await;
    inspection.chromium.open(&app.origin).await;
    inspection.send_form(&issuer.at("/consent")).await;
    let text = "This form was sent by another site";
    inspection.look("error", text).await;
}

async fn odd_requests(inspection: &mut Inspection, issuer: &Server, to_app: &str) {
    let elsewhere = format!("{to_app}/{}", "elsewhere".repeat(20));
    let request = |client: &str, to: &str| request(&issuer.url, client, to, &[("scope", "openid")]);
    let other_host = |url: &str| url.replace("127.0.0.1", "localhost");
    let long = issuer.at(&format!("/authorize?{}", "x".repeat(13_000)));
    let not_registered = "gave a return address that it has not registered";
    let home = other_host(&issuer.at("/"));
    let authorize = other_host(&request("bank", to_app));
    for (url, template, text) in [
        (home, "home", "Signing in works only at"),
        (authorize, "wrong_host", "has another address"),
        (request("bnk", to_app), "error", "is not registered"),
        (request("bank", &elsewhere), "error", not_registered),
        (request("long", &elsewhere), "error", not_registered),
        (long, "error", "This request is too long"),
    ] {
        inspection.open(&url, template, text).await;
    }
}

async fn sign_in(inspection: &mut Inspection, issuer: &Server, app: &App) {
    let to_app = format!("{}/landed", app.origin);
    let url = request(&issuer.url, "bank", &to_app, &EVERYTHING);
    inspection.open(&url, "sign_in", "to continue to").await;
    inspection.type_in("mallory", "wrong").await;
    let text = "The username or the password is not right";
    inspection.click("#sign-in", "sign_in", text).await;
    inspection.type_in("mallory", "wrong").await;
    let text = "There were too many attempts";
    inspection.click("#sign-in", "sign_in", text).await;
    inspection.type_in("alice", "correct horse battery").await;
    inspection.click("#sign-in", "consent", "Not you?").await;
    // a browser that keeps no cookie
    let chromium = &inspection.chromium;
    let command = "Network.clearBrowserCookies";
    chromium.devtools(command, &json!({})).await;
    let text = "This page belongs to another browser";
    inspection.click("#allow", "error", text).await;
}

async fn account(inspection: &mut Inspection, issuer: &Server, app: &App) {
    let to_app = format!("{}/landed", app.origin);
    let url = request(&issuer.url, "long", &to_app, &EVERYTHING);
    inspection.open(&url, "sign_in", "to continue to").await;
    inspection
        .type_in(LONG_USERNAME, "correct horse battery")
        .await;
    inspection.click("#sign-in", "consent", "Not you?").await;
    inspection.chromium.click("#allow").await;
    inspection.chromium.see("landed").await;
    let more = [("scope", "openid"), ("prompt", "select_account")];
    let url = request(&issuer.url, "long", &to_app, &more);
    let text = "You are signed in here";
    inspection.open(&url, "select_account", text).await;
    let text = "You are signed in as";
    inspection.open(&issuer.at("/"), "home", text).await;
    form_post(inspection, issuer, &to_app).await;
}

/// Without scripts, the page that posts the answer stays.
async fn form_post(inspection: &mut Inspection, issuer: &Server, to_app: &str) {
    let more = [("scope", "openid"), ("response_mode", "form_post")];
    let url = request(&issuer.url, "long", to_app, &more);
    let without_scripts = |value: bool| json!({ "value": value });
    let command = "Emulation.setScriptExecutionDisabled";
    let chromium = &inspection.chromium;
    chromium.devtools(command, &without_scripts(true)).await;
    chromium.open(&url).await;
    chromium.devtools(command, &without_scripts(false)).await;
    inspection
        .look("form_post", "The button takes you back")
        .await;
}

/// The page on which a sign-in of a command ends.
async fn terminal(inspection: &mut Inspection, place: &Place) {
    for (button, text) in [
        ("#allow", "Back to the terminal"),
        ("#deny", "The terminal got no tokens"),
    ] {
        let get = "token get --client tool --scope openid --code --no-open";
        let mut waiting = place
            .command()
            .args(get.split(' '))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let address = address(&mut waiting);
        inspection.chromium.open(&address).await;
        inspection.click(button, "terminal", text).await;
        waiting.wait().unwrap();
    }
}

fn address(command: &mut Child) -> String {
    let mut lines = BufReader::new(command.stderr.take().unwrap()).lines();
    let address = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http")));
    address.unwrap()
}

async fn sign_out(inspection: &mut Inspection, issuer: &Server, app: &App) {
    let of_client = issuer.at("/sign-out?client_id=long");
    inspection.open(&of_client, "sign_out", "Sign out?").await;
    inspection
        .open(&issuer.at("/sign-out"), "sign_out", "Sign out?")
        .await;
    inspection
        .click("#confirm-sign-out", "signed_out", "You are signed out")
        .await;
    let back = format!("{of_client}&post_logout_redirect_uri={}/landed", app.origin);
    inspection.open(&back, "signed_out", "Back to").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_guard_has_a_violation_or_scrolls_sideways() {
    let place = Place::new("");
    let site = browser_mode::start(&place);
    let (api, guard) = (site.api, site.guard);
    let mut inspection = Inspection::start().await;
    let sign_in = guard.at("/auth/sign-in?return_to=/accounts/2");
    let callback = guard.at("/auth/callback?state=x&code=y");
    let text = "You are not signed in";
    inspection.open(&callback, "guard", text).await;
    inspection.chromium.open(&sign_in).await;
    inspection.type_in("alice", "correct horse battery").await;
    inspection.chromium.click("#sign-in").await;
    inspection.click("#deny", "guard", text).await;
    inspection.chromium.open(&sign_in).await;
    inspection.chromium.click("#allow").await;
    inspection.look("guard", "This page was not found").await;
    // who goes back and allows access once more
    let text = "You are signed in already";
    inspection.open(&callback, "guard", text).await;
    api.kill();
    let (account, text) = (guard.at("/accounts/1"), "This page is not available");
    inspection.open(&account, "guard", text).await;
    inspection.end();
}

const CLIENT: &str = r#"
[[client]]
client_id = "ID"
client_name = "NAME"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
redirect_uris = ["APP/landed", "https://bank.example/callback"]
post_logout_redirect_uris = ["APP/landed"]
policy_uri = "https://bank.example/privacy"
tos_uri = "https://bank.example/terms"
logo_uri = "https://bank.example/logo.svg"
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile email phone address groups roles offline_access SCOPE pay"
"#;

/// A command line, two APIs and two people.
const REST: &str = r#"
[[client]]
client_id = "tool"
client_name = "Tool"
token_endpoint_auth_method = "none"
redirect_uris = ["http://127.0.0.1/callback"]
scope = "openid"

[[resource]]
identifier = "https://api.example.com/an/address/that/is/long/because/nothing/says/that/it/may/not"
scopes = ["SCOPE"]
claims = ["email", "groups"]

[[resource]]
identifier = "https://pay.example.com"
scopes = ["pay"]

[[user]]
username = "alice"
password = "correct horse battery"

[[user]]
username = "USERNAME"
password = "correct horse battery"
"#;

/// Paths that end on a page, its template and a text of it.
const ODD_PATHS: [(&str, &str, &str); 8] = [
    ("/", "home", "There is nothing to do on this page"),
    ("/nothing", "error", "There is nothing at this address"),
    (
        "/token",
        "error",
        "This address is for apps, not for browsers",
    ),
    ("/authorize", "error", "did not say which app it is"),
    (
        "/authorize?client_id=a&client_id=b",
        "error",
        "sent a contradictory request",
    ),
    (
        "/authorize?client_id=bank",
        "error",
        "did not say where to return to",
    ),
    (
        "/consent?interaction=x",
        "error",
        "This page cannot be used any more",
    ),
    ("/sign-in?interaction=%zz", "error", "cannot be"),
];

const LONG_NAME: &str =
    "WholesaleWorldwideWoodworkingWarehouseWithoutAnySpaceInItsWholeNameWWWWWWWWWWWWWWWWWWWWWWW";
const LONG_SCOPE: &str = "accounts:read:everything:that:there:is:and:some:more:of:it:too";
const LONG_USERNAME: &str = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";
const EVERYTHING: [(&str, &str); 4] = [
    (
        "scope",
        "openid profile email phone address groups roles offline_access accounts:read:everything:that:there:is:and:some:more:of:it:too pay",
    ),
    (
        "resource",
        "https://api.example.com/an/address/that/is/long/because/nothing/says/that/it/may/not",
    ),
    ("resource", "https://pay.example.com"),
    (
        "claims",
        r#"{"userinfo":{"birthdate":null,"a_claim_that_this_server_has_no_words_for_and_that_is_long":null}}"#,
    ),
];
