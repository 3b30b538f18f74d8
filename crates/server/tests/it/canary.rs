//! No secret in logs, metrics or files: run everything, then look for what must not be there.

use std::io;

use airside_jose::base64url;
use parking_lot::Mutex;
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::world::{App, PASSWORD, Setting, Tokens, VERIFIER, World, basic, secret_of};

/// Everything that is logged by this process, by other tests too.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_counted_or_stored() {
    // A31, T47, RFC9700-4.3
    listen();
    let world = World::new().await;
    let mut secrets = vec![PASSWORD.to_owned(), VERIFIER.to_owned()];
    secrets.extend(good_things(&world).await);
    secrets.extend(mistakes(&world).await);
    world.events().await;

    let log = searchable(&LOG.lock());
    let metrics = searchable(&world.browser().get(&world.at("/metrics")).await.body);
    let files = searchable(&world.files());
    assert!(log.contains("/token"), "control: requests are logged");
    assert!(
        metrics.contains("authorization_code"),
        "control: tokens are counted"
    );
    assert!(
        files.contains("alice@example.com"),
        "control: accounts are stored"
    );
    for secret in secrets {
        for (place, content) in [("log", &log), ("metrics", &metrics), ("files", &files)] {
            let found = forms(&secret).iter().any(|form| content.contains(form));
            assert!(!found, "`{secret}` is in the {place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_we_are_wrong_is_in_the_log_and_not_in_the_answer() {
    // A31
    listen();
    // no configuration file and no administrator gets as far: nothing signs its ID tokens
    let client = json!({
        "client_id": "spa", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"], "id_token_signed_response_alg": "PS256",
    });
    let setting = Setting {
        clients: vec![client],
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let app = world.app("spa").scope("openid");
    let code = app.code("alice").await;
    let answer = app.redeem(&code).await;

    assert_eq!(answer.status, 500);
    let id = answer.header("x-request-id");
    let told = format!("internal error; error id {id}");
    let body = json!({ "error": "server_error", "error_description": told });
    assert_eq!(answer.json(), body);
    let log = searchable(&LOG.lock());
    let mut lines = log.lines().filter(|line| line.contains(id));
    assert!(lines.any(|line| line.contains("PS256") && line.contains("keys.algorithms")));
    assert!(!log.contains(&code) && !log.contains(VERIFIER));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_send_begins_no_line_of_the_log() {
    // A32
    listen();
    let world = World::new().await;
    let hostile = "x\r\nforged line\u{1b}[31m\u{202e}";
    let app = world.app("spa").with("login_hint", hostile);
    let location = app.authorize().await.header("location").to_owned();
    let sealed = app.browser.get(&location).await.hidden("interaction");
    for name in [hostile, "alice"] {
        let fields = [
            ("interaction", sealed.as_str()),
            ("username", name),
            ("password", "wrong"),
        ];
        let answer = app.browser.post(&world.at("/sign-in"), &fields).await;
        assert_eq!(answer.status, 401);
    }
    world.app(hostile).authorize().await;
    world.app("spa").redirect_uri(hostile).authorize().await;
    for field in ["grant_type", "client_id", "code", "scope"] {
        let url = world.at("/token");
        app.browser.post(&url, &[(field, hostile)]).await;
    }
    let encoded: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
    app.browser.get(&world.at(&format!("/{encoded}"))).await;
    world.events().await;

    let log = searchable(&LOG.lock());
    assert!(log.contains("/sign-in"), "control: requests are logged");
    assert!(!log.contains('\u{1b}'), "an escape sequence");
    assert!(log.lines().all(|line| !line.starts_with("forged")));
}

/// Keeps everything that this process logs from now on.
fn listen() {
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
    // several tests may run in one process
    drop(subscriber.with_writer(|| Sink).with_ansi(false).try_init());
}

/// Bytes as text, one character each, so that any bytes can be searched for.
fn searchable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// A secret as text, form-encoded, and as the bytes that it encodes.
fn forms(secret: &str) -> Vec<String> {
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
async fn good_things(world: &World) -> Vec<String> {
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
    let token = world
        .app("billing")
        .token(&[("grant_type", "client_credentials")])
        .await;
    secrets.push(token.member("access_token"));
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
async fn mistakes(world: &World) -> Vec<String> {
    let app = world.app("spa");
    let secret = "a-secret-for-elsewhere";
    app.redeem(secret).await;
    app.redeem_with(&app.code("bob").await, secret).await;
    app.refresh(secret).await;
    app.refresh(&format!("airside_rt_{secret}")).await;
    app.revoke(secret).await;
    app.userinfo(secret).await;
    app.token(&[("grant_type", secret), ("client_secret", secret)])
        .await;
    app.token(&[
        ("grant_type", "authorization_code"),
        ("client_assertion", secret),
    ])
    .await;
    let form = [("grant_type", "client_credentials")];
    let header = basic("billing", secret);
    let headers = [("authorization", header.as_str())];
    app.browser
        .post_with(&world.at("/token"), &headers, &form)
        .await;
    for path in [
        "/userinfo?access_token",
        "/authorize?code",
        "/token?client_secret",
        "/nothing?x",
    ] {
        app.browser
            .get(&world.at(&format!("{path}={secret}")))
            .await;
    }
    wrong_password(&app, secret).await;
    vec![secret.to_owned(), header.replace("Basic ", "")]
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
