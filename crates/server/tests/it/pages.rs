//! The pages that people see, and what guards their forms.

mod consent;
mod cookie;
mod header;
mod proxied;
mod setup;
mod sign_in;
mod sign_out;
mod username;
mod wrong_host;

use std::time::Duration;

use airside_testkit::Answer;
use http::Method;

use crate::world::{App, PASSWORD, Setting, Tokens, World};

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
async fn a_wrong_password_shows_the_form_again_with_the_name() {
    // ASVS-6.3.8
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let answer = attempt(&app, &sealed, "alice", "wrong").await;
    assert_eq!(answer.status, 401);
    assert!(answer.text().contains("value=\"alice\""));
    assert!(!answer.text().contains("wrong\""));
    let again = answer.hidden("interaction");
    assert_eq!(attempt(&app, &again, "alice", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_is_answered_like_a_wrong_password_and_costs_as_much() {
    // ASVS-6.3.8, T31
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let mut seen = Vec::new();
    for name in ["alice", "nobody"] {
        let before = world.issuer.hasher.calls();
        let answer = attempt(&app, &sealed, name, "wrong").await;
        let calls = world.issuer.hasher.calls() - before;
        let page = answer.text().replace(name, "NAME");
        seen.push((answer.status, sentence(&answer), page, calls));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].3, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_long_password_is_refused_before_anything_is_computed() {
    // ASVS-6.2.9, T33
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "alice", &"x".repeat(1025)).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.issuer.hasher.calls(), before);
    let answer = attempt(&app, &sealed, "alice", &"x".repeat(1024)).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_wrong_attempts_a_name_has_to_wait_known_or_not() {
    // ASVS-6.3.1, T31, T32
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "nobody"] {
        for _ in 0..10 {
            assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
        }
        let answer = attempt(&app, &sealed, name, PASSWORD).await;
        assert_eq!(answer.status, 429, "{name}");
        assert!(answer.text().contains("Try again in 15 minutes."));
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=900).contains(&wait), "{name} {wait}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_waited_may_try_again() {
    // ASVS-6.3.1
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..11 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    let (_, other) = form(&app).await;
    assert_eq!(attempt(&app, &other, "bob", PASSWORD).await.status, 303);
    world.advance(Duration::from_secs(901));
    assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
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
        for path in ["/sign-in", "/consent"] {
            let url = world.at(path);
            let answer = app.browser.post_with(&url, &[header], &fields).await;
            assert_eq!(answer.status, 403, "{path} {header:?}");
            assert!(
                answer
                    .text()
                    .contains("If you meant to sign in, start again.")
            );
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
async fn a_second_sign_in_changes_the_cookie_and_ends_the_old_session() {
    // ASVS-7.2.4, A18
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let (name, old) = session_cookie(&app);
    let app = app.with("prompt", "login");
    app.code("alice").await;
    assert_ne!(session_cookie(&app).1, old);
    let app = app.with("prompt", "none");
    assert!(app.authorize().await.returned("code").is_some());
    app.browser.set_cookie(&name, &old);
    assert_eq!(app.authorize().await.outcome(), "303 login_required");
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
async fn opening_the_sign_out_page_changes_nothing() {
    // OIDC-RPInitiated-2, A16
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let tokens = app.sign_in("alice").await;
    let page = app.browser.get(&world.at("/sign-out")).await;
    assert_eq!(page.status, 200);
    assert!(!page.headers.contains_key("set-cookie"));
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert!(app.authorize().await.returned("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_what_was_only_for_it() {
    // OIDC-Core-11
    let world = World::new().await;
    let mut app = world.app("spa").scope("openid accounts:read");
    let online = app.sign_in("alice").await;
    app = app.scope("openid offline_access accounts:read");
    let offline = app.sign_in("alice").await;
    let sealed = app.browser.get(&world.at("/sign-out")).await;
    let sealed = sealed.hidden("interaction");
    let fields = [("interaction", sealed.as_str())];
    let answer = app.browser.post(&world.at("/sign-out"), &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(app.userinfo(&online.access).await.status, 401);
    Tokens::of(&app.refresh(offline.refresh()).await);
    let silent = app.with("prompt", "none").authorize().await;
    assert_eq!(silent.outcome(), "303 login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_another_site_submits_only_shows_the_page() {
    // OIDC-RPInitiated-6, A16
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let url = world.at("/sign-out");
    let site = [("sec-fetch-site", "cross-site")];
    let answer = app.browser.post_with(&url, &site, &[]).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.headers.contains_key("set-cookie"));
    let sealed = app.browser.get(&url).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str())];
    let answer = app.browser.post_with(&url, &site, &fields).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .text()
            .contains("If you meant to sign out, start again.")
    );
    assert!(app.authorize().await.returned("code").is_some());
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

const PAYLOAD: &str = "\"><script>alert(1)</script><img src=x onerror='a'>";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_carries_is_shown_as_text() {
    // ASVS-1.2.1, A26
    let world = World::new().await;
    let hint = world.app("spa").with("login_hint", PAYLOAD);
    let (page, _) = form(&hint).await;
    let uri = format!("https://app.example/cb{PAYLOAD}");
    let refused = world.app("spa").redirect_uri(&uri).authorize().await;
    assert_eq!(refused.status, 400);
    let unknown = world.app(PAYLOAD).authorize().await;
    for answer in [page, refused, unknown] {
        let text = answer.text();
        assert!(!text.contains("<script"), "{text}");
        assert!(!text.contains("<img"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_name_is_shown_as_text() {
    // ASVS-1.2.1, A26
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let answer = attempt(&app, &sealed, PAYLOAD, "wrong").await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text().contains("<script"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_below_a_path_answers_at_both_well_known_addresses() {
    // RFC8414-3.1
    let world = tenant().await;
    let root = world.url.strip_suffix("/tenant").unwrap();
    for name in ["openid-configuration", "oauth-authorization-server"] {
        for url in [
            format!("{root}/.well-known/{name}/tenant"),
            format!("{root}/tenant/.well-known/{name}"),
        ] {
            let answer = world.browser().get(&url).await;
            assert_eq!(answer.member("issuer"), world.url, "{url}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_below_a_path_serves_the_whole_flow() {
    // RFC8414-2
    let world = tenant().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    Tokens::of(&app.refresh(tokens.refresh()).await);
}

async fn tenant() -> World {
    World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_of_the_metadata_is_there() {
    // RFC8414-2
    for world in [World::new().await, tenant().await] {
        let url = world.at("/.well-known/oauth-authorization-server");
        let metadata = world.browser().get(&url).await;
        assert_eq!(metadata.member("issuer"), world.url);
        let json = metadata.json();
        let members = json.as_object().unwrap().iter();
        for (name, url) in members.filter(|(n, _)| n.ends_with("_endpoint") || *n == "jwks_uri") {
            let answer = world.browser().get(url.as_str().unwrap()).await;
            assert_ne!(answer.status, 404, "{name}");
        }
    }
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
