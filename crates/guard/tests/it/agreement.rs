//! The proxy, a proxy that asks, and an explanation come to one decision (G14).

use std::{sync::Arc, time::Duration};

use airside_api::target::has_needless_escapes;
use airside_guard::Running;
use airside_net::{Drain, Peer, PeerAddress};
use http::{Method, Request};

use serde_json::json;
use tokio::time::timeout;

use crate::{
    feed,
    framework_table::table,
    path::ITEMS,
    wire::Message,
    world::{OPERATIONS, World, raw},
};

/// Operations whose answer decides.
const ANSWERS: &str = r#"
[[operation]]
match = "GET /shown/{id}"
any_token = true
any_object = true
show = ["/method"]

[[operation]]
match = "GET /shown-list"
scope = "read"
any_object = true
show = ["/*/id"]

[[operation]]
match = "GET /no-list"
scope = "read"
owner = { items = "/nothing", field = "/owner", equals = "sub" }
"#;

/// Requests of the operations that look at something, and odd ones.
const OWN: [&str; 45] = [
    "GET /health",
    "GET /echo?x=1",
    "GET /users/alice/orders",
    "GET /users/bob/orders",
    "GET /users/alice/orders?user=bob",
    "GET /orders?user=alice",
    "GET /orders?user=bob",
    "GET /orders?user=alice&user=bob",
    "GET /orders",
    "GET /accounts/1",
    "GET /accounts/2",
    "GET /accounts/no-owner",
    "GET /accounts/9",
    "GET /accounts/1?as=bob",
    "GET /accounts",
    "GET /shown/1",
    "GET /shown-list",
    "GET /no-list",
    "DELETE /accounts/1",
    "DELETE /accounts/2",
    "DELETE /accounts/9",
    "DELETE /accounts/broken",
    "GET /cards/4",
    "POST /admin/delete-user",
    "GET /later/7",
    "GET /nothing",
    "PUT /health",
    "PUT /echo",
    "DELETE /nothing?x=1",
    "OPTIONS /echo",
    "OPTIONS /nothing",
    "TRACE /health",
    "POST /orders",
    "POST /echo",
    "GET /echo?next=http://x/admin",
    "GET /echo?next=https://x",
    "GET /nothing?next=http://x/health",
    "GET /echo#x",
    "GET /health#",
    "GET /echo?x=1#http://x/health",
    "GET /http://x/health",
    "GET /.well-known/oauth-protected-resource",
    "GET /.well-known/oauth-protected-resource?x=1",
    "HEAD /.well-known/oauth-protected-resource",
    "GET /.well-known/oauth-authorization-server",
];

/// The verdict of each of them on one request.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Forwards,
    AnswersItself,
    Refuses(u16),
}

/// Some requests to a proxy, which are judged three times.
struct Judges {
    world: World,
    /// A guard with the same rules that a proxy asks, and that explains. It follows no feed.
    asked: Arc<Running>,
    mode: &'static str,
    keys: String,
}

impl Judges {
    async fn new(mode: &'static str, keys: &str) -> Self {
        let keys = format!("mode = \"{mode}\"\n{keys}");
        let operations = format!("{OPERATIONS}{ANSWERS}{ITEMS}");
        let world = World::with(&keys, &operations).await;
        let asked = asked(&world, &keys);
        Self {
            world,
            asked,
            mode,
            keys,
        }
    }

    async fn agree(&self, token: &str, request: &str) {
        let what = format!("{} {request} {token}", self.mode);
        let (proxy, decided_by_answer) = proxied(&self.world, token, request).await;
        let explained = explained(&self.asked, token, request).await;
        let questioned = questioned(&self.asked, token, request).await;
        match &explained {
            Ok(explained) => {
                assert_eq!(explained, &proxy, "{what}");
                assert!(!decided_by_answer, "{what}");
            }
            Err("answer") => {
                assert!(decided_by_answer || proxy == Said::Forwards, "{what}");
            }
            // there is none
            Err(_) => assert_eq!(proxy, Said::Refuses(400), "{what}"),
        }
        let (_, target) = request.split_once(' ').unwrap();
        let expected = match explained {
            // a proxy forwards what it was sent
            _ if has_needless_escapes(target) => Said::Refuses(400),
            // who only asks shows neither body nor answer
            Err(_) if self.mode == "enforce" => Said::Refuses(403),
            Err(_) => Said::Forwards,
            // where the proxy that asks is, it answers nothing itself
            Ok(Said::AnswersItself) => return,
            Ok(_) => proxy,
        };
        assert_eq!(questioned, expected, "{what}");
    }
}

