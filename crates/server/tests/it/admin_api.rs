//! The admin API over the network: who may, and what that is.

mod caller;
mod client;
mod route;
mod shown;

use airside_testkit::{Answer, Browser};
use serde_json::{Value, json};

use crate::{
    admin_document::assert_documented,
    world::{App, PASSWORD, Setting, World},
};

pub const READ: &str = "airside:admin:read";
pub const WRITE: &str = "airside:admin:write";

/// With a machine `ops`, a console `console` for people, and the administrator `carol`.
pub async fn administered() -> World {
    administered_below("").await
}

async fn administered_below(path: &'static str) -> World {
    let setting = Setting {
        path,
        admin_api: true,
        clients: vec![
            json!({
                "client_id": "ops", "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": ["client_credentials"], "scope": format!("{READ} {WRITE} accounts:read"),
            }),
            json!({
                "client_id": "console", "token_endpoint_auth_method": "client_secret_basic",
                "redirect_uris": ["https://web.example/cb"],
                "grant_types": ["authorization_code", "refresh_token"],
                "scope": format!("openid offline_access {READ} {WRITE}"),
            }),
        ],
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let carol = json!({ "username": "carol", "password": PASSWORD, "administrator": true });
    assert_eq!(world.admin("POST", "/users", carol).await.status, 201);
    world
}

/// Asks over the network.
pub async fn ask(world: &World, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let url = world.at(&format!("/api/admin/v1{path}"));
    let answer = Browser::new()
        .send(method.parse().unwrap(), &url, &headers, body.to_string())
        .await;
    assert_documented(method, path, &answer);
    answer
}

async fn get(world: &World, token: &str, path: &str) -> u16 {
    ask(world, token, "GET", path, &json!(null))
        .await
        .status
        .as_u16()
}

/// A machine's token with these scopes.
pub async fn machine(world: &World, scope: &str) -> Answer {
    let resource = world.at("/api/admin/v1");
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        ("resource", &resource),
    ];
    world.app("ops").token(&fields).await
}

fn console<'a>(world: &'a World, scope: &str) -> App<'a> {
    let app = world.app("console").redirect_uri("https://web.example/cb");
    app.scope(scope)
        .with("resource", &world.at("/api/admin/v1"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_administers_with_a_token_for_it() {
    let world = administered().await;
    let token = machine(&world, &format!("{READ} {WRITE}"))
        .await
        .member("access_token");
    assert_eq!(get(&world, &token, "/clients").await, 200);
    let new = json!({ "username": "dave", "password": PASSWORD });
    let made = ask(&world, &token, "POST", "/users", &new).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(get(&world, &token, "/users/dave").await, 200);
    // who it was is in the audit trail
    let events = world
        .admin("GET", "/events?kind=admin.called", json!(null))
        .await
        .json();
    assert_eq!(events[0]["client"], "ops");
    assert_eq!(events[0]["detail"], "POST /api/admin/v1/users");
    assert!(
        events[0]["address"].is_string() && events[1].is_null(),
        "{events}"
    );

    let reader = machine(&world, READ).await.member("access_token");
    assert_eq!(get(&world, &reader, "/clients").await, 200);
    let refused = ask(&world, &reader, "DELETE", "/users/dave", &json!(null)).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .header("www-authenticate")
            .contains(&format!(r#"scope="{WRITE}""#))
    );
    assert_eq!(get(&world, &token, "/users/dave").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_one_word() {
    let world = World::new().await;
    for role in NO_ROLES {
        let new = json!({ "username": "erin", "password": PASSWORD, "roles": [role] });
        let refused = world.admin("POST", "/users", new).await;
        assert_eq!(refused.status, 400, "{role:?}");
        assert!(refused.text().contains("a role has"), "{}", refused.text());
        let edit = json!({ "roles": ["customer", role] });
        let refused = world.admin("PATCH", "/users/alice", edit).await;
        assert_eq!(refused.status, 400, "{role:?}");
    }
    let edit = json!({ "roles": ["accounts:viewer", "team/1"] });
    let changed = world.admin("PATCH", "/users/alice", edit).await;
    assert_eq!(
        changed.json()["roles"],
        json!(["accounts:viewer", "team/1"])
    );
}

/// Texts that are not a role.
const NO_ROLES: [&str; 7] = [
    "viewer admin",
    "",
    " ",
    "a\u{0}b",
    "a\tb",
    "a,b",
    "r\u{f4}le",
];
