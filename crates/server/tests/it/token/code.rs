//! Codes: redeemed once, in time, by whom they were issued to (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::time::Duration;

use serde_json::json;

use super::{claims, public_client};
use crate::world::{App, BANK, Setting, Tokens, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lives_sixty_seconds_and_not_one_more() {
    // T07
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    world.advance(Duration::from_secs(60));
    assert_eq!(app.redeem(&code).await.status, 200);

    let code = app.code("alice").await;
    world.advance(Duration::from_secs(61));
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_with_a_wrong_verifier_leaves_the_tokens_alive() {
    // T02, OAuth2.1-7.5.2
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let tokens = Tokens::of(&app.redeem(&code).await);
    let wrong = "x".repeat(43);
    let replay = app.redeem_with(&code, &wrong).await;
    assert_eq!(replay.outcome(), "400 invalid_grant");
    assert_alive(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_by_a_client_with_a_wrong_secret_leaves_the_tokens_alive() {
    // T02
    let world = World::new().await;
    let app = world.app("web");
    let code = app.code("alice").await;
    let tokens = Tokens::of(&app.redeem(&code).await);
    let basic = crate::world::basic("web", "guessed");
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let replay = world
        .browser()
        .post_with(&world.at("/token"), &[("authorization", &basic)], &form)
        .await;
    assert_eq!(replay.outcome(), "401 invalid_client");
    assert_alive(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_by_another_client_leaves_the_tokens_alive() {
    // T02, T04
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let tokens = Tokens::of(&app.redeem(&code).await);
    let replay = world.app("web").redeem(&code).await;
    assert_eq!(replay.outcome(), "400 invalid_grant");
    assert_alive(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_after_the_code_expired_leaves_the_tokens_alive() {
    // T01: an expired code is not otherwise valid
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let tokens = Tokens::of(&app.redeem(&code).await);
    world.advance(Duration::from_secs(61));
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    assert_alive(&app, &tokens).await;
}

async fn assert_alive(app: &App<'_>, tokens: &Tokens) {
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_code_ends_the_tokens_that_were_refreshed_since() {
    // T01
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let first = Tokens::of(&app.redeem(&code).await);
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    assert_eq!(app.userinfo(&second.access).await.status, 401);
    let refresh = app.refresh(second.refresh()).await;
    assert_eq!(refresh.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_of_use_only_to_the_client_it_was_issued_to() {
    // T04, RFC6749-4.1.3
    let clients = vec![public_client("public-other", json!({}))];
    let world = World::with(Setting {
        clients,
        ..Setting::default()
    })
    .await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    for thief in ["public-other", "web"] {
        let theft = world.app(thief).redeem(&code).await;
        assert_eq!(theft.outcome(), "400 invalid_grant", "{thief}");
    }
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_without_a_client_id_is_refused() {
    // T04
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let anonymous = world.browser().post(&world.at("/token"), &form).await;
    assert_eq!(anonymous.outcome(), "401 invalid_client");
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirect_uri_may_be_left_out_at_token_but_not_be_another() {
    // T05, OAuth2.1-10.2
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    for other in ["https://app.example/cb/", "https://web.example/cb"] {
        let answer = redeem(&app, &code, &[("redirect_uri", other), verifier()]).await;
        assert_eq!(answer.outcome(), "400 invalid_grant", "{other}");
    }
    let answer = redeem(&app, &code, &[verifier()]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_pkce_redirect_uri_is_required_at_token() {
    // T05, T13, OAuth2.1-10.2
    let world = without_pkce().await;
    let app = world.app("legacy");
    let app = app
        .with("code_challenge", "")
        .with("code_challenge_method", "");
    let code = app.code("alice").await;
    let uri = ("redirect_uri", "https://app.example/cb");
    let absent = redeem(&app, &code, &[]).await;
    assert_eq!(absent.outcome(), "400 invalid_grant");
    // RFC9700-4.8.2: a verifier that nothing was challenged with
    let downgrade = redeem(&app, &code, &[uri, verifier()]).await;
    assert_eq!(downgrade.outcome(), "400 invalid_grant");
    assert_eq!(redeem(&app, &code, &[uri]).await.status, 200);
}

async fn without_pkce() -> World {
    let more = json!({
        "token_endpoint_auth_method": "client_secret_basic", "require_pkce": false,
    });
    let clients = vec![public_client("legacy", more)];
    World::with(Setting {
        clients,
        ..Setting::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_or_missing_verifier_is_an_invalid_request_and_changes_nothing() {
    // T06, A13, RFC7636-4.6
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let (short, long) = ("x".repeat(42), "x".repeat(129));
    for malformed in [
        "",
        &short,
        &long,
        &format!("{short} "),
        &format!("{short}é"),
    ] {
        let answer = redeem(&app, &code, &[("code_verifier", malformed)]).await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{malformed}");
    }
    let answer = redeem(&app, &code, &[]).await;
    assert_eq!(answer.outcome(), "400 invalid_request");
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_injected_code_fails_at_the_verifier_of_the_victims_session() {
    // T06, RFC9700-4.5
    let world = World::new().await;
    let attacker = world.app("spa").with("code_challenge", &"A".repeat(43));
    let code = attacker.code("bob").await;
    let injected = world.app("spa").redeem(&code).await;
    assert_eq!(injected.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_carries_the_nonce_as_sent_and_none_when_none_was_sent() {
    // T06, OIDC-Core-2
    let world = World::new().await;
    let tokens = world
        .app("spa")
        .with("nonce", "a nonce/+")
        .sign_in("alice")
        .await;
    assert_eq!(claims(&tokens.id.unwrap())["nonce"], "a nonce/+");
    let tokens = world.app("spa").with("nonce", "").sign_in("alice").await;
    assert!(claims(&tokens.id.unwrap()).get("nonce").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_has_one_audience_and_so_no_authorized_party() {
    // OIDC-Core-2, OIDC-Core-3.1.3.7: `azp` would only repeat `aud`
    let world = World::new().await;
    for (app, client) in [
        (world.app("spa"), "spa"),
        (world.app("spa").also("resource", BANK), "spa"),
        (world.app("web"), "web"),
    ] {
        let tokens = app.sign_in("alice").await;
        let refreshed = app.refresh(tokens.refresh()).await;
        for id_token in [tokens.id, Tokens::of(&refreshed).id] {
            let claims = claims(&id_token.unwrap());
            assert_eq!(claims["aud"], client);
            assert!(claims.get("azp").is_none(), "{claims}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_code_is_refused() {
    // T19
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    for altered in super::kind::altered(&code) {
        let answer = app.redeem(&altered).await;
        assert_eq!(answer.outcome(), "400 invalid_grant", "{altered}");
    }
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_issuer_is_refused() {
    // T19: a code is sealed for one issuer
    let (here, there) = (World::new().await, World::new().await);
    let code = there.app("spa").code("alice").await;
    let answer = here.app("spa").redeem(&code).await;
    assert_eq!(answer.outcome(), "400 invalid_grant");
    assert_eq!(there.app("spa").redeem(&code).await.status, 200);
}

fn verifier() -> (&'static str, &'static str) {
    ("code_verifier", crate::world::VERIFIER)
}

async fn redeem(app: &App<'_>, code: &str, more: &[(&str, &str)]) -> airside_testkit::Answer {
    let mut fields = vec![("grant_type", "authorization_code"), ("code", code)];
    fields.extend_from_slice(more);
    app.token(&fields).await
}
