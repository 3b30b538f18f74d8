//! The pages that people see, and what guards their forms.

mod attempt;
mod consent;
mod cookie;
mod header;
mod markup;
mod path;
mod proxied;
mod session;
mod setup;
mod sign_in;
mod sign_out;
mod username;
mod wrong_host;

use std::time::Duration;

use airside_testkit::Answer;
use http::Method;

use crate::world::{App, PASSWORD, World};

/// The sign-in page of a new request, and its sealed interaction.
pub async fn form(app: &App<'_>) -> (Answer, String) {
    let location = app.authorize().await.header("location").to_owned();
    let page = app.browser.get(&location).await;
    let sealed = page.hidden("interaction");
    (page, sealed)
}

async fn attempt(app: &App<'_>, sealed: &str, username: &str, password: &str) -> Answer {
    let fields = [
        ("interaction", sealed),
        ("username", username),
        ("password", password),
    ];
    app.browser.post(&app.world.at("/sign-in"), &fields).await
}

/// The words that a page shows, without its form.
fn sentence(answer: &Answer) -> String {
    let text = answer.text();
    let (_, rest) = text.split_once("id=\"problem-text\">").expect("a problem");
    rest.split_once('<').unwrap().0.to_owned()
}

pub fn session_cookie(app: &App<'_>) -> (String, String) {
    let cookies = app.browser.cookies();
    cookies
        .into_iter()
        .find(|(name, _)| name.contains("session"))
        .expect("a session")
}

pub fn assert_guarded(answer: &Answer, case: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{case}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{case}");
    assert!(!policy.contains("unsafe"), "{case}: {policy}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{case}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{case}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_another_site_submits_is_refused() {
    // ASVS-3.5.1, A15, A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", PASSWORD),
        ("decision", "allow"),
    ];
    for header in FOREIGN {
        for path in ["/sign-in", "/select-account", "/consent"] {
            let url = world.at(path);
            let answer = app.browser.post_with(&url, &[header], &fields).await;
            assert_eq!(answer.status, 403, "{path} {header:?}");
            let help = "If you meant to sign in, start again.";
            assert!(answer.text().contains(help), "{path}");
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        }
    }
}

const FOREIGN: [(&str, &str); 5] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", "nonsense"),
    ("origin", "https://evil.example"),
    ("origin", "http://127.0.0.1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_works_only_in_the_browser_that_it_was_made_for() {
    // RFC9700-4.7, A15, T35
    let world = World::new().await;
    let (_, sealed) = form(&world.app("spa")).await;
    let other = world.app("spa");
    let answer = attempt(&other, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 403);
    form(&other).await;
    let answer = attempt(&other, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 403);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_from_yesterday_starts_over_with_the_same_request() {
    // OIDC-Core-3.1.2.3
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    world.advance(Duration::from_secs(25 * 60 * 60));
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 303);
    let answer = app.browser.get(answer.header("location")).await;
    let location = answer.header("location").to_owned();
    let page = app.browser.get(&location).await;
    assert_eq!(app.submit(&location, &page, "alice").await.status, 303);
    assert!(app.code_answer("alice").await.returned("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_submitted_already_leads_on() {
    // A16, T35: a double click, or Back
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let app = app.with("prompt", "consent");
    let (_, sealed) = form(&app).await;
    let fields = [("interaction", sealed.as_str()), ("decision", "allow")];
    let url = world.at("/consent");
    let first = app.browser.post(&url, &fields).await;
    assert!(first.returned("code").is_some());
    let second = app.browser.post(&url, &fields).await;
    assert!(second.returned("code").is_some());
    assert_ne!(first.returned("code"), second.returned("code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_forbids_scripts_frames_and_referrers() {
    // RFC9700-4.16, A17
    let world = World::new().await;
    let browser = world.browser();
    for (method, path, status) in [
        (Method::GET, "/", 200),
        (Method::GET, "/sign-out", 200),
        (Method::GET, "/authorize", 400),
        (Method::GET, "/sign-in", 400),
        (Method::GET, "/select-account", 400),
        (Method::GET, "/consent", 400),
        (Method::GET, "/setup", 404),
        (Method::GET, "/nowhere", 404),
        (Method::DELETE, "/sign-in", 405),
    ] {
        let html = [("accept", "text/html")];
        let answer = browser.send(method, &world.at(path), &html, "").await;
        assert_eq!(answer.status, status, "{path}");
        assert_guarded(&answer, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forms_that_can_end_at_a_client_forbid_scripts_frames_and_referrers_but_no_redirect() {
    // RFC9700-4.16, A17
    let world = World::new().await;
    let app = world.app("spa");
    let (sign_in, sealed) = form(&app).await;
    let wrong = attempt(&app, &sealed, "alice", "wrong").await;
    let back = attempt(&app, &sealed, "alice", PASSWORD).await;
    let on = app.browser.get(back.header("location")).await;
    let consent = app.browser.get(on.header("location")).await;
    for (case, page) in [("form", sign_in), ("wrong", wrong), ("consent", consent)] {
        assert_guarded(&page, case);
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("form-action"), "{case}: {policy}");
        let action = format!("<form method=\"post\" action=\"{}/", world.url);
        assert_eq!(page.text().matches("<form").count(), 1, "{case}");
        assert!(page.text().contains(&action), "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_form_is_never_submitted_again_elsewhere() {
    // RFC9700-4.12
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let back = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(back.status, 303);
    let on = app.browser.get(back.header("location")).await;
    let location = on.header("location").to_owned();
    let page = app.browser.get(&location).await;
    assert_eq!(app.submit(&location, &page, "alice").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_can_answer_is_ready() {
    // RFC9110-15.3.1
    let world = World::new().await;
    let answer = world.browser().get(&world.at("/health/ready")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_for_this_host_and_not_for_scripts() {
    // ASVS-3.3.2, A19
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.authorize().await;
    let (_, sealed) = form(&app).await;
    let second = attempt(&app, &sealed, "alice", PASSWORD).await;
    for answer in [first, second] {
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"));
        assert!(!cookie.contains("Domain") && !cookie.contains("Secure"));
        assert!(cookie.starts_with("airside-"), "{cookie}");
    }
}
