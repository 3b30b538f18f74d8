//! Routers that are put together, and what is put around them.

mod note;
mod refused;

use airside_resource::{
    Api, Authorized, BuildError, Caller, FromRow, Function, Listed, Public, Record, Rejection,
    Router, actions,
    policy::{Predicate, Value},
    rule,
    sqlite::Sqlite,
};
use axum::{
    body::{Body, to_bytes},
    extract::Path,
    middleware::map_response,
};
use http::{Method, Request, StatusCode};
use tower::ServiceExt as _;

use crate::{
    bank::{Account, DeleteUser, Health, ReadAccount, State, World},
    declared::send,
};

type Routes = Router<State<Sqlite>>;

async fn show(account: Authorized<Account, ReadAccount>) -> String {
    account.as_ref().name.clone()
}

async fn list(accounts: Listed<Account, ReadAccount>) -> Result<String, Rejection> {
    let page = accounts.page(None, 10).await?;
    Ok(page.iter().map(|one| one.as_ref().name.as_str()).collect())
}

async fn health(_: Public<Health>) -> &'static str {
    "alive"
}

fn build(world: &World, routes: Routes) -> Api {
    let (_, records) = world.on_sqlite();
    let airside = world.airside.clone();
    routes.build(State { airside, records }).unwrap()
}

#[tokio::test]
async fn all_declarations_of_a_handler_are_proved_and_in_the_table() {
    type Both = (Authorized<Account, ReadAccount>, Function<DeleteUser>);
    async fn both((account, function): Both, Path(id): Path<i64>) -> String {
        let name = &account.as_ref().name;
        format!("{name} {id} {}", function.caller().token().subject())
    }
    let routes = Routes::new()
        .get("/accounts/{id}", both)
        .get("/accounts", list);
    assert_eq!(
        routes.table(),
        "GET  /accounts/{id}  object    ReadAccount  scope `accounts:read` and owner = sub and tenant = `org`\n\
        \x20                    function  DeleteUser   role `admin`\n\
         GET  /accounts       list      ReadAccount  scope `accounts:read` and owner = sub and tenant = `org`\n"
    );
    let world = World::new();
    let api = build(&world, routes);
    let get = async |token: &str| send(&api, token, Method::GET, "/accounts/1", "").await;
    let alice = world.token("alice", "accounts:read", &[]);
    assert_eq!(get(&alice).await.0, 403);
    let admin = world.token("alice", "accounts:read", &["admin"]);
    assert_eq!(get(&admin).await, (200, "Alice's 1 alice".into()));
    let other = world.token("bob", "accounts:read", &["admin"]);
    assert_eq!(get(&other).await.0, 404);
}

#[tokio::test]
async fn routers_are_merged_nested_layered_and_have_a_fallback() {
    async fn nothing(_: Public<Health>) -> (StatusCode, &'static str) {
        (StatusCode::NOT_FOUND, "nothing here")
    }
    let accounts = Routes::new().get("/", list).get("/{id}", show);
    let routes = Routes::new()
        .nest("/v1/accounts/", accounts)
        .merge(Routes::new().get("/health", health))
        .fallback(nothing)
        .layer(map_response(
            async |mut response: axum::response::Response| {
                let headers = response.headers_mut();
                headers.insert("x-layer", "1".parse().unwrap());
                response
            },
        ));
    let paths: Vec<_> = routes.routes().map(|route| route.path.as_str()).collect();
    assert_eq!(paths, ["/v1/accounts", "/v1/accounts/{id}", "/health", "*"]);
    assert!(routes.table().contains("*    *"), "{}", routes.table());

    let world = World::new();
    let api = build(&world, routes);
    let alice = world.token("alice", "accounts:read", &[]);
    for (path, status, text) in [
        ("/v1/accounts", 200, "Alice's"),
        ("/v1/accounts/1", 200, "Alice's"),
        ("/health", 200, "alive"),
        ("/elsewhere", 404, "nothing here"),
    ] {
        let request = Request::get(path).header("authorization", format!("Bearer {alice}"));
        let answer = api.clone().oneshot(request.body(Body::empty()).unwrap());
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["x-layer"], "1", "{path}");
        let body = to_bytes(answer.into_body(), 1_000).await.unwrap();
        assert_eq!(body, text, "{path}");
    }
    // one document, at the address that a challenge names
    let metadata = "/.well-known/oauth-protected-resource";
    assert_eq!(send(&api, &alice, Method::GET, metadata, "").await.0, 200);
    assert_eq!(api.metadata().scopes_supported, ["accounts:read"]);
}

