//! Cookies that others set, and what they are called (A18, A19).

use airside_net::Drain;
use axum::body::Body;
use http::{HeaderValue, Request, StatusCode, header};
use tower::ServiceExt;

use super::{attempt, form, session_cookie};
use crate::{
    authorize_endpoint::asked,
    world::{App, PASSWORD, Setting, World},
};

/// Returns what a silent request gets with exactly this cookie header.
async fn silent(app: &App<'_>, cookies: &[&[u8]]) -> String {
    let world = app.world;
    let url: http::Uri = app.authorize_url().parse().unwrap();
    let mut request = Request::get(url.path_and_query().unwrap().as_str());
    request = request.header(header::HOST, url.authority().unwrap().as_str());
    for line in cookies {
        request = request.header(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
    }
    let router = airside_server::route::router(&world.issuer, Drain::new()).unwrap();
    let answer = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let location = answer.headers()[header::LOCATION].to_str().unwrap();
    match location.contains("code=") {
        true => "code".to_owned(),
        false if location.contains("login_required") => "login_required".to_owned(),
        false => location.to_owned(),
    }
}

/// An app in whose browser alice is signed in, and that shows no page.
async fn signed_in(world: &World) -> App<'_> {
    let app = world.app("spa");
    app.code("alice").await;
    app.with("prompt", "none")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_session_cookies_are_no_session() {
    // A19
    let world = World::new().await;
    let app = signed_in(&world).await;
    let (name, value) = session_cookie(&app);
    let own = format!("{name}={value}");
    assert_eq!(silent(&app, &[own.as_bytes()]).await, "code");
    for other in [
        format!("{own}; {own}"),
        format!("{name}=x; {own}"),
        format!("{own};{name}="),
    ] {
        assert_eq!(
            silent(&app, &[other.as_bytes()]).await,
            "login_required",
            "{other}"
        );
    }
    let lines = [own.as_bytes(), own.as_bytes()];
    assert_eq!(silent(&app, &lines).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_of_other_apps_on_the_host_do_not_matter() {
    // A19
    let world = World::new().await;
    let app = signed_in(&world).await;
    let (name, value) = session_cookie(&app);
    let own = format!("{name}={value}");
    let upper = name.to_uppercase();
    let similar = [upper, format!("x{name}"), format!("{name}2")].map(|name| format!("{name}=x"));
    let unlike = ["theme=dark", "nameless", "=x", "", "a=b=c"];
    for other in unlike.into_iter().chain(similar.iter().map(String::as_str)) {
        let line = format!("{other}; {own}");
        assert_eq!(silent(&app, &[line.as_bytes()]).await, "code", "{other}");
    }
    let latin = [b"name=J\xf6rg; ".as_slice(), own.as_bytes()].concat();
    assert_eq!(silent(&app, &[&latin]).await, "code", "another encoding");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_planted_in_a_browser_is_not_the_one_signed_in_to() {
    // A18
    let world = World::new().await;
    let victim = world.app("spa");
    let (_, sealed) = form(&victim).await;
    let attacker = world.app("spa");
    attacker.code("bob").await;
    let (name, planted) = session_cookie(&attacker);
    victim.browser.set_cookie(&name, &planted);
    attempt(&victim, &sealed, "alice", PASSWORD).await;
    assert_ne!(session_cookie(&victim).1, planted);
    let attacker = attacker.with("prompt", "none");
    assert_eq!(asked(&attacker).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_planted_in_a_browser_signs_in_nobody_else() {
    // A18
    let world = World::new().await;
    let (attacker, victim) = (world.app("spa"), world.app("spa"));
    let (_, sealed) = form(&attacker).await;
    form(&victim).await;
    let answer = attempt(&victim, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 403);
    let resumed = world.at(&format!("/authorize?interaction={sealed}"));
    assert_eq!(attacker.browser.get(&resumed).await.returned("code"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_https_issuer_no_sibling_can_set_them() {
    // A19, RFC6265bis-4.1.3.2
    let world = World::with(Setting {
        issuer: Some("https://id.example"),
        ..Setting::default()
    })
    .await;
    let app = world.app("spa");
    let host = [("host", "id.example")];
    let answer = app.browser.get_with(&app.authorize_url(), &host).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-airside-browser-"), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    assert!(
        answer
            .header("location")
            .starts_with("https://id.example/sign-in?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_issuer_is_never_reached_over_plain_http_again() {
    // RFC6797-7.1
    for (issuer, expected) in [(None, ""), (Some("https://id.example"), "max-age=31536000")] {
        let world = World::with(Setting {
            issuer,
            ..Setting::default()
        })
        .await;
        let answer = world.browser().get(&world.at("/jwks")).await;
        assert_eq!(answer.header("strict-transport-security"), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_too_large_is_refused_before_it_is_read() {
    // A19
    let world = World::new().await;
    let browser = world.browser();
    let many = [("x-filler", "x".repeat(20_000))];
    let headers: Vec<_> = many.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = browser.get_with(&world.at("/sign-out"), &headers).await;
    assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let some = [("x-filler", "x".repeat(10_000))];
    let headers: Vec<_> = some.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(
        browser
            .get_with(&world.at("/sign-out"), &headers)
            .await
            .status,
        200
    );
}
