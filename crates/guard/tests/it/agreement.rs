//! The proxy, a proxy that asks, and an explanation come to one decision (G14).

use std::sync::Arc;

use airside_api::target::has_needless_escapes;
use airside_guard::{Configuration, Running};
use airside_net::{Drain, Peer, PeerAddress};
use http::{Method, Request};

use crate::{
    framework_table::table,
    path::ITEMS,
    wire::Message,
    world::{OPERATIONS, World},
};

/// Requests of the operations that look at something.
const OWN: [&str; 22] = [
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
    "GET /accounts",
    "DELETE /accounts/1",
    "DELETE /accounts/2",
    "DELETE /accounts/9",
    "GET /cards/4",
    "POST /admin/delete-user",
    "GET /later/7",
    "GET /nothing",
    "PUT /health",
    "TRACE /health",
    "POST /orders",
];

/// What each of them says of one request.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Forwards,
    Refuses(u16),
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_question_and_explanation_agree_about_every_request() {
    let requests: Vec<_> = table::Table::read()
        .entries
        .iter()
        .filter_map(|entry| plain(&entry.request))
        .chain(OWN.map(str::to_owned))
        .collect();
    assert!(requests.len() > 100, "{}", requests.len());
    for mode in ["enforce", "observe"] {
        let keys = format!("mode = \"{mode}\"");
        let operations = format!("{OPERATIONS}{ITEMS}");
        let world = World::with(&keys, &operations).await;
        let asked = asked(&world, &keys, &operations);
        for token in [world.token("alice", "read write"), world.token("bob", "")] {
            for request in &requests {
                let (proxy, decided_by_answer) = proxied(&world, &token, request).await;
                let explained = explained(&world, &token, request).await;
                let questioned = questioned(&asked, &token, request).await;
                let (_, target) = request.split_once(' ').unwrap();
                if has_needless_escapes(target) {
                    // a proxy forwards what it was sent
                    assert_eq!(questioned, Said::Refuses(400), "{mode} {request}");
                    assert_eq!(explained.as_ref(), Some(&proxy), "{mode} {request}");
                    continue;
                }
                if decided_by_answer {
                    // the answer was somebody else's, or could not be judged
                    assert_eq!(explained, None, "{mode} {request}");
                    assert_eq!(questioned, Said::Refuses(403), "{mode} {request}");
                    continue;
                }
                let Some(explained) = explained else {
                    // who only asks shows neither body nor answer
                    let expected = match mode {
                        "enforce" => Said::Refuses(403),
                        _ => Said::Forwards,
                    };
                    assert_eq!(questioned, expected, "{mode} {request}");
                    continue;
                };
                assert_eq!(explained, proxy, "{mode} {request}");
                let holds = request == "GET /accounts" && explained == Said::Forwards;
                if !holds || mode == "observe" {
                    assert_eq!(questioned, proxy, "{mode} {request}");
                }
            }
        }
    }
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

/// What the proxy does, and whether it was the answer that decided.
async fn proxied(world: &World, token: &str, request: &str) -> (Said, bool) {
    world.reached();
    let answer = world.send(token, request, "", "").await;
    let reached = world.reached() > 0;
    let by_guard = answer.head.contains("cache-control: no-store") || answer.status == 501;
    match (reached, by_guard) {
        (true, false) => (Said::Forwards, false),
        // a look-up reaches the API as well
        (true, true) => (Said::Refuses(answer.status), request.starts_with("GET ")),
        (false, _) => (Said::Refuses(answer.status), false),
    }
}

/// `None` where it cannot be known before the body or the answer.
async fn explained(world: &World, token: &str, request: &str) -> Option<Said> {
    let (method, target) = request.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let explanation = world.running.guard().explain(token, method, target).await;
    match (explanation.status, explanation.decided_by) {
        (Some(status), _) => Some(Said::Refuses(status)),
        (None, Some(_)) => None,
        (None, None) => Some(Said::Forwards),
    }
}

/// A guard with the same rules that a proxy asks.
fn asked(world: &World, keys: &str, operations: &str) -> Arc<Running> {
    let secret = "forward_auth = { listen = \"127.0.0.1:0\", proxy = \"envoy\" }";
    world.write(
        &format!("{keys}\n{secret}").replace("127.0.0.1:0", "unix:guard.sock"),
        operations,
    );
    let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    Arc::new(Running::new(configuration, Drain::new()).unwrap())
}

async fn questioned(asked: &Running, token: &str, request: &str) -> Said {
    let (method, target) = request.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", "api.example.com")
        .header("authorization", format!("Bearer {token}"));
    let Ok(request) = request.body(()) else {
        return Said::Refuses(400);
    };
    let (mut parts, ()) = request.into_parts();
    parts.extensions.insert(Peer {
        address: PeerAddress::Unix { uid: None },
        tls: false,
    });
    match asked.guard().answer_proxy(parts).await.status().as_u16() {
        200 => Said::Forwards,
        status => Said::Refuses(status),
    }
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
        (Method::POST, "/orders", Some("body")),
        // the controls
        (Method::GET, "/users/alice/orders", None),
        (Method::GET, "/accounts", None),
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
