//! Requests that carry secrets, right and wrong ones.

use airside_jose::base64url;
use serde_json::json;

use super::searchable;
use crate::world::{App, Tokens, World, basic, secret_of};

/// A secret as text, form-encoded, and as the bytes that it encodes.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let encoded = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let named = secret
        .strip_prefix("airside_")
        .and_then(|rest| rest.split_once('_'));
    let bare = named.map_or(secret, |(_, bare)| bare);
    let token = bare.rsplit('.').next().unwrap_or(bare);
    let decoded = base64url::decode(token)
        .ok()
        .filter(|bytes| bytes.len() >= 16);
    let decoded = decoded.map(|bytes| searchable(&bytes));
    [searchable(secret.as_bytes()), encoded]
        .into_iter()
        .chain(decoded)
        .collect()
}

/// Everything that legal requests send or receive.
pub(super) async fn good_things(world: &World) -> Vec<String> {
    let mut secrets = Vec::new();
    for client_id in ["spa", "web"] {
        let app = world.app(client_id);
        let code = app.code("alice").await;
        let first = Tokens::of(&app.redeem(&code).await);
        let second = Tokens::of(&app.refresh(first.refresh()).await);
        app.userinfo(&second.access).await;
        app.introspect(&second.access).await;
        app.revoke(second.refresh()).await;
        secrets.push(code);
        secrets.extend(app.browser.cookies().into_values());
        secrets.extend([first, second].into_iter().flat_map(texts));
    }
    secrets.push(world.machine_token().await);
    for name in ["web", "billing", "bank-api"] {
        let header = basic(name, &secret_of(name));
        secrets.extend([secret_of(name), header.replace("Basic ", "")]);
    }
    secrets.extend(administration(world).await);
    secrets
}

fn texts(tokens: Tokens) -> Vec<String> {
    let optional = [tokens.refresh, tokens.id].into_iter().flatten();
    optional.chain([tokens.access]).collect()
}

async fn administration(world: &World) -> Vec<String> {
    let password = "the first password of carol";
    let carol = json!({ "username": "carol", "password": password });
    assert_eq!(world.admin("POST", "/users", carol).await.status, 201);
    let robot = json!({
        "client_id": "robot", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let made = world.admin("POST", "/clients", robot).await;
    let rotated = world
        .admin("POST", "/clients/robot/secret", json!({}))
        .await;
    vec![
        password.to_owned(),
        made.member("client_secret"),
        rotated.member("client_secret"),
    ]
}

/// Everything that refused requests send: secrets of somebody, though not for here.
pub(super) async fn mistakes(world: &World) -> Vec<String> {
    let app = world.app("spa");
    let secret = "a-secret-for-elsewhere";
    app.redeem(secret).await;
    app.redeem_with(&app.code("bob").await, secret).await;
    app.refresh(secret).await;
    app.refresh(&format!("airside_rt_{secret}")).await;
    app.revoke(secret).await;
    app.userinfo(secret).await;
    let header = wrong_client(&app, secret).await;
    for path in IN_ADDRESSES {
        let url = world.at(&format!("{path}={secret}"));
        app.browser.get(&url).await;
    }
    wrong_password(&app, secret).await;
    vec![secret.to_owned(), header.replace("Basic ", "")]
}

const IN_ADDRESSES: [&str; 4] = [
    "/userinfo?access_token",
    "/authorize?code",
    "/token?client_secret",
    "/nothing?x",
];

/// Authenticates a client with a secret that is not its own, and returns the last header that was sent.
async fn wrong_client(app: &App<'_>, secret: &str) -> String {
    let form = [("grant_type", secret), ("client_secret", secret)];
    app.token(&form).await;
    let grant = ("grant_type", "authorization_code");
    app.token(&[grant, ("client_assertion", secret)]).await;
    let form = [("grant_type", "client_credentials")];
    let header = basic("billing", secret);
    let headers = [("authorization", header.as_str())];
    let url = app.world.at("/token");
    app.browser.post_with(&url, &headers, &form).await;
    header
}

async fn wrong_password(app: &App<'_>, password: &str) {
    let world = app.world;
    let stranger = world.app("spa");
    let location = stranger.authorize().await.header("location").to_owned();
    let page = stranger.browser.get(&location).await;
    let sealed = page.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", password),
    ];
    let answer = stranger.browser.post(&world.at("/sign-in"), &fields).await;
    assert_eq!(answer.status, 401);
}
