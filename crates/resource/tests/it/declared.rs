//! BOLA and BFLA against an API written with declarations, on both databases.

use airside_resource::{Api, BuildError, Listed, Router, matrix::Matrix, sqlite::Sqlite};
use axum::body::{Body, to_bytes};
use http::{Method, Request};
use tower::ServiceExt;

use crate::bank::{Account, ReadAccount, State, World};

pub async fn send(
    router: &Api,
    token: &str,
    method: Method,
    path: &str,
    body: &str,
) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The behaviour of both databases.
async fn behaves(world: &World, router: &Api) {
    let alice = world.token("alice", "accounts:read accounts:write", &[]);
    let bob = world.token("bob", "accounts:read accounts:write", &[]);
    let get = async |token: &str, path: &str| send(router, token, Method::GET, path, "").await;

    // the control: one's own
    assert_eq!(get(&alice, "/accounts/1").await, (200, "Alice's".into()));
    // BOLA: missing, another person's, another tenant's, no tenant's: all look the same
    let absent = get(&alice, "/accounts/99").await;
    assert_eq!(absent, (404, r#"{"error":"not_found"}"#.into()));
    for path in ["2", "3", "4", "01", "1%20", "x", "9223372036854775808"] {
        assert_eq!(
            get(&alice, &format!("/accounts/{path}")).await,
            absent,
            "{path}"
        );
    }
    // a list has what the caller may see and nothing else
    assert_eq!(get(&alice, "/accounts").await, (200, "Alice's".into()));
    assert_eq!(get(&bob, "/accounts").await, (200, "Bob's".into()));

    // writes
    let put = async |token: &str, path: &str| send(router, token, Method::PUT, path, "New").await;
    assert_eq!(put(&bob, "/accounts/1").await.0, 404);
    assert_eq!(put(&alice, "/accounts/1").await, (200, "New".into()));
    assert_eq!(get(&alice, "/accounts/1").await, (200, "New".into()));
    // an owner is never given by a request
    for column in [
        "owner", "OWNER", "tenant", "Tenant", "id", "ID", "rowid", "oid",
    ] {
        let stolen = send(router, &alice, Method::PATCH, "/accounts/1", column).await;
        assert_eq!(stolen.0, 500, "{column}");
    }
    assert_eq!(get(&alice, "/accounts/1").await.0, 200);
    // a new record belongs to its maker
    let made = send(router, &bob, Method::POST, "/accounts", "Fresh").await;
    assert_eq!(made, (200, "bob:Some(\"acme\"):0".into()));
    assert_eq!(get(&alice, "/accounts/9").await, absent);
    assert_eq!(get(&bob, "/accounts/9").await, (200, "Fresh".into()));
    // one that is there already
    let again = send(router, &bob, Method::POST, "/accounts", "Again").await;
    assert_eq!(again, (409, r#"{"error":"conflict"}"#.into()));
    let delete = async |token: &str| send(router, token, Method::DELETE, "/accounts/9", "").await;
    assert_eq!(delete(&alice).await, absent);
    assert_eq!(delete(&bob).await, (200, "Fresh".into()));
    assert_eq!(delete(&bob).await, absent);

    // BFLA: a scope and a role
    let reader = world.token("alice", "accounts:read", &[]);
    assert_eq!(put(&reader, "/accounts/1").await.0, 403);
    assert_eq!(
        put(&reader, "/accounts/2").await.0,
        403,
        "before any object is looked for"
    );
    let admin = world.token("carol", "", &["admin"]);
    let path = "/admin/delete-user";
    assert_eq!(send(router, &alice, Method::POST, path, "").await.0, 403);
    assert_eq!(
        send(router, &admin, Method::POST, path, "").await,
        (200, "carol".into())
    );
    // a machine owns nothing, even with a person's name
    let machine = world.token("app", "accounts:read accounts:write", &[]);
    assert_eq!(get(&machine, "/accounts").await, (200, String::new()));
    assert_eq!(
        send(router, &machine, Method::POST, "/accounts", "x")
            .await
            .0,
        403
    );
}

#[tokio::test]
async fn what_is_not_yours_is_not_there_in_sqlite() {
    let world = World::new();
    behaves(&world, &world.on_sqlite().0).await;
}

#[tokio::test]
async fn what_is_not_yours_is_not_there_in_postgresql() {
    let world = World::new();
    behaves(&world, &world.on_postgres().await).await;
}

/// The golden file of an API's authors.
#[tokio::test]
async fn the_matrix_shows_who_may_what() {
    let world = World::new();
    let all = "accounts:read accounts:write";
    let table = Matrix::new()
        .identity("nobody", None)
        .identity("alice", Some(world.token("alice", all, &[])))
        .identity("bob", Some(world.token("bob", all, &[])))
        .identity("admin", Some(world.token("carol", "", &["admin"])))
        .request("GET", "/health")
        .request("GET", "/accounts")
        .request("GET", "/accounts/1")
        .request("GET", "/accounts/2")
        .request_with("PUT", "/accounts/1", "\"Mine\"")
        .request("DELETE", "/accounts/2")
        .request("POST", "/admin/delete-user")
        .table(async || world.on_sqlite().0)
        .await;
    assert_eq!(
        table.trim_start(),
        "\
                         nobody  alice  bob  admin
GET /health                 200    200  200    200
GET /accounts               401    200  200    403
GET /accounts/1             401    200  404    403
GET /accounts/2             401    404  200    403
PUT /accounts/1             401    200  404    403
DELETE /accounts/2          401    404  200    403
POST /admin/delete-user     401    403  403    200
"
    );
}

#[test]
fn routes_that_cannot_be_meant_are_refused() {
    async fn list(_: Listed<Account, ReadAccount>) {}
    async fn one(_: airside_resource::Authorized<Account, ReadAccount>) {}
    type Routes = Router<State<Sqlite>>;
    let world = World::new();
    let refused = |routes: Routes| {
        let (_, records) = world.on_sqlite();
        let airside = world.airside.clone();
        routes.build(State { airside, records }).err()
    };

    assert_eq!(
        refused(Routes::new().get("/a", list).get("/a/{id}", one)),
        None
    );
    assert!(matches!(
        refused(Routes::new().get("/accounts", one)),
        Some(BuildError::NoParameter {
            parameter: "id",
            ..
        })
    ));
    assert!(matches!(
        refused(Routes::new().get("/accounts/{account}", one)),
        Some(BuildError::NoParameter { .. })
    ));
    assert!(matches!(
        refused(Routes::new().get("/a", list).get("/a", list)),
        Some(BuildError::Twice { .. })
    ));
    assert!(matches!(
        refused(Routes::new().get("/a/{id}", one).delete("/a/{x}", list)),
        Some(BuildError::SamePath(..))
    ));
    assert!(matches!(
        refused(Routes::new().get("a", list)),
        Some(BuildError::NoPath(_))
    ));
    for path in ["/a/x{id}", "/a/{id", "/{}", "/:id", "/a/{a{b}}"] {
        let said = refused(Routes::new().get(path, list));
        assert!(
            matches!(said, Some(BuildError::NoPath(_))),
            "{path}: {said:?}"
        );
    }
    // a rule checks each parameter, or the router names a reason why none does
    let nested = || Routes::new().get("/users/{user}/accounts/{id}", one);
    assert_eq!(
        refused(nested()).unwrap().to_string(),
        "no rule of `GET /users/{user}/accounts/{id}` checks `{user}`: make its record the parent (`.through`) or the one that the declaration loads, \
         or say why that is right by `.unchecked_parameter(\"user\", \"…\")`"
    );
    let waived = nested().unchecked_parameter("user", "it is for people to read");
    let table = waived.table();
    assert!(
        table.ends_with("; `user` is not checked: it is for people to read\n"),
        "{table}"
    );
    assert_eq!(refused(waived), None);
    let deleted = Routes::new().nest("/tenants/{id}", Routes::new().get("/accounts/{id}", one));
    assert!(matches!(
        refused(deleted),
        Some(BuildError::RepeatedParameter { .. })
    ));
}

/// RFC 9728: a client that knows the API's address finds out the rest.
#[tokio::test]
async fn an_api_says_where_its_tokens_come_from() {
    let world = World::new();
    let (router, _) = world.on_sqlite();
    let request = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let refused = router.clone().oneshot(request("/accounts")).await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(
        refused.headers()["www-authenticate"],
        "Bearer resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\""
    );
    let metadata = request("/.well-known/oauth-protected-resource");
    let answer = router.oneshot(metadata).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let bytes = to_bytes(answer.into_body(), 10_000).await.unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        metadata,
        serde_json::json!({
            "resource": "https://api.example.com",
            "authorization_servers": ["https://id.example.com"],
            "scopes_supported": ["accounts:read", "accounts:write"],
            "bearer_methods_supported": ["header"],
        })
    );
    let world = World::new();
    let bad = format!("{}x", world.token("alice", "", &[]));
    let (router, _) = world.on_sqlite();
    let mut request = Request::get("/accounts").body(Body::empty()).unwrap();
    let header = format!("Bearer {bad}").parse().unwrap();
    request.headers_mut().insert("authorization", header);
    let refused = router.oneshot(request).await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer error=\"invalid_token\", resource_metadata="));
}
