//! Tests what a token request may look like, and how much of it there may be (RFC 6749 §3.2, §5).

mod hostile_text;

use airside_testkit::Answer;
use http::Method;
use serde_json::json;

use super::public_client;
use crate::world::{World, basic, secret_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_answer_is_json_that_nobody_stores() {
    // RFC6749-5.1
    let world = World::new().await;
    let app = world.app("billing");
    let granted = app.token(&[GRANT]).await;
    assert_eq!(granted.member("token_type"), "Bearer");
    assert_eq!(granted.json()["expires_in"], 900);
    let refused = app.token(&[("grant_type", "password")]).await;
    for answer in [granted, refused] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_type_that_does_not_exist_is_unsupported() {
    // T20, T22
    let world = World::new().await;
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    for name in [
        "password",
        "implicit",
        "Client_Credentials",
        exchange,
        device,
        "client_credentials ",
    ] {
        let answer = world.app("billing").token(&[("grant_type", name)]).await;
        assert_eq!(answer.outcome(), "400 unsupported_grant_type", "{name}");
    }
    let answer = world.app("billing").token(&[GRANT]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_type_that_the_client_is_not_registered_for_is_unauthorized() {
    // T20, RFC6749-5.2
    let world = World::new().await;
    for client_id in ["spa", "web", "bank-api"] {
        let answer = world.app(client_id).token(&[GRANT]).await;
        assert_eq!(answer.outcome(), "400 unauthorized_client", "{client_id}");
    }
    for name in ["authorization_code", "refresh_token"] {
        let answer = world.app("billing").token(&[("grant_type", name)]).await;
        assert_eq!(answer.outcome(), "400 unauthorized_client", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_can_never_be_registered_for_client_credentials() {
    // RFC6749-4.4
    let world = World::new().await;
    let client = public_client(
        "public-machine",
        json!({ "grant_types": ["client_credentials"] }),
    );
    assert_eq!(world.admin("POST", "/clients", client).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_parameter_is_an_invalid_request_even_with_the_same_value() {
    // A11, RFC6749-3.2
    let world = World::new().await;
    for body in [
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&grant_type=password",
        "grant_type=client_credentials&scope=accounts:read&scope=accounts:read",
        "grant_type=client_credentials&scope=&scope=accounts:read",
        "grant_type=client_credentials&client_id=billing&client_id=billing",
        "grant_type=client_credentials&unknown=1&unknown=2",
        "grant_type=client_credentials&%73cope=accounts:read&scope=accounts:read",
    ] {
        assert_eq!(
            post(&world, FORM, body).await.outcome(),
            "400 invalid_request",
            "{body}"
        );
    }
    let control = "grant_type=client_credentials&unknown=1&scope[]=x";
    assert_eq!(post(&world, FORM, control).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_without_a_value_counts_as_left_out() {
    // RFC6749-3.2
    let world = World::new().await;
    let answer = post(
        &world,
        FORM,
        "grant_type=client_credentials&scope=&resource=",
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = post(&world, FORM, "grant_type=").await;
    assert_eq!(answer.outcome(), "400 invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_in_the_query_count_for_nothing() {
    // RFC6749-3.2: the client uses POST; A11: query and body are not mixed
    let world = World::new().await;
    let url = world.at("/token?grant_type=client_credentials");
    let headers = authorized(FORM);
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = world.browser().send(Method::POST, &url, &headers, "").await;
    assert_eq!(answer.outcome(), "400 invalid_request");
    let answer = world.browser().get_with(&url, &headers[1..]).await;
    assert_eq!(answer.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_form_is_read() {
    // RFC6749-3.2
    let world = World::new().await;
    let (form, json) = (
        "grant_type=client_credentials",
        r#"{"grant_type":"client_credentials"}"#,
    );
    for (kind, body) in [
        ("application/json", json),
        ("application/json", form),
        ("text/plain", form),
        ("multipart/form-data; boundary=x", form),
        ("application/x-www-form-urlencoded-not", form),
        ("", form),
    ] {
        let answer = post(&world, kind, body).await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{kind}");
    }
    let kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    assert_eq!(post(&world, kind, form).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_answered_like_any_other_mistake() {
    // RFC6749-5.2
    let world = World::new().await;
    assert_eq!(
        post(&world, FORM, "").await.outcome(),
        "400 invalid_request"
    );
    assert_eq!(
        post(&world, FORM, "&&&===&").await.outcome(),
        "400 invalid_request"
    );
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const FORM: &str = "application/x-www-form-urlencoded";

fn authorized(content_type: &str) -> [(&'static str, String); 2] {
    let basic = basic("billing", &secret_of("billing"));
    [
        ("content-type", content_type.to_owned()),
        ("authorization", basic),
    ]
}

async fn post(world: &World, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
    let headers = authorized(content_type);
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let body = body.as_ref().to_vec();
    world
        .browser()
        .send(Method::POST, &world.at("/token"), &headers, body)
        .await
}
