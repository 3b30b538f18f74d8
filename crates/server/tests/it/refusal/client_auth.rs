//! Client authentication that failed, at each endpoint that asks for it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CANARY, Expected, check, known, listen, own, post, unknown};
use crate::{
    client_auth::assertion,
    world::{Setting, World, basic, secret_of},
};

const FORM: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("token", CANARY)];

async fn world(without: &'static [&'static str]) -> (World, assertion::Key) {
    let poster = json!({
        "client_id": "poster", "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let key = assertion::key("k1");
    let setting = Setting {
        clients: vec![poster, assertion::robot(&key, json!({}))],
        without,
        ..Setting::default()
    };
    (World::with(setting).await, key)
}

#[tokio::test]
async fn every_endpoint_tells_why_a_client_is_not_authenticated() {
    // RFC6749-5.2, A31
    for endpoint in ["/token", "/revoke", "/introspect", "/revocations"] {
        let _log = listen();
        let (world, _) = world(&[]).await;
        let mut answers = Vec::new();
        for (authorization, fields, expected) in unauthenticated() {
            let fields: Vec<_> = FORM.into_iter().chain(fields).collect();
            let answer = post(&world, endpoint, authorization.as_deref(), &fields).await;
            check(&world, &answer, "401 invalid_client", expected.at(endpoint)).await;
            answers.push(answer.text());
        }
        // the one answer for all of them
        answers.dedup();
        assert_eq!(answers.len(), 1, "{endpoint}: {answers:?}");
        contradictory(&world, endpoint).await;
    }
}

/// The `Authorization` header, the fields of the form, and what is told of them.
type Attempt<'a> = (Option<String>, Vec<(&'a str, &'a str)>, Expected<'a>);

/// Clients that are not authenticated, all of which are answered alike.
fn unauthenticated<'a>() -> [Attempt<'a>; 4] {
    [
        (
            Some(basic("ghost", CANARY)),
            vec![],
            unknown("ghost", "no such client"),
        ),
        (
            Some(basic("web", CANARY)),
            vec![],
            known("web", "wrong client secret"),
        ),
        (
            Some(own("poster")),
            vec![],
            known(
                "poster",
                "another client authentication than the registered one: \
                     registered for client_secret_post, used client_secret_basic",
            ),
        ),
        (
            None,
            vec![("client_id", "spa"), ("client_secret", CANARY)],
            known(
                "spa",
                "another client authentication than the registered one: \
                     registered for none, used client_secret_post",
            ),
        ),
    ]
}

/// Requests without a client, with two authentications, or with one that cannot be read.
async fn contradictory(world: &World, endpoint: &str) {
    let secret_of_poster = secret_of("poster");
    let answer = post(world, endpoint, None, &FORM).await;
    let expected = unknown("", "no client_id").at(endpoint);
    check(world, &answer, "401 invalid_client", expected).await;
    let secret = ("client_secret", secret_of_poster.as_str());
    let fields = [FORM[0], FORM[1], secret];
    let answer = post(world, endpoint, Some(&own("billing")), &fields).await;
    let expected = known("billing", "two client authentications at once").at(endpoint);
    check(world, &answer, "400 invalid_request", expected).await;
    let twice = [("scope", "a"), ("scope", "b")];
    let fields = [FORM[0], FORM[1], ("client_id", "web"), twice[0], twice[1]];
    let answer = post(world, endpoint, None, &fields).await;
    let expected = known("web", "a parameter is sent twice").at(endpoint);
    check(world, &answer, "400 invalid_request", expected).await;
    let answer = post(world, endpoint, Some("Basic !"), &FORM).await;
    let expected = unknown("", "the Authorization header cannot be read").at(endpoint);
    check(world, &answer, "401 invalid_client", expected).await;
}

#[tokio::test]
async fn a_disabled_client_is_answered_as_an_unknown_one_and_told_as_disabled() {
    let _log = listen();
    let (mut world, _) = world(&[]).await;
    world
        .restart(Setting {
            without: &["billing"],
            ..Setting::default()
        })
        .await;
    let answer = post(&world, "/token", Some(&own("billing")), &FORM).await;
    let expected = known("billing", "the client is disabled");
    check(&world, &answer, "401 invalid_client", expected).await;
    let stranger = post(&world, "/token", Some(&basic("ghost", CANARY)), &FORM).await;
    assert_eq!(answer.text(), stranger.text());
}

#[tokio::test]
async fn what_looks_like_a_secret_is_not_shown_as_a_client() {
    // A31
    let _log = listen();
    let (world, _) = world(&[]).await;
    for (client_id, shown) in [
        (
            format!("airside_cs_{CANARY}"),
            "(not shown: it looks like a secret)",
        ),
        (
            format!("eyJ{CANARY}"),
            "(not shown: it looks like a secret)",
        ),
        ("x\r\n\u{202e}y".to_owned(), r"x\\u{d}\\u{a}\\u{202e}y"),
    ] {
        let fields = [FORM[0], ("client_id", client_id.as_str())];
        let answer = post(&world, "/token", None, &fields).await;
        let expected = unknown(shown, "no such client");
        check(&world, &answer, "401 invalid_client", expected).await;
    }
}

#[tokio::test]
async fn a_refused_assertion_tells_which_rule_it_broke() {
    // RFC7523-3
    let _log = listen();
    let (world, key) = world(&[]).await;
    let now = world.issuer.now().as_seconds().as_i64();
    for (jti, more, reason) in wrong_claims(now) {
        let text = signed(&world, &key, jti, more);
        assert_refused(&world, &text, reason).await;
    }
    let text = signed(&world, &assertion::key("k2"), "f", json!({}));
    let reason = "no key of the client fits the client assertion";
    assert_refused(&world, &text, reason).await;
    let text = signed(&world, &assertion::key("k1"), "g", json!({}));
    let reason = "the signature of the client assertion is wrong";
    assert_refused(&world, &text, reason).await;
    // the control, and its second use
    let text = signed(&world, &key, "h", json!({}));
    assert_eq!(assertion::present(&world, &text).await.status, 200);
    world.advance(Duration::from_millis(1));
    assert_refused(&world, &text, "the client assertion was used before").await;
}

/// The `jti` of an assertion, claims that are wrong, and the reason that is told.
fn wrong_claims(now: i64) -> [(&'static str, Value, &'static str); 5] {
    [
        (
            "a",
            json!({ "exp": now - 60 }),
            "the client assertion has expired",
        ),
        (
            "b",
            json!({ "aud": "https://elsewhere.example" }),
            "aud of the client assertion is not this issuer",
        ),
        (
            "c",
            json!({ "iss": "web" }),
            "iss or sub of the client assertion is not the client",
        ),
        (
            "d",
            json!({ "exp": now + 3_600 }),
            "the times of the client assertion are out of range",
        ),
        (
            "e",
            json!({ "exp": null }),
            "the client assertion cannot be read",
        ),
    ]
}

async fn assert_refused(world: &World, assertion: &str, reason: &str) {
    let answer = assertion::present(world, assertion).await;
    check(world, &answer, "401 invalid_client", known("robot", reason)).await;
}

fn signed(world: &World, key: &assertion::Key, jti: &str, more: Value) -> String {
    assertion::sign(key, &assertion::claims(world, jti, more))
}
