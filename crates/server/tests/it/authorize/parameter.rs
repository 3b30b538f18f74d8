//! Parameters that are bent, doubled, long or hostile (A10, A11, A13, A28).

use http::Method;
use serde_json::json;

use crate::{
    authorize_endpoint::{asked, assert_page, step},
    world::{BANK, Setting, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_response_type_code_exists() {
    // A10, OAuth2.1-10.1
    let world = World::new().await;
    for value in [
        "CODE",
        "code code",
        " code",
        "code ",
        "code token",
        "none",
        "id_token token",
    ] {
        let app = world.app("spa").with("response_type", value);
        assert_eq!(asked(&app).await, "unsupported_response_type", "{value}");
    }
    let app = world.app("spa").with("response_type", "");
    assert_eq!(asked(&app).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_by_query_or_form_only() {
    // A10, A25
    let world = World::new().await;
    for value in [
        "fragment",
        "form_post.jwt",
        "web_message",
        "query.jwt",
        "QUERY",
    ] {
        let app = world.app("spa").with("response_mode", value);
        assert_eq!(asked(&app).await, "invalid_request", "{value}");
    }
    for value in ["query", "form_post"] {
        let app = world.app("spa").with("response_mode", value);
        assert_eq!(asked(&app).await, "sign-in", "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_may_be_named_more_than_once() {
    // A11, RFC8707-2
    let world = World::new().await;
    let app = world.app("spa").with("resource", BANK);
    let app = app.also("resource", "https://shop.example");
    let app = app.scope("accounts:read orders:read");
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.also("resource", "https://nowhere.example");
    assert_eq!(asked(&app).await, "invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_separators_of_other_frameworks_mean_nothing() {
    // A11
    let world = World::new().await;
    let url = world.app("spa").authorize_url();
    for changed in [
        url.replace("client_id=", "client_id[]="),
        url.replace("client_id=", "CLIENT_ID="),
        url.replace("client_id=spa&", "client_id=spa;"),
        url.replace("client_id=", "x=1;client_id="),
    ] {
        assert_page(&world.browser().get(&changed).await, &changed);
    }
    let array = world.browser().get(&format!("{url}&scope[]=admin")).await;
    assert_eq!(step(&array), "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_43_characters_of_base64url() {
    // A13
    let world = World::new().await;
    for challenge in [
        "A".repeat(42),
        "A".repeat(44),
        format!("{}=", "A".repeat(42)),
    ] {
        let app = world.app("spa").with("code_challenge", &challenge);
        assert_eq!(asked(&app).await, "invalid_request", "{challenge}");
    }
    let app = world.app("spa").with("code_challenge", &"A".repeat(43));
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_exempt_from_pkce_may_leave_it_out_and_not_half_of_it() {
    // A12, A13
    let client = json!({
        "client_id": "web", "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://web.example/cb"], "scope": "openid", "require_pkce": false,
    });
    let world = World::with_clients([client]).await;
    let half = world.app("web").scope("openid").with("code_challenge", "");
    assert_eq!(asked(&half).await, "invalid_request");
    let none = half.with("code_challenge_method", "");
    assert_eq!(asked(&none).await, "sign-in");
    let weak = world.app("web").scope("openid");
    let weak = weak.with("code_challenge_method", "plain");
    assert_eq!(asked(&weak).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn line_breaks_reach_no_header() {
    // A28
    let world = World::new().await;
    let state = "a\r\nset-cookie: evil=1\r\n\r\n<html>";
    let app = world.app("spa").with("state", state).scope("nonsense");
    let answer = app.authorize().await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.returned("state").as_deref(), Some(state));
    assert!(answer.header("location").contains("state=a%0D%0A"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_id_is_taken_over_only_if_it_is_one() {
    // A28
    let world = World::with(Setting {
        trusted_proxies: &["127.0.0.1"],
        ..Setting::default()
    })
    .await;
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (sent, same) in [
        (format!("00-{id}-00f067aa0ba902b7-01"), true),
        (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), false),
        (format!("00-{}<script>-1-01", &id[..24]), false),
    ] {
        let headers = [("traceparent", sent.as_str())];
        let answer = world.browser().get_with(&world.url, &headers).await;
        let named = answer.header("x-request-id");
        assert_eq!(named == id, same, "{sent}");
        assert!(named.len() == 32 && named.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_on_a_page() {
    // A11
    let world = World::new().await;
    let url = world.app("spa").authorize_url();
    let many = "&x=1".repeat(100);
    for odd in ["&x=%", "&x=%zz", "&x=%ff", "&x=%00", &many] {
        let answer = world.browser().get(&format!("{url}{odd}")).await;
        assert_page(&answer, odd);
    }
    assert_eq!(
        step(&world.browser().get(&format!("{url}&")).await),
        "sign-in"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_told_to_the_app() {
    // A26
    let world = World::new().await;
    for (name, most) in [
        ("nonce", 256),
        ("state", 2048),
        ("login_hint", 256),
        ("max_age", 10),
    ] {
        let app = world.app("spa").with(name, &"1".repeat(most));
        assert_eq!(asked(&app).await, "sign-in", "{name}");
        let app = app.with(name, &"1".repeat(most + 1));
        assert_eq!(asked(&app).await, "invalid_request", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_leads_to_a_page_that_opens_or_is_told_to_be_too_long() {
    // sealed into an address, the request stays below what is accepted as a header
    let world = World::new().await;
    for bytes in [4_000, 7_500, 8_500, 11_500] {
        let app = world.app("spa").with("ui_locales", &"x".repeat(bytes));
        let answer = app.authorize().await;
        if bytes > 8_000 {
            assert_eq!(answer.outcome(), "303 invalid_request", "{bytes}");
        } else {
            let back = app.through(answer, "alice").await;
            assert_eq!(step(&back), "code", "{bytes}");
        }
    }
    let app = world.app("spa").with("ui_locales", &"x".repeat(13_000));
    assert_eq!(app.authorize().await.status, 414);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_is_as_long_at_most() {
    let world = World::new().await;
    for (bytes, expected) in [
        (7_500, "code"),
        (8_500, "invalid_request"),
        (60_000, "invalid_request"),
    ] {
        let app = world.app("spa").with("ui_locales", &"x".repeat(bytes));
        let answer = post(&app.authorize_url(), &app.browser, &[]).await;
        let end = app.through(answer, "alice").await;
        assert_eq!(step(&end), expected, "{bytes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_form_is_refused_on_a_page() {
    // A15
    let world = World::new().await;
    let app = world.app("spa");
    for kind in ["text/plain", "multipart/form-data", "application/json"] {
        let headers = [("content-type", kind)];
        let answer = post(&app.authorize_url(), &app.browser, &headers).await;
        assert_page(&answer, kind);
    }
    let answer = post(&app.authorize_url(), &app.browser, &[]).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_is_checked_before_it_is_sealed() {
    // A08, RFC9700-4.11.2
    let world = World::new().await;
    let app = world.app("spa").redirect_uri("https://evil.example/cb");
    let refused = post(&app.authorize_url(), &app.browser, &[]).await;
    assert_page(&refused, "redirect_uri");
    let app = world.app("spa").scope("nonsense");
    let told = post(&app.authorize_url(), &app.browser, &[]).await;
    assert_eq!(told.outcome(), "303 invalid_scope");
}

/// Sends the request of `url` as a form.
async fn post(
    url: &str,
    browser: &airside_testkit::Browser,
    headers: &[(&str, &str)],
) -> airside_testkit::Answer {
    let (address, query) = url.split_once('?').unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let headers = if headers.is_empty() { &form } else { headers };
    browser
        .send(Method::POST, address, headers, query.to_owned())
        .await
}
