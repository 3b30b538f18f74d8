//! Tests what every page and every redirect carries, and what it loads (A17, A23, A24).

use airside_testkit::Answer;
use http::Method;

use super::{assert_guarded, attempt, form};
use crate::world::{PASSWORD, World};

const PAGES: [&str; 6] = [
    "/authorize",
    "/sign-in",
    "/select-account",
    "/consent",
    "/sign-out",
    "/setup",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_form_makes_the_browser_send_it_again() {
    // A23
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let request = app.authorize_url();
    let (_, query) = request.split_once('?').unwrap();
    let sealed = format!("interaction={sealed}");
    for path in PAGES {
        for body in ["", sealed.as_str(), query] {
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            let url = world.at(path);
            let answer = app
                .browser
                .send(Method::POST, &url, &headers, body.to_owned())
                .await;
            let status = answer.status.as_u16();
            assert!(!matches!(status, 301 | 302 | 307 | 308), "{path} {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_or_redirect_is_stored_or_named_to_others() {
    // A24, RFC9700-4.2
    let world = World::new().await;
    let app = world.app("spa");
    let (page, sealed) = form(&app).await;
    let back = attempt(&app, &sealed, "alice", PASSWORD).await;
    let on = app.browser.get(back.header("location")).await;
    let code = app.code_answer("alice").await;
    for answer in [page, back, on, code] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_loads_nothing_and_runs_nothing() {
    // A24
    let world = World::new().await;
    let app = world.app("spa");
    let (sign_in, sealed) = form(&app).await;
    let wrong = attempt(&app, &sealed, "alice", "wrong").await;
    let home = app.browser.get(&world.at("/")).await;
    let missing = app.browser.get(&world.at("/nowhere")).await;
    for answer in [sign_in, wrong, home, missing] {
        let text = answer.text();
        for loaded in LOADED {
            assert!(!text.contains(loaded), "{loaded}: {text}");
        }
        let icon = "<link rel=\"icon\" href=\"data:image/svg+xml;base64,";
        assert_eq!(text.matches("<link").count(), text.matches(icon).count());
    }
}

/// The ways in which a page loads or runs something.
const LOADED: [&str; 8] = [
    "<script",
    "<img",
    "<iframe",
    "src=",
    "@import",
    "url(",
    " onclick",
    "javascript:",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_method_on_every_page_is_guarded() {
    // A17
    let world = World::new().await;
    let browser = world.browser();
    for path in PAGES.iter().chain(&["/", "/nowhere", "/token", "/jwks"]) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let answer = browser.send(method, &world.at(path), &[], "").await;
            assert!(matches!(answer.status.as_u16(), 404 | 405), "{path}");
            assert_guarded(&answer, path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_ends_at_no_client_keeps_its_forms_at_home() {
    // A17
    let world = World::new().await;
    let app = world.app("spa");
    let refused = app
        .redirect_uri("https://evil.example/cb")
        .authorize()
        .await;
    let browser = world.browser();
    let home = browser.get(&world.at("/")).await;
    let missing = browser.get(&world.at("/nowhere")).await;
    let signed_out = browser.get(&world.at("/sign-out")).await;
    for page in [refused, home, missing, signed_out] {
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with("form-action 'self'"), "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_picture_for_those_who_ask_for_it() {
    let world = World::new().await;
    let answer = world.browser().get(&world.at("/favicon.ico")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "image/svg+xml")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_name_of_the_issuer_is_the_right_host() {
    // T36
    let world = World::new().await;
    let (_, host) = world.url.split_once("//").unwrap();
    let url = world.at("/sign-out");
    let at = async |host: &str| -> Answer {
        let headers = [("host", host)];
        world.browser().get_with(&url, &headers).await
    };
    assert_eq!(at(host).await.status, 200);
    for wrong in [
        "127.0.0.1",
        "localhost",
        "evil.example",
        "<script>.example",
        &format!("{host}.evil.example"),
    ] {
        let answer = at(wrong).await;
        assert!(matches!(answer.status.as_u16(), 400 | 421), "{wrong}");
        assert!(!answer.text().contains("<script"));
    }
}
