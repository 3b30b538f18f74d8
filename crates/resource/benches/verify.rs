//! What verifying and deciding cost, beside the bare signature check and beside another library that
//! makes the same checks with its key decoded once:
//!
//! ```sh
//! cargo bench -p airside-resource
//! ```

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::{hint::black_box, sync::Arc};

use airside_jose::{
    Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ, Verifier, VerifyingKey, base64url,
};
use airside_policy::{Need, Object, Principal};
use airside_resource::Airside;
use criterion::{Criterion, criterion_group, criterion_main};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::Jwk};
use serde::Deserialize;
use serde_json::json;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";

/// What an API reads of a token.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    client_id: String,
    jti: String,
    scope: String,
}

fn token(signer: &Signer, now: i64, jti: &str) -> String {
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "0198c1a2-7e9d-7c4b-9f00-2f4b1c9f6d11",
        "client_id": "spa", "jti": jti, "iat": now, "exp": now + 900,
        "scope": "accounts:read accounts:write", "roles": ["customer"],
        "grant_id": "0198c1a2-7e9d-7c4b-9f00-2f4b1c9f6d12",
    });
    let payload = serde_json::to_vec(&claims).unwrap();
    signer.sign_compact(Typ::AccessToken, &payload).unwrap()
}

fn verify(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let now = i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap();
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let key = SigningKey::generate(algorithm).unwrap();
        let jwk = key.public_jwk("2026-11");
        let jwks = JwkSet {
            keys: vec![jwk.clone()],
        };
        let keys = KeySet::from_jwks(&jwks).unwrap();
        let bare = VerifyingKey::from_jwk(&jwk, None).unwrap();
        let other: Jwk = serde_json::from_slice(&jwk.to_json()).unwrap();
        let other = DecodingKey::from_jwk(&other).unwrap();
        let mut validation = Validation::new(algorithm.as_str().parse().unwrap());
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let token = token(&Signer::new(key, "2026-11"), now, "0198c1a2");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = base64url::decode(signature).unwrap();

        let mut group = criterion.benchmark_group(algorithm.as_str());
        group.bench_function("bare signature", |bencher| {
            bencher.iter(|| {
                bare.verify(black_box(input.as_bytes()), &signature)
                    .unwrap()
            });
        });
        let verifier = Verifier::new(ISSUER, AUDIENCE);
        group.bench_function("first sight", |bencher| {
            bencher.iter(|| verifier.verify(black_box(&token), &keys, now).unwrap());
        });
        group.bench_function("jsonwebtoken", |bencher| {
            bencher.iter(|| {
                let claims = decode::<Claims>(black_box(&token), &other, &validation)
                    .unwrap()
                    .claims;
                (claims.sub, claims.client_id, claims.jti, claims.scope)
            });
        });
        let airside = Airside::for_api(ISSUER, AUDIENCE)
            .keys(KeySet::from_jwks(&jwks).unwrap())
            .clock(Arc::new(move || now))
            .build()
            .unwrap();
        group.bench_function("seen before", |bencher| {
            bencher.iter(|| {
                let verified = airside.verify_token(black_box(&token));
                runtime.block_on(verified).unwrap()
            });
        });
        group.finish();
    }
}

fn decide(criterion: &mut Criterion) {
    let rule = Need::scope("accounts:read").owner().and_tenant("org");
    let alice = Principal::user("alice", "spa")
        .with_scopes("accounts:read accounts:write")
        .with_claim("org", "acme");
    let own = Object::owned_by("alice").in_tenant("acme");
    criterion.bench_function("built-in decision", |bencher| {
        bencher.iter(|| rule.decide(black_box(&alice), &own));
    });
    criterion.bench_function("built-in filter", |bencher| {
        bencher.iter(|| rule.filter(black_box(&alice), Some("owner"), Some("tenant")));
    });
}

criterion_group!(benches, verify, decide);
criterion_main!(benches);
