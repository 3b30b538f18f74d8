//! Preflights, and the sites whose scripts may read answers.

use super::*;

/// G07: a preflight is a request of the guard's own, and so is its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_carries_nothing_by_which_a_handler_could_act() {
    let api = preflight_api();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum_serve(listener, api).await });
    let world = World::new().await;
    world.write_before(
        &upstream,
        "forward_cookies = true\nforward_authorization = true",
        OPERATIONS,
    );
    world.reload();
    let more = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\
        Access-Control-Request-Headers: x-asked\r\nCookie: a=b\r\nX-More: 1\r\n";
    let alice = world.token("alice", "write");
    let answer = world
        .send(&alice, "OPTIONS /echo?id=7", more, "{\"a\":1}")
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.body.is_empty() && !answer.head.contains("set-cookie"),
        "{answer:?}"
    );
    let seen = &answer.head;
    for kept in [
        "options/echo{",
        "https://app.example",
        "x-asked",
        "x-forwarded-proto",
    ] {
        assert!(seen.contains(kept), "{kept} {seen}");
    }
    for lost in NOT_FORWARDED {
        assert!(!seen.contains(lost), "{lost} {seen}");
    }
}

/// An API that answers with what it was sent, and sets a cookie.
fn preflight_api() -> axum::Router {
    axum::Router::new().fallback(async |request: axum::extract::Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1000).await.unwrap();
        let seen = format!(
            "{} {} {:?} {body:?}",
            parts.method, parts.uri, parts.headers
        );
        let headers = [
            (
                "access-control-allow-origin",
                "https://app.example".to_owned(),
            ),
            ("set-cookie", "a=b".to_owned()),
            (
                "access-control-allow-headers",
                seen.replace(|c: char| !c.is_ascii_graphic(), ""),
            ),
        ];
        (headers, "the object")
    })
}

async fn axum_serve(listener: tokio::net::TcpListener, api: axum::Router) {
    use airside_net::{Drain, Listener, Server};
    let server = Server::new().listen(Listener::tcp(listener));
    server.serve(api, Drain::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_cors_is_set_the_guard_answers_preflights_and_says_who_may_read() {
    let keys = "[cors]\norigins = [\"https://app.example\"]\nexpose = [\"etag\"]\n";
    let world = World::with(keys, OPERATIONS).await;
    let ask = async |path: &str, origin: &str, method: &str| {
        let more = format!(
            "Origin: {origin}\r\nAccess-Control-Request-Method: {method}\r\n\
             Access-Control-Request-Headers: authorization\r\n"
        );
        world.send("", &format!("OPTIONS {path}"), &more, "").await
    };
    let app = "https://app.example";
    let answer = ask("/accounts/1", app, "DELETE").await;
    assert_eq!(answer.status, 204);
    for line in [
        "access-control-allow-origin: https://app.example",
        "access-control-allow-methods: get, head, delete",
        "access-control-allow-headers: authorization",
        "access-control-max-age: 600",
        "vary: origin",
    ] {
        assert!(answer.head.contains(line), "{line} {answer:?}");
    }
    assert!(!answer.head.contains("credentials"), "{answer:?}");
    let foreign = ask("/accounts/1", "https://evil.example", "DELETE").await;
    assert_eq!(foreign.status, 403);
    assert!(!foreign.head.contains("access-control"), "{foreign:?}");
    // a script reads the refusal of what is not declared only if the preflight succeeds
    for (path, method, methods) in [
        ("/nothing", "GET", "access-control-allow-methods: get\r\n"),
        (
            "/accounts/1",
            "PUT",
            "access-control-allow-methods: get, head, put, delete\r\n",
        ),
    ] {
        let answer = ask(path, app, method).await;
        assert_eq!(answer.status, 204, "{path}");
        assert!(answer.head.contains(methods), "{answer:?}");
        let foreign = ask(path, "https://evil.example", method).await;
        assert_eq!(foreign.status, 403, "{path}");
    }
    assert_eq!(world.reached(), 0);
    // scripts read refusals too
    let origin = format!("Origin: {app}\r\n");
    let alice = world.token("alice", "");
    for (token, status) in [("", 401), (&*alice, 200)] {
        let answer = world.send(token, "GET /echo", &origin, "").await;
        assert_eq!(answer.status, status);
        let allowed = "access-control-allow-origin: https://app.example\r\n";
        assert!(answer.head.contains(allowed), "{answer:?}");
    }
    let answer = world
        .send(&alice, "GET /echo", "Origin: null\r\n", "")
        .await;
    assert!(answer.head.contains("vary: origin") && !answer.head.contains("access-control"));
}

/// Parts of a request that a preflight does not carry.
const NOT_FORWARDED: [&str; 7] = [
    "id=7",
    "cookie",
    "x-more",
    "authorization",
    "content-type",
    "\\\"a\\\"",
    "airside-subject",
];
