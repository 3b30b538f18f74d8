//! The sign-in form against guessers, other sites and changes behind its back (A15, A18).

use std::{sync::atomic::Ordering, time::Duration};

use airside_server::settings::SignInLimits;
use http::Method;
use serde_json::json;

use super::{attempt, form, sentence};
use crate::{
    authorize_endpoint::{asked, assert_page, step},
    world::{PASSWORD, Setting, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_answered_like_a_wrong_password_and_costs_as_much() {
    // ASVS-6.3.8, T31
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let wrong = attempt(&app, &sealed, "bob", "wrong").await;
    let disabled = json!({ "disabled": true });
    world.admin("PATCH", "/users/bob", disabled).await;
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "bob", PASSWORD).await;
    assert_eq!(answer.status, 401);
    assert_eq!(sentence(&answer), sentence(&wrong));
    assert_eq!(world.issuer.hasher.calls() - before, 1);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_costs_nothing_once_the_budget_is_spent() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(2, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..2 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 429);
    assert_eq!(world.issuer.hasher.calls(), before);
    assert!(answer.text().contains("value=\"alice\""));
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_names_has_to_wait_for_all_of_them() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(10, 3)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "nobody", "x"] {
        assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
    }
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 429);
    world.advance(Duration::from_secs(901));
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_gives_the_attempts_back() {
    // ASVS-6.3.1
    let world = World::with(limited(2, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..3 {
        assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 401);
        assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_clears_nobodys_failures() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..2 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    world.failing.store(true, Ordering::SeqCst);
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "1")
    );
    world.failing.store(false, Ordering::SeqCst);
    assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 401);
    assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_are_as_few_as_guesses_in_a_row() {
    // T32: an attempt is taken before the password is looked at
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let before = world.issuer.hasher.calls();
    let guesses = (0..40).map(|_| attempt(&app, &sealed, "alice", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let of = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((of(401), of(429)), (3, 37));
    assert_eq!(world.issuer.hasher.calls() - before, 3);
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_a_name_share_its_attempts() {
    // T32
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "ALICE", "Alice"] {
        assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
    }
    assert_eq!(attempt(&app, &sealed, "aLiCe", PASSWORD).await.status, 429);
    assert_eq!(attempt(&app, &sealed, "BOB", PASSWORD).await.status, 303);
}

fn limited(account_failures: u32, address_failures: u32) -> Setting {
    Setting {
        sign_in: SignInLimits {
            account_failures,
            address_failures,
            ..SignInLimits::default()
        },
        ..Setting::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_in_an_address_sign_nobody_in() {
    // A15
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let query = format!("?interaction={sealed}&username=alice&password=correct+horse+battery");
    let answer = app
        .browser
        .get(&world.at(&format!("/sign-in{query}")))
        .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert!(!answer.text().contains("correct horse"));
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_a_script_can_send_without_asking_is_not_read() {
    // A15
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let body = format!("interaction={sealed}&username=alice&password=correct+horse+battery");
    for kind in ["text/plain", "multipart/form-data"] {
        let headers = [("content-type", kind)];
        let url = world.at("/sign-in");
        let answer = app
            .browser
            .send(Method::POST, &url, &headers, body.clone())
            .await;
        assert_page(&answer, kind);
        assert!(!answer.headers.contains_key("set-cookie"), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_seal_of_a_sign_in_page_of_this_issuer_opens_it() {
    // A15, T35: a seal names issuer and purpose
    let (world, other) = (World::new().await, World::new().await);
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let (_, foreign) = form(&other.app("spa")).await;
    let code = world.app("spa").code("alice").await;
    let cut = &sealed[..sealed.len() - 1];
    for wrong in ["", "x", cut, &format!("{sealed}A"), &foreign, &code] {
        let answer = attempt(&app, wrong, "alice", PASSWORD).await;
        assert_page(&answer, wrong);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_another_page_does_not_sign_in() {
    // A16, T35
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let sign_out = app
        .browser
        .get(&world.at("/sign-out"))
        .await
        .hidden("interaction");
    let (_, consent) = form(&app.with("prompt", "consent")).await;
    let app = world.app("spa");
    for wrong in [&sign_out, &consent] {
        assert_page(&attempt(&app, wrong, "alice", PASSWORD).await, "sign-in");
        let resumed = world.at(&format!("/authorize?interaction={wrong}"));
        let answer = app.browser.get(&resumed).await;
        assert_eq!(answer.returned("code"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_is_worth_nothing_once_its_client_is_gone() {
    // every submit checks the request again
    let world = World::new().await;
    let client = json!({
        "client_id": "public-new", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"],
    });
    world.admin("POST", "/clients", client).await;
    let app = world.app("public-new").scope("openid");
    let (_, sealed) = form(&app).await;
    world
        .admin("DELETE", "/clients/public-new", json!(null))
        .await;
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_page(&answer, "client");
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_the_account_is_disabled_or_gets_a_password() {
    // T14, ASVS-7.4.2
    let world = World::new().await;
    let (alice, bob) = (world.app("spa"), world.app("spa"));
    alice.code("alice").await;
    bob.code("bob").await;
    assert_eq!(asked(&bob).await, "code");
    world
        .admin("PATCH", "/users/alice", json!({ "disabled": true }))
        .await;
    let password = json!({ "password": "another long password" });
    world.admin("POST", "/users/bob/password", password).await;
    assert_eq!(asked(&alice).await, "sign-in");
    assert_eq!(asked(&bob).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_any_kind_is_a_wrong_name() {
    // A26
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let long = "x".repeat(5_000);
    for name in [
        "",
        " ",
        "a\nb",
        "\u{1b}[31m",
        "\u{202e}ecila",
        "alice'--",
        &long,
    ] {
        let answer = attempt(&app, &sealed, name, "wrong").await;
        assert_eq!(answer.status, 401, "{name}");
    }
    let huge = attempt(&app, &sealed, &"x".repeat(1 << 20), "wrong").await;
    assert_page(&huge, "1 MiB");
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(
        step(&app.browser.get(answer.header("location")).await),
        "consent"
    );
}
