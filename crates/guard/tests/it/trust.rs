//! Tokens of other issuers: which count, whose they are, and how long and large they may be.

use airside_guard::{Configuration, Running};
use airside_net::Drain;
use http::Method;
use serde_json::json;

use crate::world::World;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /any"
any_token = true

[[operation]]
match = "GET /admin"
role = "admin"

[[operation]]
match = "GET /users/{user}"
any_token = true
owner = { path = "user", equals = "sub" }
"#;

/// The upstream may believe that a token which it gets is verified.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_verified_is_not_forwarded() {
    let operations = "[[operation]]\nmatch = \"GET /echo\"\npublic = \"anyone\"\n\n\
         [[operation]]\nmatch = \"GET /any\"\nany_token = true\n";
    let world = World::with("forward_authorization = true", operations).await;
    let alice = world.token("alice", "read");
    let seen = async |path: &str, authorization: &str| {
        let lines = format!("Authorization: {authorization}\r\nDPoP: x\r\n");
        let answer = world.send("", &format!("GET {path}"), &lines, "").await;
        answer.body.to_ascii_lowercase()
    };
    for sent in [
        format!("Bearer {alice}"),
        "Bearer e30.e30.".into(),
        "JWT x".into(),
        "DPoP x".into(),
    ] {
        let body = seen("/echo", &sent).await;
        assert!(
            !body.contains("authorization") && !body.contains("dpop"),
            "{sent}: {body}"
        );
    }
    // the controls: what is not a token, and what was verified
    assert!(world.get(&alice, "/any").await.body.contains("Bearer ey"));
}

/// J07
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_says_which_tokens_count_and_what_they_say() {
    let world = World::with("profile = \"keycloak\"", OPERATIONS).await;
    let unmarked = world.token("alice", "read");
    assert_eq!(world.get(&unmarked, "/any").await.status, 401);
    let id_token = world.token_with("alice", "read", &json!({ "typ": "ID" }));
    assert_eq!(world.get(&id_token, "/any").await.status, 401);
    assert_eq!(world.reached(), 0);
    let marked = |mut more: serde_json::Value| {
        more["typ"] = "Bearer".into();
        world.token_with("alice", "read", &more)
    };
    let person = marked(json!({ "nonce": "n", "realm_access": { "roles": ["admin"] } }));
    for path in ["/any", "/admin", "/users/alice"] {
        assert_eq!(world.get(&person, path).await.status, 200, "{path}");
    }
    // a machine owns nothing, whatever its `sub` is
    let machine = marked(json!({ "jti": "m", "preferred_username": "service-account-app" }));
    for (path, status) in [("/any", 200), ("/users/alice", 404), ("/admin", 403)] {
        assert_eq!(world.get(&machine, path).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_machines_are_known_by_claims_of_one_s_own() {
    let keys = "roles_claim = \"/groups\"\nmachine_claim = \"/service\"";
    let world = World::with(keys, OPERATIONS).await;
    let of = |jti: &str, more: serde_json::Value| {
        let mut claims = json!({ "jti": jti });
        let members = claims.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        world.token_with("alice", "read", &claims)
    };
    let admin = of("1", json!({ "groups": ["admin"], "roles": 7 }));
    assert_eq!(world.get(&admin, "/admin").await.status, 200);
    let other = of("2", json!({ "roles": ["admin"], "groups": "admin staff" }));
    assert_eq!(world.get(&other, "/admin").await.status, 403);
    let machine = of("3", json!({ "service": true }));
    assert_eq!(world.get(&machine, "/users/alice").await.status, 404);
    let person = of("4", json!({ "service": false }));
    assert_eq!(world.get(&person, "/users/alice").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_headers_have_bounds_that_can_be_set() {
    let now = airside_resource::clock::system()().as_i64();
    let long = json!({ "jti": "long", "exp": now + 28 * 3600 });
    let large = json!({ "jti": "large", "groups": "g".repeat(9_000) });
    let usual = World::with("", OPERATIONS).await;
    for claims in [&long, &large] {
        let token = usual.token_with("alice", "read", claims);
        assert_eq!(usual.get(&token, "/any").await.status, 401);
    }
    let limits = "[limits]\ntoken_lifetime = \"28h\"\ntoken_bytes = 20000\nheader_bytes = 32768";
    let wide = World::with(limits, OPERATIONS).await;
    for claims in [&long, &large] {
        let token = wide.token_with("alice", "read", claims);
        assert_eq!(wide.get(&token, "/any").await.status, 200);
    }
    wide.write("[limits]\ntoken_bytes = 16000", "");
    let refused = Configuration::read(&wide.configuration_path(), &|_| None);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no room"), "{refused}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_guard_starts_with_the_keys_that_the_one_before_it_had() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::with("", OPERATIONS).await;
    let token = world.token("alice", "read");
    assert_eq!(world.get(&token, "/any").await.status, 200);
    let file = world.directory.path().join("airside-guard-keys.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.stop();
    let issuer = world.issuer.trim_start_matches("http://").to_owned();
    let gone = async {
        while tokio::net::TcpStream::connect(&issuer).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(std::time::Duration::from_secs(10), gone).await;
    assert!(gone.is_ok());
    let explain = async || {
        let configuration = world.read();
        let running = Running::new(configuration.unwrap(), Drain::new()).unwrap();
        let guard = running.guard();
        guard.explain(&token, Method::GET, "/any").await.status
    };
    assert_eq!(explain().await, None);
    // the control
    std::fs::remove_file(&file).unwrap();
    assert_eq!(explain().await, Some(503));
}
