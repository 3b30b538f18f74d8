//! Another configuration while requests are under way.

mod refused;

use airside_jose::{Algorithm, SigningKey, base64url};
use aws_lc_rs::digest;
use serde_json::{Value, json};

use crate::world::{OPERATIONS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_leaves_the_old_one() {
    let world = World::new().await;
    assert_eq!(world.get("", "/status").await.status, 404);
    let bad = "[[operation]]\nmatch = \"GET status\"\npublic = \"probe\"";
    world.write("", bad);
    let problems = world.read().unwrap_err().to_string();
    let is_told = problems.contains("guard.toml:7:9") && problems.contains("`status`");
    assert!(is_told, "{problems}");
    assert_eq!(world.get("", "/health").await.status, 200);

    let more = format!("{OPERATIONS}\n[[operation]]\nmatch = \"GET /status\"\npublic = \"probe\"");
    world.write("", &more);
    world.revoke("alice-read");
    world.reload();
    assert_eq!(world.get("", "/status").await.status, 200);
    // what was revoked stays so
    let alice = world.token("alice", "read");
    assert_eq!(world.get(&alice, "/echo").await.status, 401);
    let bob = world.token("bob", "read");
    assert_eq!(world.get(&bob, "/echo").await.status, 200);
}

/// State about requests survives a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_makes_no_proof_good_again_and_gives_nobody_more_requests() {
    let keys = "dpop = \"https://api.example.com\"\nrate_limit = { client = \"2/h\" }";
    let world = World::with(keys, OPERATIONS).await;
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let thumbprint = key.public_jwk("1").thumbprint();
    let token = world.token_with("alice", "", &json!({ "cnf": { "jkt": thumbprint } }));
    let proof = |jti: &str| proof_of(&key, &token, jti);
    let send = async |proof: &str| {
        let lines = format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n");
        world.send("", "GET /echo", &lines, "").await.status
    };
    let used = proof("1");
    assert_eq!(send(&used).await, 200);
    world.reload();
    assert_eq!(send(&used).await, 401, "it was used before");
    assert_eq!(send(&proof("2")).await, 200, "the control");
    world.reload();
    assert_eq!(send(&proof("3")).await, 429);
}

/// A DPoP proof (RFC 9449 §4.2).
fn proof_of(key: &SigningKey, token: &str, jti: &str) -> String {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    let claims = json!({
        "jti": jti, "htm": "GET", "htu": "https://api.example.com/echo",
        "iat": airside_resource::clock::system()(),
        "ath": base64url::encode(digest.as_ref()),
    });
    let jwk: Value = serde_json::from_slice(&key.public_jwk("1").to_json()).unwrap();
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url::encode(&signature))
}
