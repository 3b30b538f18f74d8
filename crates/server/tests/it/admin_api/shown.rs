//! Tests how the admin API shows times, sessions, grants and tokens.

use std::time::Duration;

use airside_oauth::time::Timestamp;
use serde_json::{Value, json};

use super::administered;
use crate::world::World;

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
