//! The access tokens of identity providers, and their ID tokens, which are none.

mod sample;

use std::time::Duration;

use serde_json::{Value, json};

use crate::jwt::{
    TokenProfile, Verifier, VerifyError,
    fixture::{AUDIENCE, CLOCK, Issuer, NOW, members, verifier},
};

use self::sample::{Sample, samples};

/// J07
#[test]
fn a_provider_s_access_tokens_are_read_and_its_id_tokens_are_none() {
    let issuer = Issuer::new();
    let samples = samples();
    let tried: Vec<_> = samples.iter().map(|sample| sample.profile).collect();
    assert_eq!(
        tried,
        TokenProfile::NAMES[2..],
        "every profile has its sample"
    );
    assert!(
        TokenProfile::NAMES
            .iter()
            .all(|name| TokenProfile::named(name).is_some())
    );
    for sample in samples {
        let name = sample.profile;
        let person = sample.verify(&issuer, &sample.person).unwrap();
        assert!(!person.is_machine(), "{name}");
        assert!(person.has_scope("a:read"), "{name}");
        assert_eq!(person.roles(), ["admin"], "{name}");
        let client = if name == "cognito" { AUDIENCE } else { "spa" };
        assert_eq!(person.client_id(), client, "{name}");
        let machine = sample.verify(&issuer, &sample.machine).unwrap();
        assert!(machine.is_machine(), "{name}");
        // an ID token is none, also if the API has the name of the client
        let mut id_token = sample.id_token.clone();
        assert!(sample.verify(&issuer, &id_token).is_err(), "{name}");
        id_token["aud"] = json!(["spa", AUDIENCE]);
        let refused = sample.verify(&issuer, &id_token).unwrap_err();
        let expected = match name {
            // its ID tokens say `JWT` where its access tokens say `at+jwt`
            "duende" => Sample {
                typ: "JWT",
                ..sample
            }
            .verify(&issuer, &id_token)
            .unwrap_err(),
            _ => refused,
        };
        let fitting = [VerifyError::NotAnAccessToken, VerifyError::WrongType];
        assert!(fitting.contains(&expected), "{name}: {expected:?}");
    }
}

fn other_marks() -> [(&'static str, Value); 6] {
    [
        ("azpacr", Value::Null),
        ("token_use", "id".into()),
        ("typ", "Refresh".into()),
        ("typ", "ID".into()),
        ("typ", "Logout".into()),
        ("jti", "ID.1".into()),
    ]
}

/// J07
#[test]
fn without_its_mark_a_token_is_no_access_token() {
    let issuer = Issuer::new();
    for sample in samples() {
        let name = sample.profile;
        for (mark, other) in other_marks() {
            let mut bent = sample.person.clone();
            let Some(before) = bent.get(mark).cloned() else {
                continue;
            };
            match other {
                Value::Null => drop(members(&mut bent).remove(mark)),
                ref other => bent[mark] = other.clone(),
            }
            let outcome = sample.verify(&issuer, &bent);
            // the name of a token is a mark with Okta alone
            let is_mark = mark != "jti" || name == "okta";
            assert_eq!(outcome.is_err(), is_mark, "{name} {mark} {before}");
        }
    }
    assert_eq!(TokenProfile::named("Keycloak"), None);
    assert_eq!(TokenProfile::named(""), None);
}

#[test]
fn roles_are_where_it_is_said_and_another_type_is_no_role() {
    let issuer = Issuer::new();
    let roles = |verifier: &Verifier, name: &str, value: Value| {
        let token = issuer.with_claim(name, value);
        let verified = verifier.verify(&token, &issuer.keys, CLOCK).unwrap();
        verified.roles().to_vec()
    };
    let usual = verifier();
    for value in [json!("admin"), json!({ "admin": 1 }), json!(7), Value::Null] {
        assert!(roles(&usual, "roles", value.clone()).is_empty(), "{value}");
    }
    assert_eq!(
        roles(&usual, "roles", json!(["a", 1, ["b"], "c"])),
        ["a", "c"]
    );
    let nested = verifier().roles_claim("/https:~1~1x.example~1app/roles");
    let claim = json!({ "roles": ["a"] });
    assert_eq!(roles(&nested, "https://x.example/app", claim), ["a"]);
    assert!(roles(&nested, "roles", json!(["admin"])).is_empty());
    let flat = verifier().roles_claim("/permissions");
    assert_eq!(roles(&flat, "permissions", json!("a")), ["a"]);
    assert_eq!(
        roles(&flat, "permissions", json!({ "a": 1, "b": 2 })),
        ["a", "b"]
    );
    let lost = verifier().roles_claim("roles");
    assert!(
        roles(&lost, "roles", json!(["admin"])).is_empty(),
        "no pointer"
    );
}

fn services() -> [(Value, bool); 6] {
    [
        (json!({ "service": true }), true),
        (json!({ "service": "yes" }), true),
        (json!({ "service": false }), false),
        (json!({ "service": null }), false),
        (json!({}), false),
        (json!("service"), false),
    ]
}

#[test]
fn a_machine_is_known_by_a_claim_of_one_s_own() {
    let issuer = Issuer::new();
    let verifier = verifier().machine_claim("/ext/service");
    for (value, is_machine) in services() {
        let token = issuer.with_claim("ext", value.clone());
        let verified = verifier.verify(&token, &issuer.keys, CLOCK).unwrap();
        assert_eq!(verified.is_machine(), is_machine, "{value}");
    }
    // RFC9068-2.2
    let own = issuer.with_claim("sub", "spa".into());
    assert!(
        verifier
            .verify(&own, &issuer.keys, CLOCK)
            .unwrap()
            .is_machine()
    );
}

#[test]
fn life_and_size_have_bounds_that_can_be_set() {
    let issuer = Issuer::new();
    let day = 24 * 60 * 60;
    let long = issuer.with_claim("exp", (NOW - 10 + 28 * 3600).into());
    let at_most = |seconds| verifier().longest_life(Duration::from_secs(seconds));
    assert_eq!(issuer.refusal(&long), VerifyError::LifetimeTooLong);
    let refused = at_most(28 * 3600 - 1).verify(&long, &issuer.keys, CLOCK);
    assert_eq!(refused, Err(VerifyError::LifetimeTooLong));
    assert!(
        at_most(28 * 3600)
            .verify(&long, &issuer.keys, CLOCK)
            .is_ok()
    );
    assert!(
        at_most(day)
            .verify(&issuer.good_token(), &issuer.keys, CLOCK)
            .is_ok()
    );
    let large = issuer.with_claim("groups", "g".repeat(8 * 1024).into());
    assert_eq!(issuer.refusal(&large), VerifyError::TooLarge);
    let wide = verifier().max_bytes(large.len());
    assert!(wide.verify(&large, &issuer.keys, CLOCK).is_ok());
    let narrow = verifier().max_bytes(large.len() - 1);
    assert_eq!(
        narrow.verify(&large, &issuer.keys, CLOCK),
        Err(VerifyError::TooLarge)
    );
}
