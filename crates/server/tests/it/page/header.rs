//! Headers of pages and cookies, and which origins may read an answer.

use airside_testkit::Answer;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_forbids_frames_scripts_and_referrers() {
    // RFC9700-4.16
    let world = World::new().await;
    let app = world.app("spa");
    let location = app.authorize().await.header("location").to_owned();
    let sign_in = world.at("/sign-in");
    let elsewhere = app.browser.get_with(&sign_in, &[("host", "evil.example")]);
    for (answer, status) in [
        (app.browser.get(&location).await, 200),
        (app.browser.get(&world.at("/authorize")).await, 400),
        (app.browser.get(&world.at("/nothing")).await, 404),
        (app.browser.post(&world.at("/jwks"), &[]).await, 405),
        (elsewhere.await, 421),
    ] {
        assert_eq!(answer.status, status);
        assert_protected(&answer);
    }
    let page = app.browser.get(&location).await;
    let csp = page.header("content-security-policy");
    assert!(!csp.contains("form-action"), "{csp}");
}

fn assert_protected(answer: &Answer) {
    let csp = answer.header("content-security-policy");
    assert!(csp.contains("default-src 'none'"), "{csp}");
    assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_for_this_host_and_not_for_scripts() {
    let world = World::new().await;
    let answer = world.app("spa").authorize().await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_registered_origins_may_read_the_token_endpoint() {
    // ASVS-3.4.2
    let world = World::new().await;
    let allowed = async |path: &str, origin: &str| {
        let answer = world
            .browser()
            .get_with(&world.at(path), &[("origin", origin)])
            .await;
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed("/jwks", "https://anyone.example").await, "*");
    assert_eq!(
        allowed("/userinfo", "https://app.example").await,
        "https://app.example"
    );
    for origin in ["https://app.example.evil.ex", "null", "http://app.example"] {
        assert_eq!(allowed("/userinfo", origin).await, "", "{origin}");
    }
    assert_eq!(allowed("/authorize", "https://app.example").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_for_registered_origins() {
    // ASVS-3.4.2
    let world = World::new().await;
    for (path, origin, allowed) in PREFLIGHTS {
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        let url = world.at(path);
        let answer = world
            .browser()
            .send(http::Method::OPTIONS, &url, &asks, "")
            .await;
        let header = answer.header("access-control-allow-origin");
        assert_eq!(
            (answer.status.as_u16(), header),
            (204, allowed),
            "{path} {origin}"
        );
    }
}

/// An endpoint, an origin, and the origin that the answer allows.
const PREFLIGHTS: [(&str, &str, &str); 3] = [
    ("/token", "https://app.example", "https://app.example"),
    ("/token", "https://evil.example", ""),
    ("/jwks", "https://evil.example", "*"),
];
