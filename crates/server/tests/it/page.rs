//! The pages: who may submit them, and what they never do.

mod header;

use std::time::Duration;

use airside_testkit::Answer;

use crate::world::{App, PASSWORD, World};

/// The sign-in page that an app's browser is sent to: its address and its seal.
async fn sign_in_page(app: &App<'_>) -> (String, String) {
    let location = app.authorize().await.header("location").to_owned();
    let sealed = app.browser.get(&location).await.hidden("interaction");
    (location, sealed)
}

async fn submit(
    app: &App<'_>,
    sealed: &str,
    name: &str,
    password: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let fields = [
        ("interaction", sealed),
        ("username", name),
        ("password", password),
    ];
    app.browser
        .post_with(&app.world.at("/sign-in"), headers, &fields)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_shows_the_form_again_and_tells_nothing_about_the_name() {
    // ASVS-6.3.8
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = sign_in_page(&app).await;
    let before = world.issuer.hasher.calls();
    let known = submit(&app, &sealed, "alice", "wrong", &[]).await;
    let between = world.issuer.hasher.calls();
    let unknown = submit(&app, &sealed, "nobody", "wrong", &[]).await;
    assert_eq!([known.status.as_u16(), unknown.status.as_u16()], [401, 401]);
    let (known, unknown) = (known.text(), unknown.text());
    assert_eq!(known.replace("alice", "X"), unknown.replace("nobody", "X"));
    let after = world.issuer.hasher.calls();
    assert_eq!((between - before, after - between), (1, 1));
    let answer = submit(&app, &sealed, "alice", PASSWORD, &[]).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_attempts_are_refused_for_names_that_exist_or_not() {
    // NIST-800-63B-3.2.2
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = sign_in_page(&app).await;
    for name in ["alice", "nobody"] {
        for _ in 0..10 {
            assert_eq!(submit(&app, &sealed, name, "wrong", &[]).await.status, 401);
        }
        let refused = submit(&app, &sealed, name, PASSWORD, &[]).await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("retry-after")),
            (429, "900"),
            "{name}"
        );
    }
    world.advance(Duration::from_secs(901));
    let answer = submit(&app, &sealed, "alice", PASSWORD, &[]).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_too_long_is_refused_before_it_is_hashed() {
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = sign_in_page(&app).await;
    let before = world.issuer.hasher.calls();
    let answer = submit(&app, &sealed, "alice", &"x".repeat(1025), &[]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.issuer.hasher.calls(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_works_only_from_our_page_in_the_same_browser() {
    // RFC9700-4.7
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = sign_in_page(&app).await;
    let evil = ("origin", "https://evil.example");
    for header in [("sec-fetch-site", "cross-site"), evil] {
        let refused = submit(&app, &sealed, "alice", PASSWORD, &[header]).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.header("set-cookie"), "");
    }
    let stranger = world.app("spa");
    let answer = submit(&stranger, &sealed, "alice", PASSWORD, &[]).await;
    assert_eq!(answer.status, 403);
    let answer = submit(&app, "nonsense", "alice", PASSWORD, &[]).await;
    assert_eq!(answer.status, 400);
    let origin = ("origin", world.url.as_str());
    let own = [origin, ("sec-fetch-site", "same-origin")];
    let answer = submit(&app, &sealed, "alice", PASSWORD, &own).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_sign_in_page_starts_the_same_request_over() {
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = sign_in_page(&app).await;
    world.advance(Duration::from_secs(25 * 3600));
    let answer = submit(&app, &sealed, "alice", PASSWORD, &[]).await;
    assert_eq!(answer.status, 303);
    let again = app.browser.get(answer.header("location")).await;
    assert!(
        again.header("location").contains("/sign-in?"),
        "{}",
        again.header("location")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_makes_a_new_session_and_ends_the_one_before() {
    // ASVS-7.2.4
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let old = app.browser.cookies();
    let app = app.with("prompt", "login");
    app.code("alice").await;
    assert_ne!(old, app.browser.cookies());
    let thief = world.app("spa").with("prompt", "none");
    old.iter()
        .for_each(|(name, value)| thief.browser.set_cookie(name, value));
    assert_eq!(thief.authorize().await.outcome(), "303 login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_page_can_be_denied_and_pressed_twice() {
    let world = World::new().await;
    let app = world.app("spa");
    let (location, sealed) = sign_in_page(&app).await;
    let on = submit(&app, &sealed, "alice", PASSWORD, &[])
        .await
        .header("location")
        .to_owned();
    let consent = app.browser.get(&on).await.header("location").to_owned();
    assert!(consent.contains("/consent?") && location.contains("/sign-in?"));
    let sealed = app.browser.get(&consent).await.hidden("interaction");
    let decide = async |decision| {
        let fields = [("interaction", sealed.as_str()), ("decision", decision)];
        app.browser.post(&world.at("/consent"), &fields).await
    };
    assert_eq!(decide("deny").await.outcome(), "303 access_denied");
    assert!(decide("allow").await.returned("code").is_some());
    assert!(
        decide("allow").await.returned("code").is_some(),
        "a double click leads on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_what_rests_on_the_session_and_nothing_else() {
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let online = app.sign_in("alice").await;
    let app = app.scope("openid offline_access");
    let offline = app.sign_in("alice").await;
    let page = app.browser.get(&world.at("/sign-out")).await;
    assert_eq!(
        app.refresh(offline.refresh()).await.status,
        200,
        "looking changes nothing"
    );
    let sealed = page.hidden("interaction");
    let done = app
        .browser
        .post(&world.at("/sign-out"), &[("interaction", &sealed)])
        .await;
    assert_eq!(done.status, 200);
    assert_eq!(
        app.refresh(online.refresh()).await.outcome(),
        "400 invalid_grant"
    );
    assert_eq!(app.refresh(offline.refresh()).await.status, 200);
    assert!(
        app.authorize()
            .await
            .header("location")
            .contains("/sign-in?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_write_is_text() {
    let world = World::new().await;
    let payload = "\"><svg/onload=alert(1)>{{7*7}}";
    let app = world.app("spa").with("login_hint", payload);
    let location = app.authorize().await.header("location").to_owned();
    let html = app.browser.get(&location).await.text();
    assert!(
        !html.contains("<svg/onload") && !html.contains(">49"),
        "{html}"
    );
    let uri = format!("https://evil.example/{payload}");
    let html = world.app("spa").redirect_uri(&uri).authorize().await.text();
    assert!(!html.contains("<svg/onload"), "{html}");
}
