//! The admin API over the network: who may, and what that is.

mod caller;
mod client;

use std::time::Duration;

use airside_oauth::time::Timestamp;
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
    let setting = Setting {
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

/// What is not a role.
const NO_ROLES: [&str; 7] = [
    "viewer admin",
    "",
    " ",
    "a\u{0}b",
    "a\tb",
    "a,b",
    "r\u{f4}le",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_allowed_and_where_they_are_signed_in_is_seen_and_ended() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    let see = async |path: &str| world.admin("GET", path, json!(null)).await.json();
    let grants = see("/users/alice/grants").await;
    assert_eq!(grants[0]["client_id"], "spa");
    assert!(grants[1].is_null() && grants[0]["scope"].as_str().unwrap().contains("openid"));
    let sessions = see("/users/alice/sessions").await;
    assert_eq!(sessions[0]["id"], grants[0]["session"]);
    assert_eq!(see("/users/bob/grants").await, json!([]));
    for (path, status) in [
        ("/users/nobody/grants", 404),
        ("/users/nobody/sessions", 404),
    ] {
        assert_eq!(world.admin("GET", path, json!(null)).await.status, status);
    }

    let end = async |path: String| world.admin("DELETE", &path, json!(null)).await.status;
    let session = sessions[0]["id"].as_str().unwrap();
    assert_eq!(end(format!("/sessions/{session}")).await, 200);
    assert_eq!(see("/users/alice/sessions").await, json!([]));
    // what outlives the session lives on, until it is ended itself; both may be said twice
    let next = app.refresh(alice.refresh()).await;
    assert_eq!(next.status, 200, "{}", next.text());
    let grant = grants[0]["id"].as_str().unwrap();
    assert_eq!(end(format!("/grants/{grant}")).await, 200);
    assert_eq!(end(format!("/grants/{grant}")).await, 200);
    assert_eq!(end(format!("/sessions/{session}")).await, 200);
    assert_eq!(app.refresh(&next.member("refresh_token")).await.status, 400);
    assert_eq!(see("/users/alice/grants").await, json!([]));
    for unknown in [
        "/grants/nonsense",
        "/sessions/0198c1a2-0000-7000-8000-000000000000",
    ] {
        assert_eq!(end(unknown.to_owned()).await, 404, "{unknown}");
    }
    let events = world.events().await.join("\n");
    assert!(
        events.contains("session.ended") && events.contains("grant.revoked"),
        "{events}"
    );
}

/// Collects the members of `value` that are numbers or times, by their name, at any depth but in claims.
fn collect_moments(value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| *name != "claims") {
                let is_time = matches!(name.as_str(), "at" | "active_from" | "last_seen")
                    || name.ends_with("_at")
                    || name.ends_with("_until");
                if is_time || value.is_number() {
                    found.push((name.clone(), value.clone()));
                }
                collect_moments(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_moments(item, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_time_is_text_of_rfc_3339() {
    let world = administered().await;
    world.app("spa").sign_in("alice").await;
    let demoted = json!({ "administrator": false, "force": true });
    world.admin("PATCH", "/users/carol", demoted).await;
    world.admin("POST", "/keys/rotate", json!({})).await;
    let mut found = Vec::new();
    for path in [
        "/users",
        "/users/alice/sessions",
        "/users/alice/grants",
        "/keys",
        "/events",
        "/clients",
        "/resources",
    ] {
        let answer = world.admin("GET", path, json!(null)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        collect_moments(&answer.json(), &mut found);
    }
    let mut names: Vec<_> = Vec::new();
    for (name, value) in &found {
        if let Some(text) = value.as_str() {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(time.to_string(), *text, "{name}");
            names.push(name.as_str());
        }
        // the control: what is counted stays a number, and none of them is a time
        assert!(
            value.as_i64().unwrap_or_default() < 1_000_000_000,
            "{name}: {value}"
        );
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names,
        [
            "active_from",
            "at",
            "created_at",
            "last_seen",
            "refreshed_at",
            "rights_reduced_at",
            "signed_in_at"
        ]
    );
}

async fn inspection(world: &World, token: &str) -> Value {
    let body = json!({ "token": token });
    world.admin("POST", "/tokens/inspect", body).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_of_an_id_token_is_checked_when_it_is_inspected() {
    let world = World::new().await;
    let public = json!({
        "client_id": "public", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid",
    });
    world.create("/clients", public).await;
    let app = world.app("public").scope("openid");
    let token = app.sign_in("alice").await.id.unwrap();
    let good = inspection(&world, &token).await;
    assert_eq!(
        (&good["active"], &good["kind"], &good["client_id"]),
        (&json!(true), &json!("ID token"), &json!("public")),
        "{good}"
    );
    assert_eq!(good["claims"]["aud"], "public");
    assert!(
        good["why"]
            .as_str()
            .unwrap()
            .contains("the nonce is not checked")
    );

    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{signed}.{first}{}", &signature[1..]);
    let refused = inspection(&world, &forged).await;
    assert_eq!(refused["active"], false);
    assert_eq!(refused["why"], "the token's signature does not match");

    world.admin("DELETE", "/clients/public", json!(null)).await;
    let gone = inspection(&world, &token).await;
    assert_eq!(gone["active"], false, "{gone}");
    assert!(gone["why"].as_str().unwrap().contains("its client is gone"));

    world.advance(Duration::from_hours(24));
    let expired = inspection(&world, &token).await;
    assert_eq!(expired["active"], false);
    assert_eq!(expired["why"], "the token has expired");
}
