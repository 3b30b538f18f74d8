//! The sessions of browsers, until they end.

use super::*;

/// T10: whatever the number of requests, a refresh token is used once.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_refreshed_once_for_all_that_wait() {
    let world = world().await;
    world.provider.doings().expires_in = 0;
    let alice = Person::signed_in(&world).await;
    world.provider.doings().expires_in = 900;
    let all = join_all((0..50).map(|_| alice.get("/echo", &OURS))).await;
    assert!(all.iter().all(|answer| answer.status == 200));
    assert_eq!(world.provider.doings().refreshed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_an_issuer_that_is_down_and_not_one_that_says_no() {
    let world = world().await;
    world.provider.doings().expires_in = 0;
    let alice = Person::signed_in(&world).await;
    world.provider.doings().failure_status = Some(StatusCode::SERVICE_UNAVAILABLE);
    let later = alice.get("/echo", &OURS).await;
    assert_eq!(later.status, 503);
    assert!(!later.header("retry-after").is_empty());
    world.provider.doings().failure_status = None;
    assert_eq!(alice.get("/echo", &OURS).await.status, 200);
    world.provider.doings().failure_status = Some(StatusCode::BAD_REQUEST);
    assert_eq!(alice.get("/echo", &OURS).await.status, 401);
    // it has ended: the issuer is not asked again
    world.provider.doings().failure_status = None;
    assert_eq!(alice.get("/echo", &OURS).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_here_and_at_the_issuer() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    let stolen = alice.browser.cookies();
    assert_eq!(alice.get("/auth/sign-out", &OURS).await.status, 405);
    let out = alice.post("/auth/sign-out", &OURS).await;
    let location = out.json()["location"].as_str().unwrap().to_owned();
    assert!(location.starts_with(&format!("{}/sign-out?id_token_hint=", world.issuer)));
    assert!(alice.browser.cookies().is_empty());
    for (name, value) in stolen {
        alice.browser.set_cookie(&name, &value);
    }
    assert_eq!(alice.get("/echo", &OURS).await.status, 401);
    while world.provider.doings().revoked.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.provider.doings().revoked, ["refresh-0"]);
    // a form of a page is led there
    let bob = Person::signed_in(&world).await;
    let form = [OURS[0], ("sec-fetch-mode", "navigate")];
    assert_eq!(bob.post("/auth/sign-out", &form).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_replaced_and_ends_the_session_if_the_issuer_says_no() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    assert_eq!(alice.get("/echo", &OURS).await.status, 200);
    // roles were taken away: the grant lives on, and the next token carries what is left
    world.revoke("access-0");
    let all = join_all((0..10).map(|_| alice.get("/echo", &OURS))).await;
    assert!(all.iter().all(|answer| answer.status == 200));
    assert_eq!(world.provider.doings().refreshed, 1);
    // the issuer cannot say: the dead token stays dead, and the session lives on
    world.revoke("access-1");
    world.provider.doings().failure_status = Some(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(alice.get("/echo", &OURS).await.status, 503);
    world.provider.doings().failure_status = None;
    assert_eq!(alice.get("/echo", &OURS).await.status, 200);
    // the grant is revoked
    world.revoke("access-2");
    world.provider.doings().failure_status = Some(StatusCode::BAD_REQUEST);
    assert_eq!(alice.get("/echo", &OURS).await.status, 401);
    let session = alice.get("/auth/session", &OURS).await.json();
    assert_eq!(session["signed_in"], false);
}
