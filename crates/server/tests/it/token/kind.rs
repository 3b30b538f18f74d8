//! Every kind of token, at every place that takes another kind (RFC 8725 §3.11).

use serde_json::json;

use crate::{
    client_auth::{
        assertion::{claims, key, present, robot, sign},
        world_with,
    },
    world::{App, World, basic, secret_of},
};

/// One token of every kind.
struct Kinds {
    code: String,
    access: String,
    refresh: String,
    id: String,
    assertion: String,
}

impl Kinds {
    async fn of(app: &App<'_>, assertion: String) -> Self {
        let tokens = app.sign_in("alice").await;
        Self {
            code: app.code("alice").await,
            refresh: tokens.refresh().to_owned(),
            id: tokens.id.clone().unwrap(),
            access: tokens.access,
            assertion,
        }
    }

    /// Every kind but one.
    fn without(&self, kind: &str) -> Vec<(&'static str, &str)> {
        let all = [
            ("code", self.code.as_str()),
            ("access token", &self.access),
            ("refresh token", &self.refresh),
            ("id token", &self.id),
            ("client assertion", &self.assertion),
        ];
        all.into_iter().filter(|(name, _)| *name != kind).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_kind_of_token_is_taken_for_a_code() {
    // T15
    let (world, assertion) = world().await;
    let app = world.app("spa");
    let kinds = Kinds::of(&app, assertion).await;
    for (kind, token) in kinds.without("code") {
        assert_eq!(
            app.redeem(token).await.outcome(),
            "400 invalid_grant",
            "{kind}"
        );
    }
    assert_eq!(app.redeem(&kinds.code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_kind_of_token_is_taken_for_a_refresh_token() {
    // T15: CVE-2026-101023
    let (world, assertion) = world().await;
    let app = world.app("spa");
    let kinds = Kinds::of(&app, assertion).await;
    for (kind, token) in kinds.without("refresh token") {
        assert_eq!(
            app.refresh(token).await.outcome(),
            "400 invalid_grant",
            "{kind}"
        );
    }
    assert_eq!(app.refresh(&kinds.refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_kind_of_token_is_taken_for_an_access_token() {
    // T15, RFC9068-4
    let (world, assertion) = world().await;
    let app = world.app("spa");
    let kinds = Kinds::of(&app, assertion).await;
    for (kind, token) in kinds.without("access token") {
        let answer = app.userinfo(token).await;
        assert_eq!(answer.status, 401, "{kind}");
        let challenge = answer.header("www-authenticate").to_owned();
        assert!(
            challenge.contains("error=\"invalid_token\""),
            "{kind}: {challenge}"
        );
    }
    assert_eq!(app.userinfo(&kinds.access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_kind_of_token_is_introspected_as_one_that_is_active() {
    // T15, T17
    let (world, assertion) = world().await;
    let app = world.app("web");
    let kinds = Kinds::of(&app, assertion).await;
    for (kind, token) in [
        ("code", &kinds.code),
        ("id token", &kinds.id),
        ("client assertion", &kinds.assertion),
    ] {
        let seen = app.introspect(token).await.json();
        assert_eq!(seen, json!({ "active": false }), "{kind}");
    }
    for token in [&kinds.access, &kinds.refresh] {
        assert_eq!(app.introspect(token).await.json()["active"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_kind_of_token_authenticates_a_client() {
    // T15, RFC7523-3
    let (world, assertion) = world().await;
    let kinds = Kinds::of(&world.app("spa"), assertion).await;
    for (kind, token) in kinds.without("client assertion") {
        let answer = present(&world, token).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{kind}");
    }
    assert_eq!(present(&world, &kinds.assertion).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_a_client_secret() {
    // T15
    let (world, assertion) = world().await;
    let kinds = Kinds::of(&world.app("web"), assertion).await;
    let (url, form) = (world.at("/token"), [("grant_type", "client_credentials")]);
    for (kind, token) in kinds.without("none") {
        let headers = [("authorization", &*basic("billing", token))];
        let answer = world.browser().post_with(&url, &headers, &form).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{kind}");
    }
    let headers = [("authorization", &*basic("billing", &secret_of("billing")))];
    assert_eq!(
        world
            .browser()
            .post_with(&url, &headers, &form)
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_access_token_is_refused() {
    // T19
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    for altered in altered(&tokens.access) {
        // white space around it belongs to the header, not to the token
        if altered.trim() != tokens.access {
            assert_eq!(app.userinfo(&altered).await.status, 401, "{altered}");
        }
    }
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
}

/// A world with a machine that signs, and an assertion of it.
async fn world() -> (World, String) {
    let key = key("k1");
    let world = world_with(vec![robot(&key, json!({}))]).await;
    let assertion = sign(&key, &claims(&world, "1", json!({})));
    (world, assertion)
}

/// Texts that differ a little from `token`.
pub fn altered(token: &str) -> Vec<String> {
    let last = token.len() - 1;
    let middle = token.len() / 2;
    let flipped = token.char_indices().map(|(i, c)| match c {
        _ if i != middle => c,
        'A' => 'B',
        _ => 'A',
    });
    let cased: String = token.chars().map(|c| c.to_ascii_uppercase()).collect();
    let all = vec![
        token[..last].to_owned(),
        token[..last - 4].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!(" {token}"),
        token.replace('-', "+").replace('_', "/"),
        flipped.collect(),
        cased,
    ];
    all.into_iter().filter(|altered| altered != token).collect()
}
