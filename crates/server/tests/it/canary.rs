//! No secret in logs, metrics or files: run everything, then look for what must not be there.

mod traffic;

use std::io;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use self::traffic::{forms, good_things, mistakes};
use crate::world::{PASSWORD, VERIFIER, World};

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
    let counted = metrics.contains("authorization_code");
    assert!(counted, "control: tokens are counted");
    let stored = files.contains("alice@example.com");
    assert!(stored, "control: accounts are stored");
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
    let world = World::with_clients([signed_by_nothing()]).await;
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

fn signed_by_nothing() -> Value {
    json!({
        "client_id": "spa", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"], "id_token_signed_response_alg": "PS256",
    })
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
