//! The whole life of an authorization.

use std::time::Duration;

use crate::world::{BANK, Tokens, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_the_app_refreshes_until_it_revokes() {
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    assert_eq!(app.userinfo(&first.access).await.status, 200);

    world.advance(Duration::from_secs(600));
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    assert_eq!(app.revoke(second.refresh()).await.status, 200);

    assert_eq!(
        app.refresh(second.refresh()).await.outcome(),
        "400 invalid_grant"
    );
    assert_eq!(app.userinfo(&second.access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_a_token_for_its_one_api() {
    let world = World::new().await;
    let answer = world
        .app("billing")
        .token(&[("grant_type", "client_credentials")])
        .await;
    assert_eq!(Tokens::of(&answer).scope, "accounts:read accounts:write");
    let seen = world
        .app("bank-api")
        .introspect(&answer.member("access_token"))
        .await
        .json();
    assert_eq!(
        (&seen["active"], &seen["aud"]),
        (&true.into(), &BANK.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_redeemed_twice_ends_the_tokens_of_the_first_time() {
    // RFC6749-4.1.2, T01
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let first = Tokens::of(&app.redeem(&code).await);
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    assert_eq!(
        app.refresh(first.refresh()).await.outcome(),
        "400 invalid_grant"
    );
    assert_eq!(app.userinfo(&first.access).await.status, 401);
    assert!(world.events().await.contains(&"code.reused".to_owned()));
}