/// A parameter of a router around the API names none of its records.
#[tokio::test]
async fn a_router_around_an_api_does_not_choose_its_records() {
    let world = World::new();
    let api = build(&world, Routes::new().get("/accounts/{id}", show));
    let around = axum::Router::new().nest_service("/tenants/{id}", api.clone());
    let alice = world.token("alice", "accounts:read", &[]);
    let get = async |path: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {alice}"));
        let answer = around.clone().oneshot(request.body(Body::empty()).unwrap());
        answer.await.unwrap().status().as_u16()
    };
    assert_eq!(get("/tenants/2/accounts/1").await, 200, "her own account");
    assert_eq!(
        get("/tenants/1/accounts/2").await,
        404,
        "the tenant has the number of hers"
    );
    drop(api);
}

#[tokio::test]
async fn a_handler_learns_who_calls_without_a_second_verification() {
    async fn twice(account: Authorized<Account, ReadAccount>, caller: Caller) -> String {
        assert_eq!(account.caller().token().subject(), caller.token().subject());
        caller.token().subject().to_owned()
    }
    let world = World::new();
    let api = build(&world, Routes::new().get("/{id}", twice));
    let alice = world.token("alice", "accounts:read", &[]);
    let answer = send(&api, &alice, Method::GET, "/1", "").await;
    assert_eq!(answer, (200, "alice".into()));
    let state = world.airside.token_cache_state();
    assert_eq!((state.hits, state.misses), (0, 1));
}

#[tokio::test]
async fn a_hidden_record_is_not_there_and_a_version_that_was_not_seen_is_not_overwritten() {
    let world = World::new();
    let api = note::api(&world);
    let alice = world.token("alice", "", &[]);
    let ask = async |method: Method, path: &str| send(&api, &alice, method, path, "new").await;
    assert_eq!(ask(Method::GET, "/notes").await, (200, "old".into()));
    assert_eq!(
        ask(Method::GET, "/notes/2").await.0,
        404,
        "it is in the bin"
    );
    assert_eq!(ask(Method::PUT, "/notes/1").await, (200, "new".into()));
    assert_eq!(
        ask(Method::PUT, "/notes/1").await.0,
        409,
        "it has another version now"
    );
    assert_eq!(
        ask(Method::PATCH, "/notes/1").await.0,
        403,
        "only `hide` hides"
    );
    assert_eq!(ask(Method::DELETE, "/notes/1").await, (200, "new".into()));
    assert_eq!(ask(Method::GET, "/notes/1").await.0, 404);
    assert_eq!(ask(Method::DELETE, "/notes/1").await.0, 404);
    assert_eq!(ask(Method::GET, "/notes").await, (200, String::new()));
}

#[test]
fn what_a_router_leaves_unchecked_stays_its_own() {
    let world = World::new();
    let inner = || {
        let routes = Routes::new().get("/{page}/accounts", list);
        routes.unchecked_parameter("page", "a number in the design")
    };
    build(&world, Routes::new().nest("/v1", inner()));
    let routes = Routes::new()
        .nest("/v1", inner())
        .get("/v2/{page}/accounts", list);
    let (_, records) = world.on_sqlite();
    let airside = world.airside.clone();
    let refused = routes.build(State { airside, records });
    assert_eq!(
        refused.unwrap_err(),
        BuildError::UncheckedParameter {
            method: Method::GET,
            path: "/v2/{page}/accounts".to_owned(),
            parameter: "page".to_owned(),
        }
    );
}

/// RFC9112-9.6: behind `axum::serve`, a client that writes all before it reads hears of the refusal.
#[tokio::test]
async fn a_refusal_comes_when_the_request_has_been_read() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::new();
    let api = build(&world, Routes::new().get("/accounts", list));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, api).await });
    for (size, closes) in [(60_000, false), (2_000_000, true)] {
        for _ in 0..10 {
            let head =
                format!("GET /accounts HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n");
            let bytes = [head.into_bytes(), vec![b'x'; size]].concat();
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            let mut answer = vec![0; 4096];
            let read = stream.read(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
            assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
            assert_eq!(answer.contains("connection: close"), closes, "{answer}");
        }
    }
}
