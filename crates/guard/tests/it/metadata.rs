//! The guard's metadata, and probes that name no host.

use std::fs;

use crate::world::{OPERATIONS, World, raw};

/// RFC 9728 §3: clients in browsers look for the issuer from anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn where_to_get_a_token_is_said_to_scripts_of_every_site() {
    let cors = "cors = { origins = [\"https://app.example.com\"] }";
    for keys in ["", cors] {
        let world = World::with(keys, OPERATIONS).await;
        let path = "/.well-known/oauth-protected-resource";
        let origin = "Origin: https://elsewhere.example\r\n";
        let found = world.send("", &format!("GET {path}"), origin, "").await;
        assert_eq!(found.status, 200);
        assert_eq!(found.json()["resource"], "https://api.example.com");
        let open = "access-control-allow-origin: *";
        assert!(found.head.contains(open), "{}", found.head);
        let head = world.send("", &format!("HEAD {path}"), origin, "").await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert!(
            head.head
                .contains(&format!("content-length: {}", found.body.len()))
        );
        let asks = format!(
            "{origin}Access-Control-Request-Method: GET\r\n\
                            Access-Control-Request-Headers: mcp-protocol-version\r\n"
        );
        let preflight = world.send("", &format!("OPTIONS {path}"), &asks, "").await;
        assert_eq!(preflight.status, 204);
        for line in [
            open,
            "access-control-allow-headers: *",
            "access-control-allow-methods: get, head",
        ] {
            assert!(preflight.head.contains(line), "{}", preflight.head);
        }
        // the control: another path of that name is the API's
        assert_eq!(world.get("", "/.well-known/other").await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_whose_identifier_has_a_path_is_found_from_the_root_too() {
    let world = World::new().await;
    let text = fs::read_to_string(world.configuration_path()).unwrap();
    let text = text.replace("https://api.example.com", "https://api.example.com/mcp");
    fs::write(world.configuration_path(), text).unwrap();
    world.reload();
    for path in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let found = world.get("", &path).await;
        assert_eq!(
            found.json()["resource"],
            "https://api.example.com/mcp",
            "{path}"
        );
    }
    let other = world
        .get("", "/.well-known/oauth-protected-resource/other")
        .await;
    assert_eq!(other.status, 404);
}

/// G11
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_of_http_1_0_without_a_host_is_answered_where_everybody_is() {
    let world = World::new().await;
    let probe = raw(world.guard, b"GET /health HTTP/1.0\r\n\r\n").await;
    assert_eq!(probe.status, 200);
    assert_eq!(world.reached(), 1);
    // nowhere else, and no later version
    let token = world.token("alice", "read");
    let request = format!("GET /echo HTTP/1.0\r\nauthorization: Bearer {token}\r\n\r\n");
    assert_eq!(raw(world.guard, request.as_bytes()).await.status, 400);
    let request = b"GET /health HTTP/1.1\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(world.guard, request).await.status, 400);
    assert_eq!(world.reached(), 0);
}

/// RFC 9110 §10.2.1
#[tokio::test(flavor = "multi_thread")]
async fn allow_names_head_where_it_names_get() {
    let world = World::new().await;
    let token = world.token("alice", "read");
    let refused = world.send(&token, "DELETE /health", "", "").await;
    assert_eq!(refused.status, 405);
    assert!(
        refused.head.contains("allow: get, head"),
        "{}",
        refused.head
    );
}

/// G11
#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_a_caller_used_is_a_trusted_proxys_word() {
    let sent = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: api.example.com\r\n\
                X-Forwarded-Port: 443\r\nX-Forwarded-Prefix: /v1\r\n";
    let told = async |keys: &str, sent: &str| {
        let world = World::with(keys, OPERATIONS).await;
        let token = world.token("alice", "read");
        world.send(&token, "GET /echo", sent, "").await
    };
    let trusting = "trusted_proxies = [\"127.0.0.1/32\"]";
    let told_all = told(trusting, sent).await.body;
    for (name, value) in TOLD {
        assert!(told_all.contains(&format!("{name}: {value}")), "{told_all}");
    }
    let doubled = format!("{sent}X-Forwarded-Proto: http\r\n");
    for odd in [doubled.as_str(), "X-Forwarded-Proto: https, http\r\n"] {
        assert_eq!(told(trusting, odd).await.status, 400, "{odd}");
    }
    // the control: nobody else's word counts, or is looked at
    let own = told("", &doubled).await.body;
    let passed = own.contains("x-forwarded-proto: http");
    assert!(passed && !own.contains("x-forwarded-port"), "{own}");
}

/// Headers of a trusted proxy that go on.
const TOLD: [(&str, &str); 4] = [
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "api.example.com"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-prefix", "/v1"),
];
