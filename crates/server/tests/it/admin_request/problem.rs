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
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    for (method, path, authorization, content_type, body, status) in [
        ("GET", "/v1/users", "", json, "", 401),
        ("GET", "/v1/users", "Bearer nonsense", json, "", 401),
        ("GET", "/v1/users", "Basic YTpi", json, "", 401),
        ("GET", "/v1/users", "Bearer ", json, "", 400),
        ("DELETE", "/v1/users/bob", reader.as_str(), json, "", 403),
        ("GET", "/v1/nothing", good.as_str(), json, "", 404),
        ("GET", "/v1/users/nobody", &good, json, "", 404),
        ("GET", "/v1/users/%ff", &good, json, "", 400),
        ("GET", "/v1/users/a%00b", &good, json, "", 400),
        ("PUT", "/v1/users", &good, json, "{}", 405),
        (
            "POST",
            "/v1/users",
            &good,
            json,
            r#"{"username":"bob"}"#,
            409,
        ),
        ("POST", "/v1/users", &good, json, &large, 413),
        ("POST", "/v1/users", &good, form, "username=x", 415),
        (
            "POST",
            "/v1/users",
            &good,
            "text/plain",
            r#"{"username":"x"}"#,
            415,
        ),
        ("POST", "/v1/users", &good, json, "{", 400),
        ("POST", "/v1/users", &good, json, "[]", 400),
        ("POST", "/v1/users", &good, json, "", 400),
        (
            "POST",
            "/v1/users",
            &good,
            json,
            r#"{"username":"x","username":"y"}"#,
            400,
        ),
        (
            "POST",
            "/v1/users",
            &good,
            json,
            r#"{"username":"x","colour":1}"#,
            400,
        ),
        ("GET", "/v1/users?limit=5&limit=6", &good, json, "", 400),
        ("GET", "/v1/users?limit=%zz", &good, json, "", 400),
        ("GET", "/v1", "", json, "", 401),
        ("GET", "/v2/users", &good, json, "", 404),
        ("POST", "/v2/users", "", json, "{}", 404),
        ("GET", "", "", json, "", 404),
    ] {
        let headers = [
            ("authorization", authorization),
            ("content-type", content_type),
        ];
        let headers: Vec<_> = headers
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let url = world.at(&format!("/api/admin{path}"));
        let answer = Browser::new()
            .send(method.parse().unwrap(), &url, &headers, body.to_owned())
            .await;
        let case = format!(
            "{method} {path} {authorization:.9} {body:.40}: {}",
            answer.text()
        );
        assert_eq!(answer.status, status, "{case}");
        assert_problem(&answer, &case);
        let is_about_token = status == 401 || answer.json()["error"].is_string();
        assert_eq!(
            answer.headers.contains_key("www-authenticate"),
            is_about_token,
            "{case}"
        );
        assert_eq!(
            answer.headers.contains_key("allow"),
            status == 405,
            "{case}"
        );
    }
    // the control
    let made = ask(
        &world,
        &token,
        "POST",
        "/users",
        &json!({ "username": "x" }),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text());
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
