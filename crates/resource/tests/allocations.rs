//! The number of allocations of a request: the figures of `docs/performance.md`.

use std::sync::Arc;

use airside_jose::{Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ};
use airside_policy::{Object, rule};
use airside_resource::{ResourceServer, UnixSeconds};
use allocation_counter::measure;
use serde_json::json;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";
const NOW: i64 = 1_800_000_000;

#[test]
fn a_verification_asks_for_memory_so_often_and_no_more() {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwks = JwkSet {
        keys: vec![key.public_jwk("1")],
    };
    let airside = ResourceServer::trusting(ISSUER)
        .for_audience(AUDIENCE)
        .keys(KeySet::from_jwks(&jwks))
        .clock(Arc::new(|| UnixSeconds::new(NOW)))
        .build()
        .unwrap();
    let signer = Signer::new(key, "1");
    let token = |jti: &str| {
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "0198c1a2-7e9d-7c4b-9f00-2f4b1c9f6d11",
            "client_id": "spa", "jti": jti, "iat": NOW, "exp": NOW + 900,
            "scope": "accounts:read accounts:write", "roles": ["customer"],
            "grant_id": "0198c1a2-7e9d-7c4b-9f00-2f4b1c9f6d12",
        });
        let payload = serde_json::to_vec(&claims).unwrap();
        signer.sign_compact(Typ::AccessToken, &payload).unwrap()
    };
    let (warm_up, token) = (token("0"), token("1"));
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    let verify = |token: &str| runtime.block_on(airside.verify_token(token)).unwrap();
    verify(&warm_up);
    let first = measure(|| drop(verify(&token)));
    let again = measure(|| drop(verify(&token)));
    let caller = verify(&token);
    let rule = rule::scope("accounts:read").owner();
    let own = Object::owned_by(caller.token().subject());
    let decide = || measure(|| caller.require_for(&rule, &own).unwrap());
    let (decided, decided_again) = (decide(), decide());
    println!(
        "allocations: first sight {} ({} bytes), seen before {}, decided {}, decided again {}",
        first.count_total,
        first.bytes_total,
        again.count_total,
        decided.count_total,
        decided_again.count_total
    );
    assert!(first.count_total <= 51, "{first:?}");
    assert!(again.count_total == 0, "{again:?}");
    assert!(decided.count_total <= 32, "{decided:?}");
    assert!(decided_again.count_total == 0, "{decided_again:?}");
}
