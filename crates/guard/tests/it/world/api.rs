//! The API behind the guard.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State, WebSocketUpgrade, ws::Message},
    response::Response,
    routing::{any, get},
};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

pub(super) fn api(reached: Arc<AtomicUsize>) -> Router {
    let counted = Router::new()
        .route("/accounts/{id}", get(account).fallback(echo))
        .route("/accounts", get(list))
        .route("/socket", any(socket))
        .fallback(echo)
        .layer(axum::middleware::from_fn_with_state(
            reached,
            async |State(reached): State<Arc<AtomicUsize>>,
                   request: axum::extract::Request,
                   next: axum::middleware::Next| {
                reached.fetch_add(1, Ordering::SeqCst);
                next.run(request).await
            },
        ));
    Router::new()
        .route("/internal/owner-of/{id}", get(look_up))
        .merge(counted)
}

/// Says what it was sent; what caches may do is said as the query has it.
async fn echo(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (HeaderMap, Json<Value>) {
    let answered = cached(&uri);
    let headers = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let said = Json(json!({
        "method": method.as_str(), "uri": uri.to_string(),
        "headers": headers.collect::<Vec<_>>(), "body": String::from_utf8_lossy(&body),
    }));
    (answered, said)
}

fn cached(uri: &Uri) -> HeaderMap {
    let mut answered = HeaderMap::new();
    if uri.query() == Some("cached") {
        for (name, value) in [
            ("cache-control", "public, s-maxage=600, max-age=60"),
            ("cdn-cache-control", "max-age=600"),
        ] {
            answered.insert(name, value.parse().unwrap());
        }
    }
    answered
}

fn owner(id: &str) -> Option<&'static str> {
    match id {
        "1" => Some("alice"),
        "2" => Some("bob"),
        _ => None,
    }
}

async fn account(Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    match owner(&id) {
        Some(owner) => Ok(Json(
            json!({ "id": id, "owner": owner, "ssn": "078-05-1120" }),
        )),
        None => match id.as_str() {
            "no-owner" => Ok(Json(json!({ "id": id }))),
            _ => Err(StatusCode::NOT_FOUND),
        },
    }
}

async fn look_up(Path(id): Path<String>) -> Result<String, StatusCode> {
    match (id.as_str(), owner(&id)) {
        (_, Some(owner)) => Ok(json!({ "owner": owner }).to_string()),
        ("huge", _) => Ok(json!({ "owner": "alice", "x": "y".repeat(100_000) }).to_string()),
        ("html", _) => Ok("<p>alice</p>".to_owned()),
        ("broken", _) => Err(StatusCode::INTERNAL_SERVER_ERROR),
        _ => Err(StatusCode::NOT_FOUND),
    }
}

async fn list() -> Json<Value> {
    Json(json!({ "items": [
        { "id": 1, "owner": "alice" }, { "id": 2, "owner": "bob" }, { "id": 3 },
    ] }))
}

async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(Ok(Message::Text(text))) = socket.recv().await {
            socket
                .send(Message::Text(format!("echo {text}").into()))
                .await
                .unwrap();
        }
    })
}
