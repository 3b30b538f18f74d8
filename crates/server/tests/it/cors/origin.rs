//! The origins of an app.

use airside_testkit::Answer;
use serde_json::json;

use super::{ALLOWED, preflight};
use crate::world::{Setting, World};

fn clients() -> Setting {
    let client = |id: &str, uri: &str, origins: &[&str]| {
        json!({
            "client_id": id, "token_endpoint_auth_method": "none", "scope": "openid",
            "redirect_uris": [uri], "allowed_origins": origins,
        })
    };
    let clients = vec![
        client(
            "public-a",
            "https://a.example:8443/cb",
            &["https://cdn.example"],
        ),
        client("public-b", "http://127.0.0.1/cb", &[]),
        client("public-c", "com.example.app:/cb", &[]),
    ];
    Setting {
        clients,
        ..Setting::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_where_its_answers_go_or_where_its_registration_says() {
    // A29
    let world = World::with(clients()).await;
    for (origin, own) in [
        ("https://a.example:8443", true),
        ("https://cdn.example", true),
        ("http://127.0.0.1:51004", true),
        ("http://127.0.0.1", true),
        ("https://a.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("http://localhost:51004", false),
        ("http://127.0.0.1:80/x", false),
        ("com.example.app:", false),
        ("com.example.app://", false),
        ("https://cdn.example.evil.example", false),
        ("*", false),
    ] {
        let answer = preflight(&world, "/token", origin).await;
        assert_eq!(answer.header(ALLOWED) == origin, own, "{origin}");
        assert_eq!(answer.header(ALLOWED).is_empty(), !own, "{origin}");
    }
}

/// Tells whether a browser goes on to send `method` with these headers after this preflight answer
/// (Fetch §4.8, steps 7 to 9), without credentials.
pub(super) fn is_allowed(answer: &Answer, origin: &str, method: &str, headers: &[&str]) -> bool {
    let listed = |name: &str| -> Vec<String> {
        let values = answer.header(name);
        let values = values.split(',').map(|value| value.trim().to_lowercase());
        values.filter(|value| !value.is_empty()).collect()
    };
    let origins = [origin, "*"];
    let methods = listed("access-control-allow-methods");
    let names = listed("access-control-allow-headers");
    let any = names.iter().any(|name| name == "*");
    let simple = ["GET", "HEAD", "POST"].contains(&method);
    answer.status.is_success()
        && origins.contains(&answer.header(ALLOWED))
        && (simple || methods.contains(&method.to_lowercase()))
        && headers.iter().all(|header| {
            (any && *header != "authorization") || names.iter().any(|name| name == header)
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_removed_is_a_stranger_at_once() {
    // A29
    let world = World::new().await;
    let client = json!({
        "client_id": "public-new", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://new.example/cb"],
    });
    let origin = "https://new.example";
    let allowed = async || {
        let answer = preflight(&world, "/token", origin).await;
        answer.header(ALLOWED).to_owned()
    };
    assert_eq!(allowed().await, "");
    world.admin("POST", "/clients", client).await;
    assert_eq!(allowed().await, origin);
    world
        .admin("DELETE", "/clients/public-new", json!(null))
        .await;
    assert_eq!(allowed().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_the_same_origins_count() {
    // A29, RFC8414-3.1
    let world = World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await;
    let root = world.url.strip_suffix("/tenant").unwrap();
    let inserted = format!("{root}/.well-known/openid-configuration/tenant");
    let any = [("origin", "https://any.example")];
    let answer = world.browser().get_with(&inserted, &any).await;
    assert_eq!(answer.header(ALLOWED), "*");
    let answer = preflight(&world, "/token", "https://any.example").await;
    assert_eq!(answer.header(ALLOWED), "");
    let answer = preflight(&world, "/token", "https://app.example").await;
    assert_eq!(answer.header(ALLOWED), "https://app.example");
}
