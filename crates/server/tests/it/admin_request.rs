//! What the admin API refuses, in which form, and how its lists go on.

use airside_testkit::Browser;
use serde_json::{Value, json};

use crate::{
    admin_api::{READ, WRITE, administered, ask, machine},
    admin_document::{assert_problem, operations},
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

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_takes_a_parameter_or_a_member_that_it_does_not_name() {
    let world = World::new().await;
    let document = world
        .admin("GET", "/openapi.json", json!(null))
        .await
        .json();
    for (method, path, operation) in operations(&document) {
        let case = format!("{method} {path}");
        let path = path
            .replace("{id}", "spa")
            .replace("{name}", "alice")
            .replace("{kid}", "x");
        let unknown = world
            .admin(&method, &format!("{path}?limt=5"), json!(null))
            .await;
        assert_eq!(unknown.status, 400, "{case}");
        let (detail, errors) = (unknown.member("detail"), unknown.json()["errors"].clone());
        assert_eq!(errors[0]["pointer"], "/limt", "{case}");
        let of_query = operation["parameters"].as_array().unwrap().iter();
        let has_limit = of_query
            .clone()
            .any(|parameter| parameter["name"] == "limit");
        let is_helpful = detail.contains("did you mean `limit`?");
        assert_eq!(is_helpful, has_limit, "{case}: {detail}");
        let body = json!({ "colour": "blue" });
        let unknown = world.admin(&method, &path, body).await;
        assert_eq!(unknown.status, 400, "{case}");
        let errors = unknown.json()["errors"].as_array().unwrap().clone();
        assert!(
            errors.iter().any(|error| error["pointer"] == "/colour"),
            "{case}: {errors:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn null_is_as_if_it_was_left_out() {
    let world = World::new().await;
    let document = world
        .admin("GET", "/openapi.json", json!(null))
        .await
        .json();
    // whatever an object that is made need not have
    for (path, name, needed) in [
        ("/users", "NewUser", json!({ "username": "erin" })),
        (
            "/clients",
            "ClientMetadata",
            json!({
                "client_id": "made", "token_endpoint_auth_method": "none", "scope": "openid",
                "redirect_uris": ["https://app.example/cb"],
            }),
        ),
    ] {
        let schema = &document["components"]["schemas"][name]["properties"];
        let mut body = needed.clone();
        for member in schema
            .as_object()
            .unwrap()
            .keys()
            .filter(|member| needed[*member].is_null())
        {
            body[member] = Value::Null;
        }
        let made = world.admin("POST", path, body).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    // and so it is in a change: nothing changes
    for (path, name) in [
        ("/users/alice", "UserChange"),
        ("/clients/made", "ClientChange"),
    ] {
        let schema = &document["components"]["schemas"][name]["properties"];
        let members = schema.as_object().unwrap().keys();
        let body: Value = members
            .map(|member| (member.clone(), Value::Null))
            .collect();
        let before = world.admin("GET", path, json!(null)).await.json();
        let changed = world.admin("PATCH", path, body).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        let (mut after, mut before) = (changed.json(), before);
        for account in [&mut after, &mut before] {
            account.as_object_mut().unwrap().remove("epoch");
        }
        assert_eq!(after, before, "{path}");
    }
    // a member that is needed is missing
    let refused = world
        .admin("POST", "/users", json!({ "username": null }))
        .await;
    assert_eq!(refused.member("detail"), "`username` is missing");
    // and in a list it is no value
    let refused = world
        .admin("PATCH", "/users/alice", json!({ "roles": [null] }))
        .await;
    assert_eq!(refused.member("detail"), "`roles.0` must be text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_a_client_is_removed_by_its_name() {
    let world = World::new().await;
    let client = json!({
        "client_id": "made", "client_name": "Made", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid",
    });
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let change = json!({ "remove": ["client_name"], "scope": "openid profile" });
    let changed = world.admin("PATCH", "/clients/made", change).await.json();
    assert_eq!(
        (&changed["client_name"], &changed["scope"]),
        (&json!(null), &json!("openid profile"))
    );
    for (change, why) in [
        (json!({ "remove": ["colour"] }), "not a member of a client"),
        (json!({ "remove": ["scope"], "scope": "openid" }), "at once"),
        (json!({ "remove": ["client_id"] }), "cannot be changed"),
    ] {
        let refused = world.admin("PATCH", "/clients/made", change).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.member("detail").contains(why), "{}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_pages() {
    // RFC8288-3.3
    let world = World::new().await;
    let app = world.app("spa");
    for _ in 0..3 {
        app.sign_in("alice").await;
        world.app("web").sign_in("alice").await;
    }
    let document = world
        .admin("GET", "/openapi.json", json!(null))
        .await
        .json();
    let is_list = |operation: &Value| !operation["responses"]["200"]["headers"]["Link"].is_null();
    let lists = operations(&document).into_iter();
    let lists: Vec<_> = lists
        .filter(|(_, _, operation)| is_list(operation))
        .collect();
    assert_eq!(lists.len(), 7);
    for (_, template, _) in lists {
        let path = template.replace("{name}", "alice");
        let whole = world.admin("GET", &path, json!(null)).await;
        assert!(!whole.headers.contains_key("link"), "{path}");
        let whole = whole.json().as_array().unwrap().clone();
        assert!(whole.len() >= 2, "{path}: {whole:?}");
        let (mut paged, mut next) = (Vec::new(), Some("?limit=1".to_owned()));
        while let Some(query) = next {
            let page = world
                .admin("GET", &format!("{path}{query}"), json!(null))
                .await;
            assert_eq!(page.status, 200, "{path}{query}: {}", page.text());
            paged.extend(page.json().as_array().unwrap().clone());
            let link = page
                .headers
                .contains_key("link")
                .then(|| page.header("link").to_owned());
            let target = link
                .as_deref()
                .map(|link| link.strip_suffix(r#">; rel="next""#).unwrap());
            next = target.map(|target| target.trim_start_matches('<').to_owned());
        }
        assert_eq!(paged, whole, "{path}");
        for limit in ["0", "1001", "x", "", "-1"] {
            let refused = world
                .admin("GET", &format!("{path}?limit={limit}"), json!(null))
                .await;
            assert_eq!(refused.status, 400, "{path} {limit}");
        }
    }
}
