//! Errors of the admin API.

use airside_testkit::Browser;
use serde_json::json;

use crate::{
    admin_api::{READ, WRITE, administered, ask, machine},
    admin_document::assert_problem,
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_one_form() {
    // RFC9457-3
    let world = administered().await;
    let token = machine(&world, &format!("{READ} {WRITE}"))
        .await
        .member("access_token");
    let reader = machine(&world, READ).await.member("access_token");
    let (good, reader) = (format!("Bearer {token}"), format!("Bearer {reader}"));
    let large = format!(r#"{{"username":"{}"}}"#, "a".repeat(70_000));
    for case in cases(&good, &reader, &large) {
        check(&world, case).await;
    }
    // the control
    let user = json!({ "username": "x" });
    let made = ask(&world, &token, "POST", "/users", &user).await;
    assert_eq!(made.status, 201, "{}", made.text());
}

/// A request: its method, path, `Authorization`, content type and body; and the status of the answer.
type Case<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, u16);

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn cases<'a>(good: &'a str, reader: &'a str, large: &'a str) -> [Case<'a>; 25] {
    [
        ("GET", "/v1/users", "", JSON, "", 401),
        ("GET", "/v1/users", "Bearer nonsense", JSON, "", 401),
        ("GET", "/v1/users", "Basic YTpi", JSON, "", 401),
        ("GET", "/v1/users", "Bearer ", JSON, "", 400),
        ("DELETE", "/v1/users/bob", reader, JSON, "", 403),
        ("GET", "/v1/nothing", good, JSON, "", 404),
        ("GET", "/v1/users/nobody", good, JSON, "", 404),
        ("GET", "/v1/users/%ff", good, JSON, "", 400),
        ("GET", "/v1/users/a%00b", good, JSON, "", 400),
        ("PUT", "/v1/users", good, JSON, "{}", 405),
        (
            "POST",
            "/v1/users",
            good,
            JSON,
            r#"{"username":"bob"}"#,
            409,
        ),
        ("POST", "/v1/users", good, JSON, large, 413),
        ("POST", "/v1/users", good, FORM, "username=x", 415),
        (
            "POST",
            "/v1/users",
            good,
            "text/plain",
            r#"{"username":"x"}"#,
            415,
        ),
        ("POST", "/v1/users", good, JSON, "{", 400),
        ("POST", "/v1/users", good, JSON, "[]", 400),
        ("POST", "/v1/users", good, JSON, "", 400),
        (
            "POST",
            "/v1/users",
            good,
            JSON,
            r#"{"username":"x","username":"y"}"#,
            400,
        ),
        (
            "POST",
            "/v1/users",
            good,
            JSON,
            r#"{"username":"x","colour":1}"#,
            400,
        ),
        ("GET", "/v1/users?limit=5&limit=6", good, JSON, "", 400),
        ("GET", "/v1/users?limit=%zz", good, JSON, "", 400),
        ("GET", "/v1", "", JSON, "", 401),
        ("GET", "/v2/users", good, JSON, "", 404),
        ("POST", "/v2/users", "", JSON, "{}", 404),
        ("GET", "", "", JSON, "", 404),
    ]
}

async fn check(world: &World, case: Case<'_>) {
    let (method, path, authorization, content_type, body, status) = case;
    let headers = [
        ("authorization", authorization),
        ("content-type", content_type),
    ];
    let mut headers = headers.to_vec();
    headers.retain(|(_, value)| !value.is_empty());
    let url = world.at(&format!("/api/admin{path}"));
    let answer = Browser::new()
        .send(method.parse().unwrap(), &url, &headers, body.to_owned())
        .await;
    let text = answer.text();
    let case = format!("{method} {path} {authorization:.9} {body:.40}: {text}");
    assert_eq!(answer.status, status, "{case}");
    assert_problem(&answer, &case);
    let is_about_token = status == 401 || answer.json()["error"].is_string();
    let has = |name: &str| answer.headers.contains_key(name);
    assert_eq!(has("www-authenticate"), is_about_token, "{case}");
    assert_eq!(has("allow"), status == 405, "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_have_is_answered_with_those_that_it_has() {
    let world = World::new().await;
    for (path, methods) in [
        ("/users", ["GET", "POST"]),
        ("/users/alice", ["GET", "DELETE"]),
    ] {
        let refused = world.admin("PUT", path, json!({})).await;
        assert_eq!(refused.status, 405, "{path}");
        let detail = refused.member("detail");
        let (said, named) = detail.split_once(": ").unwrap();
        assert_eq!(said, "this address has other methods");
        let allowed: Vec<_> = refused.header("allow").split(',').collect();
        assert_eq!(named, allowed.join(", "), "{path}");
        for method in methods {
            assert!(allowed.contains(&method), "{path}: {allowed:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_below_the_admin_api_that_is_switched_off_is_a_problem() {
    let world = World::new().await;
    for path in [
        "/api/admin/v1/users",
        "/api/admin/v1/openapi.json",
        "/api/admin",
    ] {
        let answer = Browser::new().get(&world.at(path)).await;
        assert_eq!(answer.status, 404);
        assert_problem(&answer, path);
    }
}