fn requests() -> Vec<String> {
    let requests: Vec<_> = table::Table::read()
        .entries
        .iter()
        .filter_map(|entry| plain(&entry.request))
        .chain(OWN.map(str::to_owned))
        .collect();
    assert!(requests.len() > 100, "{}", requests.len());
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_question_and_explanation_agree_about_every_request() {
    for mode in ["enforce", "observe"] {
        let judges = Judges::new(mode, "").await;
        let world = &judges.world;
        let expired = json!({ "iat": 1_000_000_000, "exp": 1_000_000_900 });
        let tokens = [
            world.token("alice", "read write"),
            world.token("bob", ""),
            world.token_with("alice", "read write", &expired),
            "nonsense".to_owned(),
            "two words".to_owned(),
            "é".to_owned(),
            format!("{} ", world.token("alice", "read")),
            String::new(),
        ];
        for request in requests() {
            for token in &tokens {
                judges.agree(token, &request).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_agree_about_what_the_issuer_says_is_revoked_and_while_it_says_nothing() {
    for (mode, on_loss) in [
        ("enforce", "serve"),
        ("enforce", "refuse"),
        ("observe", "refuse"),
    ] {
        let judges = Judges::new(mode, &feed::key(on_loss)).await;
        let world = &judges.world;
        let (alice, revoked) = (
            world.token("alice", "read write"),
            world.token("alice", "read"),
        );
        world.feed.revoke("alice-read");
        becomes(world, &revoked, 401).await;
        for request in requests() {
            judges.agree(&alice, &request).await;
            judges.agree(&revoked, &request).await;
        }
        if on_loss == "refuse" {
            world.feed.go_down();
            becomes(world, &alice, 503).await;
            let lost = Judges {
                asked: asked(world, &judges.keys),
                ..judges
            };
            for request in OWN {
                lost.agree("nonsense", request).await;
            }
        }
    }
}

/// Waits until the guard, which follows, answers a token so.
async fn becomes(world: &World, token: &str, status: u16) {
    let becomes = async { while world.get(token, "/echo").await.status != status {} };
    timeout(Duration::from_secs(30), becomes).await.unwrap();
}

/// A request of the table, if it is no more than a line.
fn plain(request: &[u8]) -> Option<String> {
    let message = Message::parse(request)?;
    let text = std::str::from_utf8(request).ok()?;
    let line = text.lines().next()?.strip_suffix(" HTTP/1.1")?;
    let (method, target) = line.split_once(' ')?;
    method.parse::<Method>().ok()?;
    // a longer head is refused by the listener
    let is_line = line.len() < 8_000
        && target.starts_with('/')
        && target.bytes().all(|byte| byte.is_ascii_graphic());
    (message.is_bare(false) && message.body.is_empty() && is_line).then(|| line.to_owned())
}

/// The action of the proxy, and whether the answer decided it. Look-ups do not count as reaching the
/// API.
async fn proxied(world: &World, token: &str, request: &str) -> (Said, bool) {
    world.reached();
    let answer = world.send(token, request, "", "").await;
    let reached = world.reached() > 0;
    let by_guard = answer.head.contains("cache-control: no-store") || answer.status == 501;
    match (reached, by_guard) {
        (true, false) => (Said::Forwards, false),
        (false, false) if answer.status == 200 => (Said::AnswersItself, false),
        (reached, _) => (Said::Refuses(answer.status), reached),
    }
}

/// Or what decides, where it cannot be known before.
async fn explained(asked: &Running, token: &str, request: &str) -> Result<Said, &'static str> {
    let (method, target) = request.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let explanation = asked.guard().explain(token, method, target).await;
    match (explanation.status, explanation.decided_by) {
        (Some(status), _) => Ok(Said::Refuses(status)),
        (None, Some(by)) => Err(by),
        (None, None) if explanation.answered_by_guard => Ok(Said::AnswersItself),
        (None, None) => Ok(Said::Forwards),
    }
}

/// A guard with the same rules that a proxy asks.
fn asked(world: &World, keys: &str) -> Arc<Running> {
    asking(world, keys, &format!("{OPERATIONS}{ANSWERS}{ITEMS}"))
}

fn asking(world: &World, keys: &str, operations: &str) -> Arc<Running> {
    let forward_auth = "forward_auth = { listen = \"unix:guard.sock\", proxy = \"traefik\" }";
    world.write(&format!("{keys}\n{forward_auth}"), operations);
    let configuration = world.read().unwrap();
    Arc::new(Running::new(configuration, Drain::new()).unwrap())
}

async fn questioned(asked: &Running, token: &str, request: &str) -> Said {
    match question(asked, token, request, &[]).await {
        200 => Said::Forwards,
        status => Said::Refuses(status),
    }
}

/// The status of the answer to a proxy that asks.
async fn question(asked: &Running, token: &str, line: &str, headers: &[(&str, &str)]) -> u16 {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::get("/")
        .header("host", "api.example.com")
        .header("x-forwarded-method", method)
        .header("x-forwarded-uri", target);
    if !token.is_empty() {
        let value = format!("Bearer {}", token.trim_end());
        request = request.header("authorization", value.into_bytes());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    parts.extensions.insert(Peer {
        address: PeerAddress::Unix { uid: None },
        tls: false,
    });
    asked.guard().answer_proxy(parts).await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_says_what_it_cannot_know() {
    let world = World::new().await;
    let alice = world.token("alice", "read write");
    let explain = async |method: Method, path: &str| {
        world.running.guard().explain(&alice, method, path).await
    };
    for (method, path, decided_by) in [
        (Method::GET, "/accounts/2", Some("answer")),
        (Method::GET, "/accounts", Some("answer")),
        (Method::POST, "/orders", Some("body")),
        // the controls
        (Method::GET, "/users/alice/orders", None),
        (Method::DELETE, "/accounts/1", None),
        (Method::GET, "/health", None),
    ] {
        let explanation = explain(method, path).await;
        assert_eq!(
            explanation.decided_by, decided_by,
            "{path}: {explanation:?}"
        );
        assert_eq!(explanation.allowed, decided_by.is_none(), "{path}");
        assert_eq!(explanation.status, None, "{path}");
    }
    // what is refused already asks nobody
    world.reached();
    let reader = world.token("alice", "read");
    let refused = world.running.guard();
    let refused = refused
        .explain(&reader, Method::DELETE, "/accounts/1")
        .await;
    assert_eq!(refused.status, Some(403));
    assert_eq!(world.reached(), 0);
    let last = refused.steps.last().unwrap();
    assert_eq!(last.check, "function");
}

/// Operations of which one declares a form.
const FORMS: &str = r#"
[[operation]]
match = "POST /open"
public = "a contact form"

[[operation]]
match = "POST /open-form"
public = "a contact form"
body = "application/x-www-form-urlencoded"

[[operation]]
match = "POST /s"
scope = "write"

[[operation]]
match = "POST /form"
scope = "write"
body = "application/x-www-form-urlencoded"

[[operation]]
match = "POST /undecided"
"#;

/// Without a token, and without the permission, nobody learns which types a body may have.
#[tokio::test(flavor = "multi_thread")]
async fn proxy_and_question_agree_about_forms() {
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n";
    let mut statuses = Vec::new();
    for mode in ["enforce", "observe"] {
        let keys = format!("mode = \"{mode}\"");
        let world = World::with(&keys, FORMS).await;
        let asked = asking(&world, &keys, FORMS);
        let tokens = [
            String::new(),
            "nonsense".to_owned(),
            world.token("alice", "read"),
            world.token("alice", "write"),
        ];
        for path in [
            "/open",
            "/open-form",
            "/s",
            "/form",
            "/undecided",
            "/nothing",
        ] {
            let line = format!("POST {path}");
            let mut row = Vec::new();
            for token in &tokens {
                let authorization = format!("Authorization: Bearer {token}\r\n");
                let authorization = authorization.as_str();
                let more = if token.is_empty() { "" } else { authorization };
                let request = format!(
                    "{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}{FORM}\r\na=1"
                );
                let proxy = raw(world.guard, request.as_bytes()).await.status;
                let form = ("content-type", "application/x-www-form-urlencoded");
                let asked = question(&asked, token, &line, &[form]).await;
                assert_eq!(asked, proxy, "{mode} {line} {token}");
                row.push(asked);
            }
            statuses.push(format!("{mode} {path} {row:?}"));
        }
    }
    assert_eq!(
        statuses,
        [
            "enforce /open [415, 415, 415, 415]",
            "enforce /open-form [200, 200, 200, 200]",
            "enforce /s [401, 401, 403, 415]",
            "enforce /form [401, 401, 403, 200]",
            "enforce /undecided [401, 401, 403, 403]",
            "enforce /nothing [404, 404, 404, 404]",
            "observe /open [415, 415, 415, 415]",
            "observe /open-form [200, 200, 200, 200]",
            "observe /s [401, 401, 415, 415]",
            "observe /form [401, 401, 200, 200]",
            "observe /undecided [401, 401, 415, 415]",
            "observe /nothing [404, 404, 200, 200]",
        ]
    );
}
