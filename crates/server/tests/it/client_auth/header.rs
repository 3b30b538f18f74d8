//! The `Authorization` header of a client, and the challenge in an answer.

use airside_client::basic_verbatim;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{token_with, world};
use crate::world::{basic, secret_of};

#[tokio::test(flavor = "multi_thread")]
async fn two_authorization_headers_are_an_invalid_request() {
    // T08
    let world = world().await;
    let good = basic("billing", &secret_of("billing"));
    let other = basic("web", &secret_of("web"));
    for second in [&good, &other] {
        let answer = token_with(&world, &[&good, second], &[]).await;
        assert_eq!(answer.outcome(), "400 invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_credentials_are_form_decoded_before_they_are_compared() {
    // T08, RFC6749-2.3.1
    let world = world().await;
    for same in ["billing-secret", "billing%2Dsecret", "%62illing-secret"] {
        let answer = token_with(&world, &[&basic_verbatim("billing", same)], &[]).await;
        assert_eq!(answer.status, 200, "{same}");
    }
    let escaped_id = basic_verbatim("%62illing", "billing-secret");
    assert_eq!(token_with(&world, &[&escaped_id], &[]).await.status, 200);
    for broken in [
        "billing-secret%",
        "%zz",
        "billing+secret",
        "billing%252Dsecret",
        ":x",
    ] {
        let answer = token_with(&world, &[&basic_verbatim("billing", broken)], &[]).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{broken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_authorization_header_is_refused_and_challenged() {
    // T08, RFC7617-2
    let world = world().await;
    let no_colon = format!("Basic {}", STANDARD.encode("billing"));
    let no_text = format!("Basic {}", STANDARD.encode([0xff, b':', 0xff]));
    let spaced = format!("Basic  {}", STANDARD.encode("billing:billing-secret"));
    for header in MALFORMED.into_iter().chain([&*no_colon, &*no_text]) {
        let answer = token_with(&world, &[header], &[("client_id", "spa")]).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{header}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Basic "), "{header}");
    }
    let lower = spaced.replace("Basic", "basic");
    for header in [&spaced, &lower] {
        assert_eq!(token_with(&world, &[header], &[]).await.status, 200);
    }
}

const MALFORMED: [&str; 5] = ["Basic", "Basic ", "Basic !!!!", "Bearer abc", ""];

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_sent_only_to_a_client_that_used_basic() {
    // RFC6749-5.2
    let world = world().await;
    let used = token_with(&world, &[&basic("billing", "wrong")], &[]).await;
    assert!(used.header("www-authenticate").starts_with("Basic realm="));
    let body = [("client_id", "poster"), ("client_secret", "wrong")];
    let posted = token_with(&world, &[], &body).await;
    assert_eq!(posted.header("www-authenticate"), "");
    assert_eq!(used.header("cache-control"), "no-store");
    assert_eq!(posted.header("cache-control"), "no-store");
}
