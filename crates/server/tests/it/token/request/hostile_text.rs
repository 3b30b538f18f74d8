//! Bodies and parameters that are too large, too many or no text.

use http::Method;

use super::{FORM, post};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_sixty_four_kibibytes_is_too_large() {
    // T30
    let world = World::new().await;
    let start = "grant_type=client_credentials&filler=";
    let full = format!("{start}{}", "x".repeat(64 * 1024 - start.len()));
    assert_eq!(post(&world, FORM, &full).await.status, 200);
    let answer = post(&world, FORM, &format!("{full}x")).await;
    assert_eq!(answer.outcome(), "413 invalid_request");
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = post(&world, FORM, &"x".repeat(1024 * 1024)).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_parameters_are_refused_before_they_are_searched() {
    // T30, D03
    let world = World::new().await;
    let body: String = (0..10_000).map(|i| format!("p{i}&")).collect();
    assert!(body.len() < 64 * 1024);
    let answer = post(&world, FORM, &body).await;
    assert_eq!(answer.outcome(), "400 invalid_request");
    let body: String = (0..99).map(|i| format!("&p{i}=1")).collect();
    let answer = post(
        &world,
        FORM,
        &format!("grant_type=client_credentials{body}"),
    )
    .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_fifty_thousand_characters_is_refused() {
    // T30: CVE-2026-4634
    let world = World::new().await;
    for scope in [
        "x".repeat(50_000),
        "a+".repeat(25_000),
        "accounts:read+".repeat(3_500),
    ] {
        let answer = post(
            &world,
            FORM,
            &format!("grant_type=client_credentials&scope={scope}"),
        )
        .await;
        let start = &scope[..14];
        assert_eq!(answer.outcome(), "400 invalid_scope", "{start}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_code_or_token_that_fills_the_body_is_refused() {
    // T30
    let world = World::new().await;
    let huge = "A".repeat(60_000);
    for body in [
        format!("grant_type=authorization_code&client_id=spa&code={huge}"),
        format!("grant_type=refresh_token&client_id=spa&refresh_token={huge}"),
        format!("grant_type=refresh_token&client_id=spa&refresh_token=airside_rt_{huge}"),
    ] {
        let headers = [("content-type", FORM)];
        let answer = world
            .browser()
            .send(Method::POST, &world.at("/token"), &headers, body)
            .await;
        assert_eq!(answer.outcome(), "400 invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_are_an_invalid_request() {
    // RFC6749-B, A28
    let world = World::new().await;
    for scope in NO_TEXT {
        let body = format!("grant_type=client_credentials&scope={scope}");
        let answer = post(&world, FORM, &body).await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{scope}");
    }
    for raw in [
        &b"grant_type=\xff"[..],
        b"\0\0\0",
        b"grant_type=client_credentials&\x80",
    ] {
        assert_eq!(
            post(&world, FORM, raw).await.outcome(),
            "400 invalid_request"
        );
    }
}

/// Scopes that are not text, or have a character that no scope has.
const NO_TEXT: [&str; 8] = [
    "%ff",
    "%c3%28",
    "%00",
    "accounts:read%00",
    "%",
    "%2",
    "%zz",
    "%ed%a0%80",
];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_in_a_refusal_stays_inside_its_json_string() {
    // RFC6749-5.2, A28
    let world = World::new().await;
    let body = "grant_type=client_credentials&scope=\"}<script>%0d%0aX-Evil:+1%e2%80%ae";
    let answer = post(&world, FORM, body).await;
    assert_eq!(answer.outcome(), "400 invalid_scope");
    assert_eq!(answer.header("x-evil"), "");
    let why = answer.member("error_description");
    assert!(
        why.chars()
            .all(|c| (' '..='~').contains(&c) && c != '"' && c != '\\'),
        "{why}"
    );
}
