//! When a person must be asked again, and when nobody may be (A20, A22).

use std::time::Duration;

use crate::{
    authorize_endpoint::{asked, step},
    pages::{assert_guarded, session_cookie},
    token::claims,
    world::{Tokens, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_from_before_the_page_was_made_does_not_count() {
    // A22
    let world = World::new().await;
    for (name, value) in [("prompt", "login"), ("max_age", "0")] {
        let app = world.app("spa");
        app.code("alice").await;
        world.advance(Duration::from_millis(1));
        let app = app.with(name, value);
        let page = app.authorize().await;
        let skipped = page.header("location").replace("/sign-in?", "/authorize?");
        let answer = app.browser.get(&skipped).await;
        assert_eq!(step(&answer), "sign-in", "{name}={value}");
        assert_eq!(step(&app.through(answer, "alice").await), "code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_in_another_window_after_the_page_was_made_does_not_count() {
    // A22, OIDC-Core-3.1.2.1
    let world = World::new().await;
    for (name, value) in [("prompt", "login"), ("max_age", "5")] {
        let app = world.app("spa");
        app.code("alice").await;
        world.advance(Duration::from_secs(10));
        let app = app.with(name, value);
        let page = app.authorize().await;
        assert_eq!(step(&page), "sign-in");
        let resume = page.header("location").replace("/sign-in?", "/authorize?");
        let app = app.with("state", "another window");
        app.through(app.authorize().await, "alice").await;
        world.advance(Duration::from_secs(6));
        assert_eq!(step(&app.browser.get(&resume).await), "sign-in", "{name}");
        assert_eq!(step(&app.through(page, "alice").await), "code", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_selects_an_account_goes_on_or_signs_in_to_another() {
    // A22, OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa").with("prompt", "select_account");
    // without a session, to sign in is to select
    assert_eq!(asked(&app).await, "sign-in");
    let alice = app.sign_in("alice").await;
    let subject = |tokens: &Tokens| claims(tokens.id.as_ref().unwrap())["sub"].clone();
    let page = app.authorize().await;
    assert_eq!(step(&page), "select-account");
    let shown = app.browser.get(page.header("location")).await;
    assert_guarded(&shown, "select-account");
    let text = shown.text();
    assert!(text.contains("<bdi>alice</bdi>") && text.contains("id=\"another-account\""));
    // alice goes on without a password, and her sign-in stays as old as it is
    world.advance(Duration::from_secs(100));
    let again = app.sign_in("alice").await;
    assert_eq!(subject(&again), subject(&alice));
    assert_eq!(
        id_claims(&again)["auth_time"],
        id_claims(&alice)["auth_time"]
    );
    // every request asks again, and another account is signed in to
    assert_eq!(asked(&app).await, "select-account");
    let bob = app.sign_in("bob").await;
    assert_ne!(subject(&alice), subject(&bob));
    let app = app.with("prompt", "none select_account");
    assert_eq!(asked(&app).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_counts_for_its_request_browser_and_minute() {
    // A22
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let app = app.with("prompt", "select_account");
    let location = app.authorize().await.header("location").to_owned();
    let shown = app.browser.get(&location).await;
    let back = app.submit(&location, &shown, "alice").await;
    let proof = back.header("location").to_owned();
    let thief = world.app("spa");
    thief.code("bob").await;
    assert_eq!(step(&thief.browser.get(&proof).await), "select-account");
    assert_eq!(step(&app.browser.get(&proof).await), "code");
    world.advance(Duration::from_millis(60_001));
    assert_eq!(step(&app.browser.get(&proof).await), "select-account");
    // the page itself proves nothing at the authorization endpoint
    let skipped = location.replace("/select-account?", "/authorize?");
    assert_eq!(step(&app.browser.get(&skipped).await), "select-account");
    // and neither a selection nor a page is a sign-in
    let app = app.with("prompt", "select_account login");
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_carried_through_the_consent_page() {
    // A21, A22
    let world = World::new().await;
    let app = world.app("spa").scope("openid");
    app.code("alice").await;
    let app = app.scope("openid email").with("prompt", "select_account");
    assert_eq!(step(&app.code_answer("alice").await), "code");
    let app = app.with("prompt", "select_account consent");
    let page = app.authorize().await;
    assert_eq!(step(&page), "select-account");
    let location = page.header("location").to_owned();
    let shown = app.browser.get(&location).await;
    let back = app.submit(&location, &shown, "alice").await;
    assert_eq!(
        step(&app.browser.get(back.header("location")).await),
        "consent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn to_create_an_account_is_refused_by_its_name() {
    // OIDC-Create-4.1
    let world = World::new().await;
    let answer = world.app("spa").with("prompt", "create").authorize().await;
    assert_eq!(step(&answer), "invalid_request");
    let why = answer.returned("error_description").unwrap();
    assert!(why.contains("prompt=create"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_for_language_and_display_are_taken_and_change_nothing() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    for (name, value) in WISHES {
        let app = world.app("spa").with(name, value);
        let page = app.authorize().await.header("location").to_owned();
        let form = app.browser.get(&page).await.text();
        assert!(!form.contains("svg/onload"), "{value}");
        assert_eq!(
            step(&app.code_answer("alice").await),
            "code",
            "{name}={value}"
        );
    }
}

/// A parameter and its value.
const WISHES: [(&str, &str); 8] = [
    ("ui_locales", "fr-CA fr en"),
    ("ui_locales", "\"><svg/onload=alert(1)>"),
    ("claims_locales", "de"),
    ("display", "page"),
    ("display", "popup"),
    ("display", "touch"),
    ("display", "wap"),
    ("display", "hologram"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_age_of_nothing_or_a_second_ends_after_one_sign_in() {
    // A22, OIDC-Core-3.1.2.1
    let world = World::new().await;
    for age in ["0", "1"] {
        let app = world.app("spa").with("prompt", "consent");
        app.code("alice").await;
        world.advance(Duration::from_secs(10));
        let app = app.with("max_age", age);
        let page = app.authorize().await;
        assert_eq!(step(&page), "sign-in");
        let location = page.header("location").to_owned();
        let shown = app.browser.get(&location).await;
        let back = app.submit(&location, &shown, "alice").await;
        // however slowly the browser comes back, within a minute
        world.advance(Duration::from_secs(60));
        let on = app.browser.get(back.header("location")).await;
        assert_eq!(step(&on), "consent");
        // and however long the consent page is looked at, within its ten minutes
        let location = on.header("location");
        let shown = app.browser.get(location).await;
        world.advance(Duration::from_secs(540));
        assert_eq!(step(&app.submit(location, &shown, "alice").await), "code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_of_a_sign_in_lives_a_minute_in_its_own_browser() {
    // A22
    let world = World::new().await;
    let app = world.app("spa").with("prompt", "login");
    let location = app.authorize().await.header("location").to_owned();
    let shown = app.browser.get(&location).await;
    let back = app.submit(&location, &shown, "alice").await;
    let proof = back.header("location").to_owned();
    let thief = world.app("spa");
    thief.code("bob").await;
    assert_eq!(step(&thief.browser.get(&proof).await), "sign-in");
    assert_eq!(step(&app.browser.get(&proof).await), "consent");
    world.advance(Duration::from_millis(60_001));
    assert_eq!(step(&app.browser.get(&proof).await), "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_is_an_age_and_not_the_lack_of_one() {
    // A22: falsy
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let app = app.with("max_age", "0").with("prompt", "none");
    assert_eq!(asked(&app).await, "login_required");
    let app = app.with("max_age", "1");
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_is_digits() {
    // A22
    let world = World::new().await;
    let mut app = world.app("spa");
    app.code("alice").await;
    for (value, expected) in [
        ("-1", "invalid_request"),
        ("+1", "invalid_request"),
        ("1.5", "invalid_request"),
        ("99999999999999999999", "invalid_request"),
        ("9999999999", "code"),
        ("00000", "sign-in"),
    ] {
        app = app.with("max_age", value);
        assert_eq!(asked(&app).await, expected, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn auth_time_is_when_the_password_was_typed() {
    // A22, OIDC-Core-2
    let world = World::new().await;
    let mut app = world.app("spa");
    let first = id_claims(&app.sign_in("alice").await);
    world.advance(Duration::from_secs(100));
    let second = id_claims(&app.sign_in("alice").await);
    assert_eq!(first["auth_time"], second["auth_time"]);
    app = app.with("prompt", "login");
    let third = id_claims(&app.sign_in("alice").await);
    assert_eq!(
        third["auth_time"].as_i64().unwrap(),
        first["auth_time"].as_i64().unwrap() + 100
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_again_keeps_what_was_granted_and_gets_another_cookie() {
    // A19, ASVS-7.2.4
    let world = World::new().await;
    let app = world.app("spa").scope("openid");
    let tokens = app.sign_in("alice").await;
    let (name, before) = session_cookie(&app);
    let app = app.with("prompt", "login");
    let again = app.sign_in("alice").await;
    assert_eq!(id_claims(&tokens)["sid"], id_claims(&again)["sid"]);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
    let thief = world.app("spa").with("prompt", "none");
    thief.browser.set_cookie(&name, &before);
    assert_eq!(asked(&thief).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_again_may_be_somebody_else_and_is_then_named() {
    // A22
    let world = World::new().await;
    let app = world.app("spa");
    let alice = id_claims(&app.sign_in("alice").await);
    let app = app.with("prompt", "login");
    let bob = id_claims(&app.sign_in("bob").await);
    assert_ne!(alice["sub"], bob["sub"]);
    let silent = app.with("prompt", "none");
    let again = id_claims(&silent.sign_in("nobody is asked").await);
    assert_eq!(again["sub"], bob["sub"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_leaves_no_trace_in_the_browser() {
    // A20
    let world = World::new().await;
    let app = world.app("spa").with("prompt", "none");
    let answer = app.authorize().await;
    assert_eq!(step(&answer), "login_required");
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.returned("iss").as_ref(), Some(&world.url));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_answer_tells_nothing_of_a_person_who_did_not_consent() {
    // A20
    let world = World::new().await;
    let app = world.app("spa");
    let page = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&page).await;
    app.submit(&page, &form, "alice").await;
    let app = app.with("prompt", "none");
    let answer = app.authorize().await;
    assert_eq!(step(&answer), "consent_required");
    assert!(!answer.header("location").contains("alice"));
    assert_eq!(answer.returned("code"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_is_not_known_is_invalid() {
    // OIDC-Core-3.1.2.6
    let world = World::new().await;
    for value in ["nothing", "NONE", "login,consent", "login  consent"] {
        let app = world.app("spa").with("prompt", value);
        assert_eq!(asked(&app).await, "invalid_request", "{value}");
    }
    let app = world.app("spa").with("prompt", "login consent");
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_or_an_old_session_is_none() {
    // A22, ASVS-7.3.1
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    for _ in 0..30 {
        world.advance(Duration::from_secs(11 * 60 * 60));
        assert_eq!(asked(&app).await, "code", "in use");
    }
    world.advance(Duration::from_secs(11 * 60 * 60));
    assert_eq!(asked(&app).await, "sign-in", "older than 14 days");
    app.code("alice").await;
    world.advance(Duration::from_secs(12 * 60 * 60 + 1));
    assert_eq!(asked(&app).await, "sign-in", "idle for 12 hours");
}

/// The claims of the ID token.
fn id_claims(tokens: &crate::world::Tokens) -> serde_json::Value {
    let token = tokens.id.as_deref().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&airside_jose::base64url::decode(payload).unwrap()).unwrap()
}
