//! Tests what the admin API refuses, in which form, and how its lists go on.

mod problem;

use serde_json::{Value, json};

use crate::{admin_document::operations, admin_list::collide, world::World};

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
async fn what_a_parameter_must_be_is_said_with_its_place() {
    let world = World::new().await;
    for (name, value, expected) in [
        ("before", "zz", "`before` must be a UUID"),
        ("since", "zz", "(RFC 3339)"),
        // patterns are left to the types
        ("client", "a%20b", ""),
    ] {
        let path = format!("/events?limit=5&{name}={value}");
        let refused = world.admin("GET", &path, json!(null)).await;
        assert_eq!(refused.status, 400, "{name}");
        let problem = refused.json();
        assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"));
        assert_eq!(problem["errors"][0]["detail"], problem["detail"]);
        assert!(refused.member("detail").contains(expected), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_has_an_address() {
    let world = World::new().await;
    let machine = json!({
        "client_id": "a/b", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let api = json!({ "identifier": "https://made.example", "scopes": ["made"] });
    for (list, body, name) in [
        ("/users", json!({ "username": "erin" }), "username"),
        ("/clients", machine, "client_id"),
        ("/resources", api, "identifier"),
    ] {
        let made = world.create(list, body).await;
        let location = made.header("location");
        let path = location.strip_prefix("/api/admin/v1").unwrap();
        let shown = world.administer("GET", path, json!(null)).await;
        assert_eq!(shown.member(name), made.member(name), "{location}");
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
        world.create(path, body).await;
    }
    for (path, name) in [
        ("/users/alice", "UserChange"),
        ("/clients/made", "ClientChange"),
    ] {
        assert_nothing_changes(&world, path, &document["components"]["schemas"][name]).await;
    }
    // a member that is needed is missing
    let refused = world
        .admin("POST", "/users", json!({ "username": null }))
        .await;
    assert_eq!(refused.member("detail"), "`username` is missing");
    // and in a list it is not a value
    let refused = world
        .admin("PATCH", "/users/alice", json!({ "roles": [null] }))
        .await;
    assert_eq!(refused.member("detail"), "`roles.0` must be text");
}

/// In a change, a member that is `null` stays as it is.
async fn assert_nothing_changes(world: &World, path: &str, schema: &Value) {
    let members = schema["properties"].as_object().unwrap().keys();
    let body: Value = members
        .map(|member| (member.clone(), Value::Null))
        .collect();
    let before = world.admin("GET", path, json!(null)).await.json();
    let changed = world.administer("PATCH", path, body).await;
    let (mut after, mut before) = (changed.json(), before);
    for account in [&mut after, &mut before] {
        account.as_object_mut().unwrap().remove("epoch");
    }
    assert_eq!(after, before, "{path}");
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
    for (change, why) in refused_removals() {
        let refused = world.admin("PATCH", "/clients/made", change).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.member("detail").contains(why), "{}", refused.text());
    }
}

/// A change of a client that is refused, and why.
fn refused_removals() -> [(Value, &'static str); 3] {
    [
        (json!({ "remove": ["colour"] }), "not a member of a client"),
        (json!({ "remove": ["scope"], "scope": "openid" }), "at once"),
        (json!({ "remove": ["client_id"] }), "cannot be changed"),
    ]
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
    assert_eq!(lists.len(), 8);
    collide(&world);
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
