//! An API that answers with objects, lists and owners.

use std::sync::{Arc, Mutex};

use airside_net::Drain;
use axum::{Router, extract::State, routing::get};
use http::{HeaderMap, Uri};

use crate::world::{World, serve};

const ITEMS: &str = r#"{ "total": 1e400, "items": [
  { "owner": "alice", "id": 100000000000000000001, "price": 1.0, "note": "\u00e9\/" },
  { "owner": "bob", "id": 2 },
  { "id": 3 }, 4,
  { "owner": "alice", "id": -0, "price": 5.00 }
], "next": null }"#;

/// An item of each of two owners.
const BOTH: &str = r#"{ "owner": "alice", "id": 1.0 }, { "owner": "bob", "id": 2 }"#;

/// An API whose answers are texts, and that keeps what it was asked.
pub(super) struct Api {
    pub(super) world: World,
    asked: RequestLog,
    _drain: Drain,
}

type RequestLog = Arc<Mutex<Vec<String>>>;

impl Api {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let drain = Drain::new();
        let asked = RequestLog::default();
        let router = Router::new()
            .fallback(get(answer).post(answer))
            .with_state(Arc::clone(&asked));
        let upstream = serve(router, &drain).await;
        let operations = OPERATIONS.replace("UPSTREAM", &upstream);
        world.write_before(&upstream, "", &operations);
        let configuration = world.read().unwrap();
        world.running.replace(configuration).unwrap();
        Self {
            world,
            asked,
            _drain: drain,
        }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

async fn answer(State(asked): State<RequestLog>, uri: Uri) -> (HeaderMap, String) {
    asked.lock().unwrap().push(uri.to_string());
    let body = match (uri.path(), uri.query().unwrap_or_default()) {
        ("/items", "large") => format!(r#"{{ "items": [{}] }}"#, [BOTH; 1000].join(", ")),
        ("/items", _) => ITEMS.to_owned(),
        ("/list", "object") => r#"{ "id": 1 }"#.to_owned(),
        ("/list", _) => r#"[{ "id": 1.0, "x": 2 }]"#.to_owned(),
        ("/shown/number", _) => shown("100000000000000000001"),
        ("/shown/float", _) => shown("7.0"),
        ("/shown/twice", _) => r#"{ "owner": "alice", "owner": "bob" }"#.to_owned(),
        ("/shown/large", _) => shown(&format!(r#""alice", "pad": "{}""#, "x".repeat(100_000))),
        ("/shown/large-bob", _) => shown(&format!(r#""bob", "pad": "{}""#, "x".repeat(100_000))),
        ("/shown/bob", _) => shown(r#""bob""#),
        ("/owner-of", query) if query.starts_with("id=7") => r#"{ "owner": "alice" }"#.to_owned(),
        ("/owner-of/7", _) => r#"{ "owner": "alice" }"#.to_owned(),
        ("/owner-of", _) => r#"{ "owner": "bob" }"#.to_owned(),
        (path, _) if path.starts_with("/owner-of/") => r#"{ "owner": "bob" }"#.to_owned(),
        _ => shown(r#""alice""#),
    };
    (headers(), body)
}

fn shown(owner: &str) -> String {
    format!(
        r#"{{ "id": 9007199254740993, "owner": {owner}, "balance": 1.10, "ssn": "078",
                "items": [{{ "price": 1E2, "cost": 1 }}, {{}}], "fees": {{ "hidden": 1 }} }}"#
    )
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("etag", "\"1\""),
        ("repr-digest", "sha-256=:AA==:"),
        ("x-request", "kept"),
        ("cache-control", "public, max-age=60"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    headers
}

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /items"
scope = "read"
owner = { items = "/items", field = "/owner", equals = "sub" }

[[operation]]
match = "GET /shown/{id}"
scope = "read"
owner = { response = "/owner", equals = "sub" }
query_fields = ["lang"]
show = ["/id", "/balance", "/items/*/price", { field = "/ssn", scope = "pii" }]

[[operation]]
match = "GET /open/{id}"
scope = "read"
owner = { response = "/owner", equals = "sub" }

[[operation]]
match = "GET /as-query"
scope = "read"
owner = { lookup = "UPSTREAM/owner-of?id={query:id}&kind=account", pointer = "/owner", equals = "sub" }

[[operation]]
match = "POST /as-query"
scope = "read"
owner = { lookup = "UPSTREAM/owner-of?id={body:/id}", pointer = "/owner", equals = "sub" }

[[operation]]
match = "POST /as-path"
scope = "read"
owner = { lookup = "UPSTREAM/owner-of/{body:/id}", pointer = "/owner", equals = "sub" }

[[operation]]
match = "GET /list"
scope = "read"
show = ["/*/id"]
"#;
