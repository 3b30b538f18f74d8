//! Client authentication (RFC 6749 §2.3, RFC 7523 §3): one method, the registered one.

pub mod assertion;
mod header;
mod jwks_uri;

use airside_client::basic_verbatim;
use airside_testkit::Answer;
use serde_json::{Value, json};

use crate::world::{Setting, World, basic, secret_of};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test(flavor = "multi_thread")]
async fn two_methods_at_once_are_an_invalid_request() {
    // T08, RFC6749-2.3
    let world = world().await;
    let basic = basic("billing", &secret_of("billing"));
    let secret = ("client_secret", "billing-secret");
    let kind = ("client_assertion_type", assertion::TYPE);
    let token = ("client_assertion", "a.b.c");
    for more in [&[secret][..], &[kind, token], &[kind]] {
        let answer = token_with(&world, &[&basic], more).await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{more:?}");
    }
    let body = [("client_id", "poster"), secret, kind, token];
    let answer = token_with(&world, &[], &body).await;
    assert_eq!(answer.outcome(), "400 invalid_request");
    // RFC6749-3.2: without a value it is not another method
    let (no_secret, no_token) = ([("client_secret", "")], [("client_assertion", "")]);
    for more in [&[][..], &no_secret, &no_token] {
        let answer = token_with(&world, &[&basic], more).await;
        assert_eq!(answer.status, 200, "{more:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_in_the_body_beside_basic_must_be_the_same() {
    // RFC6749-2.3
    let world = world().await;
    let basic = basic("billing", &secret_of("billing"));
    let same = token_with(&world, &[&basic], &[("client_id", "billing")]).await;
    assert_eq!(same.status, 200);
    let other = token_with(&world, &[&basic], &[("client_id", "web")]).await;
    assert_eq!(other.outcome(), "400 invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_wrong_secret_is_refused() {
    // T08
    let world = world().await;
    for wrong in [
        "",
        "billing",
        "billing-secret ",
        "Billing-secret",
        "billing-secre",
        "%00",
        "é",
    ] {
        let answer = token_with(&world, &[&basic_verbatim("billing", wrong)], &[]).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{wrong}");
        let body = [("client_id", "poster"), ("client_secret", wrong)];
        let answer = token_with(&world, &[], &body).await;
        assert!(answer.status == 401, "{wrong}: {}", answer.outcome());
    }
    let body = [("client_id", "poster"), ("client_secret", "poster-secret")];
    assert_eq!(token_with(&world, &[], &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_registered_method_authenticates() {
    // T08, OIDC-Core-9
    let world = world().await;
    let posted = [
        ("client_id", "billing"),
        ("client_secret", "billing-secret"),
    ];
    let bare = [("client_id", "billing")];
    for body in [&posted[..], &bare] {
        let answer = token_with(&world, &[], body).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{body:?}");
    }
    for other in ["poster", "robot"] {
        let answer = token_with(&world, &[&basic(other, &secret_of(other))], &[]).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{other}");
    }
    let robot = [("client_id", "robot"), ("client_secret", "robot-secret")];
    assert_eq!(
        token_with(&world, &[], &robot).await.outcome(),
        "401 invalid_client"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_that_sends_a_secret_is_refused() {
    // T08
    let world = world().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    let url = world.at("/token");
    let posted = async |secret: &str| {
        let mut body = form.to_vec();
        body.extend([("client_id", "spa"), ("client_secret", secret)]);
        world.browser().post(&url, &body).await
    };
    assert_eq!(posted("spa-secret").await.outcome(), "401 invalid_client");
    let basic_with = async |secret: &str| {
        let headers = [("authorization", &*basic("spa", secret))];
        world.browser().post_with(&url, &headers, &form).await
    };
    let refused = basic_with("spa-secret").await;
    assert_eq!(refused.outcome(), "401 invalid_client");
    // RFC6749-3.2: a secret without a value is none
    assert_eq!(posted("").await.status, 200);
    let tokens = world.app("spa").sign_in("alice").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    let headers = [("authorization", &*basic("spa", ""))];
    let answer = world.browser().post_with(&url, &headers, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_at_all_is_an_invalid_client() {
    // RFC6749-5.2
    let world = world().await;
    for body in [&[][..], &[("client_id", "")]] {
        let answer = token_with(&world, &[], body).await;
        assert_eq!(answer.outcome(), "401 invalid_client");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_and_a_wrong_secret_are_answered_alike() {
    // T08: which clients exist is not told
    let world = world().await;
    let unknown = token_with(&world, &[&basic("nobody", "guess")], &[]).await;
    let wrong = token_with(&world, &[&basic("billing", "guess")], &[]).await;
    let method = token_with(&world, &[&basic("poster", "guess")], &[]).await;
    assert_eq!(without_request_id(&unknown), without_request_id(&wrong));
    assert_eq!(without_request_id(&unknown), without_request_id(&method));
    let posted = |id| [("client_id", id), ("client_secret", "guess")];
    let unknown = token_with(&world, &[], &posted("nobody")).await;
    let wrong = token_with(&world, &[], &posted("poster")).await;
    assert_eq!(without_request_id(&unknown), without_request_id(&wrong));
}

fn without_request_id(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let volatile = ["x-request-id", "date"];
    let headers = answer.headers.iter();
    let headers = headers.filter(|(name, _)| !volatile.contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), answer.text(), headers.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_with_control_characters_is_an_unknown_client() {
    // T08: CWE-117
    let world = world().await;
    let long = "x".repeat(300);
    for id in [
        "bill\ning",
        "billing\u{7f}",
        "billing\u{202e}",
        "Billing",
        "billing ",
        &long,
    ] {
        let answer = token_with(&world, &[], &[("client_id", id), ("client_secret", "x")]).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{id:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_back_channel_endpoint_authenticates_alike() {
    // RFC7009-2.1, RFC7662-2.1
    let world = world().await;
    let wrong = basic("billing", "wrong");
    let form = [("token", "x")];
    for path in ["/revoke", "/introspect"] {
        let url = world.at(path);
        let answer = world.browser().post(&url, &form).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{path}");
        let headers = [("authorization", wrong.as_str())];
        let answer = world.browser().post_with(&url, &headers, &form).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{path}");
        let good = [("authorization", &*basic("billing", "billing-secret"))];
        assert_eq!(
            world.browser().post_with(&url, &good, &form).await.status,
            200
        );
    }
}

async fn world() -> World {
    let poster = json!({
        "client_id": "poster", "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let robot = assertion::robot(&assertion::key("k1"), json!({}));
    world_with(vec![poster, robot]).await
}

/// A world with more clients.
pub async fn world_with(clients: Vec<Value>) -> World {
    World::with(Setting {
        clients,
        ..Setting::default()
    })
    .await
}

async fn token_with(world: &World, authorization: &[&str], more: &[(&str, &str)]) -> Answer {
    let headers: Vec<_> = authorization
        .iter()
        .map(|value| ("authorization", *value))
        .collect();
    let mut fields = vec![GRANT];
    fields.extend_from_slice(more);
    world
        .browser()
        .post_with(&world.at("/token"), &headers, &fields)
        .await
}
