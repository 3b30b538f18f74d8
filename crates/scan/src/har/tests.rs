use serde_json::{Value, json};
use url::Url;

use super::*;

fn entry(request: &str, body: Value, status: u16, answer: Value) -> Value {
    let (method, path) = request.split_once(' ').unwrap();
    let mut entry = json!({
        "request": {
            "method": method,
            "url": format!("https://shop.example{path}"),
            "headers": [{ "name": "Authorization", "value": "Bearer t-o-k-e-n" }],
        },
        "response": { "status": status, "content": { "mimeType": "application/json", "text": answer.to_string() } },
    });
    if !body.is_null() {
        entry["request"]["postData"] =
            json!({ "mimeType": "application/json", "text": body.to_string() });
    }
    entry
}

fn session() -> String {
    let order = "16ed5ef4-d691-43e0-858e-a09310e708fb";
    let sign_in = json!({ "username": "alice", "password": "p-a-s-s" });
    let mut entries = vec![
        entry("POST /login", sign_in, 200, json!({ "token": "t-o-k-e-n" })),
        entry(
            "GET /me",
            Value::Null,
            200,
            json!({ "username": "alice", "tenant": "north" }),
        ),
        entry(
            "POST /orders",
            json!({ "text": "a" }),
            201,
            json!({ "id": order, "text": "a" }),
        ),
        entry(
            "GET /orders?limit=5",
            Value::Null,
            200,
            json!([{ "id": order }]),
        ),
        entry(
            &format!("GET /orders/{order}"),
            Value::Null,
            200,
            json!({ "id": order }),
        ),
        entry(
            &format!("POST /orders/{order}/items"),
            json!({ "sku": "cup" }),
            201,
            json!({ "id": 3 }),
        ),
        entry(
            &format!("GET /orders/{order}/items/3"),
            Value::Null,
            200,
            json!({ "id": 3 }),
        ),
        entry(
            "GET /users/alice",
            Value::Null,
            200,
            json!({ "username": "alice" }),
        ),
        entry(
            "GET /tenants/north/settings",
            Value::Null,
            200,
            json!({ "footer": "f" }),
        ),
        entry("GET /admin/users", Value::Null, 403, json!({})),
    ];
    // neither a page nor another server is of the API
    let mut page = entry("GET /index.html", Value::Null, 200, json!(1));
    page["response"]["content"]["mimeType"] = json!("text/html");
    let mut other = entry("GET /count", Value::Null, 200, json!(1));
    other["request"]["url"] = json!("https://statistics.example/count");
    entries.extend([page, other]);
    json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
}

fn base() -> Url {
    Url::parse("http://127.0.0.1:5000").unwrap()
}

#[test]
fn operations_are_learned_from_the_entries() {
    let api = read(&session(), &base()).unwrap();
    let mut names: Vec<_> = api.operations.iter().map(|one| one.name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "GET /me",
            "GET /orders",
            "GET /orders/{order_id}",
            "GET /orders/{order_id}/items/{item_id}",
            "GET /tenants/{tenant}/settings",
            "GET /users/{username}",
            "POST /login",
            "POST /orders",
            "POST /orders/{order_id}/items",
        ]
    );
    assert!(api.operations.iter().all(|one| one.is_body_learned));
}

#[test]
fn no_credential_is_kept() {
    let document = document(&session(), &base()).unwrap().to_string();
    assert!(
        !document.contains("t-o-k-e-n") && !document.contains("p-a-s-s"),
        "{document}"
    );
    assert!(document.contains("\"example\":\"cup\""), "{document}");
}

#[test]
fn a_session_without_an_api_is_refused() {
    for text in ["{}", r#"{"log": {"entries": []}}"#] {
        assert!(read(text, &base()).is_err(), "{text}");
    }
}
