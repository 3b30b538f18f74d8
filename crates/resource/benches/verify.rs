//! The cost of verification and decisions, beside the bare signature check and beside another library that
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
use airside_policy::{Object, Policies, Principal, RecordShape, Row, Value, cedar::Cedar, rule};
use airside_resource::{ResourceServer, UnixSeconds};
use criterion::{Criterion, criterion_group, criterion_main};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::Jwk};
use serde::Deserialize;
use serde_json::json;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";

/// The claims that an API reads.
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
        let keys = KeySet::from_jwks(&jwks);
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
            bencher.iter(|| {
                verifier
                    .verify(black_box(&token), &keys, UnixSeconds::new(now))
                    .unwrap()
            });
        });
        group.bench_function("jsonwebtoken", |bencher| {
            bencher.iter(|| {
                let claims = decode::<Claims>(black_box(&token), &other, &validation)
                    .unwrap()
                    .claims;
                (claims.sub, claims.client_id, claims.jti, claims.scope)
            });
        });
        let airside = ResourceServer::trusting(ISSUER)
            .for_audience(AUDIENCE)
            .keys(KeySet::from_jwks(&jwks))
            .clock(Arc::new(move || UnixSeconds::new(now)))
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
    let rule = rule::scope("accounts:read").owner().and_tenant("org");
    let alice = Principal::user("alice", "spa")
        .with_scopes("accounts:read accounts:write")
        .with_claim("org", "acme");
    let own = Object::owned_by("alice").in_tenant("acme");
    criterion.bench_function("built-in decision", |bencher| {
        bencher.iter(|| rule.decide(black_box(&alice), &own));
    });
    criterion.bench_function("built-in filter", |bencher| {
        bencher.iter(|| rule.filter(black_box(&alice), COLUMNS));
    });
}

/// A thousand policies for 125 actions, eight of which concern one.
fn policies() -> Cedar {
    let mut schema =
        "entity Account { owner: User, branch: String, balance: Long, closed?: Bool };".to_owned();
    let mut policies = String::new();
    for action in 0..125 {
        schema += &format!(
            "action A{action} appliesTo {{ principal: [User, Client], resource: [Account] }};"
        );
        let conditions = CONDITIONS;
        for (number, condition) in conditions.iter().enumerate() {
            let head = format!(r#"action == Action::"A{action}""#);
            let policy = condition.replace("ACTION", &head);
            policies += &format!("@id(\"{action}-{number}\") {policy}\n");
        }
    }
    Cedar::parse(&schema, &policies).unwrap()
}

fn decide_by_policies(criterion: &mut Criterion) {
    let policies = policies();
    let alice = Principal::user("alice", "spa")
        .with_scopes("accounts:read accounts:write")
        .with_role("customer")
        .with_claim("org", "acme");
    let column = |name: &str| match name {
        "owner" => "alice".into(),
        "branch" => "us-1".into(),
        "balance" => 100.into(),
        _ => Value::Null,
    };
    let row = Row {
        kind: "Account",
        key: &1.into(),
        column: &column,
    };
    let accounts = RecordShape {
        kind: "Account",
        table: "accounts",
        key: "id",
        key_within: &[],
        parameter: "account",
        parse: |text| Some(text.parse::<i64>().ok()?.into()),
        hidden: || None,
        relations: Vec::new,
    };
    assert!(policies.decide(&alice, "A7", &row).is_allowed());
    criterion.bench_function("cedar decision", |bencher| {
        bencher.iter(|| policies.decide(black_box(&alice), "A7", &row));
    });
    criterion.bench_function("cedar filter", |bencher| {
        bencher.iter(|| policies.filter(black_box(&alice), "A7", accounts));
    });
}

criterion_group!(benches, verify, decide, decide_by_policies);
criterion_main!(benches);

const COLUMNS: airside_policy::RecordColumns<'static> = airside_policy::RecordColumns {
    key: "id",
    owner: Some("owner"),
    tenant: Some("tenant"),
};

const CONDITIONS: [&str; 8] = [
    r#"permit (principal is User, ACTION, resource) when { principal.scopes.contains("accounts:read") && resource.owner == principal };"#,
    r#"permit (principal, ACTION, resource) when { principal.roles.contains("auditor") };"#,
    r#"permit (principal, ACTION, resource) when { principal.hasTag("branch") && resource.branch == principal.getTag("branch") };"#,
    r#"permit (principal, ACTION, resource) when { resource.balance < 10 && resource.branch like "eu-*" };"#,
    r#"permit (principal is Client, ACTION, resource) when { ["a", "b"].contains(resource.branch) };"#,
    r#"forbid (principal, ACTION, resource) when { resource has closed && resource.closed };"#,
    r#"forbid (principal, ACTION, resource) when { principal.roles.contains("suspended") };"#,
    r#"forbid (principal, ACTION, resource) when { resource.balance > 1000000 } unless { principal.roles.contains("vip") };"#,
];
