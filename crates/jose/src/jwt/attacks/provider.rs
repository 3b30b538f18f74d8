//! The access tokens of identity providers, as they document them, and their ID tokens, which are none.

use std::time::Duration;

use serde_json::{Value, json};

use crate::jwt::{
    TokenProfile, VerifiedToken, Verifier, VerifyError,
    fixture::{AUDIENCE, CLOCK, Issuer, NOW, claims, header_with, members, verifier},
};

/// One provider's tokens: the header's `typ`, what is in an access token of a person and of a machine, and
/// in an ID token, beside `iss`, `iat` and `exp`.
struct Sample {
    profile: &'static str,
    typ: &'static str,
    person: Value,
    machine: Value,
    id_token: Value,
}

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            profile: "auth0",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE, "https://x/userinfo"], "azp": "spa",
                "sub": "auth0|1", "scope": "openid a:read", "roles": ["admin"] }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "sub": "svc@clients",
                "gty": "client-credentials", "scope": "a:read" }),
            id_token: json!({ "aud": "spa", "sub": "auth0|1", "nonce": "n", "sid": "s" }),
        },
        Sample {
            profile: "cognito",
            typ: "",
            person: json!({ "client_id": AUDIENCE, "sub": "uuid", "token_use": "access",
                "scope": "openid a:read", "jti": "1", "cognito:groups": ["admin"] }),
            machine: json!({ "client_id": AUDIENCE, "sub": AUDIENCE, "token_use": "access",
                "scope": "a:read", "jti": "1" }),
            id_token: json!({ "aud": AUDIENCE, "sub": "uuid", "token_use": "id", "jti": "1",
                "cognito:groups": ["admin"] }),
        },
        Sample {
            profile: "duende",
            typ: "at+jwt",
            person: json!({ "aud": AUDIENCE, "client_id": "spa", "sub": "1", "jti": "1",
                "scope": ["openid", "a:read"], "role": "admin" }),
            machine: json!({ "aud": AUDIENCE, "client_id": "svc", "jti": "1", "scope": ["a:read"] }),
            id_token: json!({ "aud": "spa", "sub": "1", "at_hash": "h", "sid": "s" }),
        },
        Sample {
            profile: "entra",
            typ: "JWT",
            person: json!({ "aud": AUDIENCE, "azp": "spa", "azpacr": "0", "sub": "1", "oid": "o",
                "scp": "openid a:read", "roles": ["admin"], "ver": "2.0" }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "azpacr": "1", "sub": "o", "oid": "o",
                "roles": ["a:read"], "idtyp": "app" }),
            id_token: json!({ "aud": "spa", "sub": "1", "oid": "o", "nonce": "n",
                "roles": ["admin"], "ver": "2.0" }),
        },
        Sample {
            profile: "hydra",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE], "client_id": "spa", "sub": "1", "jti": "1",
                "scp": ["openid", "a:read"], "ext": {}, "roles": ["admin"] }),
            machine: json!({ "aud": [AUDIENCE], "client_id": "svc", "sub": "svc", "jti": "1",
                "scp": ["a:read"], "ext": {} }),
            id_token: json!({ "aud": ["spa"], "sub": "1", "jti": "1", "at_hash": "h", "rat": 1 }),
        },
        Sample {
            profile: "keycloak",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE, "spa"], "azp": "spa", "sub": "uuid", "jti": "1",
                "typ": "Bearer", "nonce": "n", "scope": "openid a:read",
                "realm_access": { "roles": ["admin"] }, "roles": ["other"] }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "sub": "uuid", "jti": "1",
                "typ": "Bearer", "scope": "a:read",
                "preferred_username": "service-account-svc" }),
            id_token: json!({ "aud": "spa", "azp": "spa", "sub": "uuid", "jti": "1", "typ": "ID",
                "at_hash": "h" }),
        },
        Sample {
            profile: "okta",
            typ: "",
            person: json!({ "aud": AUDIENCE, "cid": "spa", "uid": "u", "sub": "a@b", "jti": "AT.1",
                "scp": ["openid", "a:read"], "groups": ["admin"] }),
            machine: json!({ "aud": AUDIENCE, "cid": "svc", "sub": "svc", "jti": "AT.1",
                "scp": ["a:read"] }),
            id_token: json!({ "aud": "spa", "sub": "u", "jti": "ID.1", "groups": ["admin"] }),
        },
        Sample {
            profile: "zitadel",
            typ: "JWT",
            person: json!({ "aud": ["spa", "project", AUDIENCE], "client_id": "spa", "sub": "1",
                "jti": "1", "scope": "openid a:read",
                "urn:zitadel:iam:org:project:roles": { "admin": { "1": "org" } } }),
            machine: json!({ "aud": [AUDIENCE], "client_id": "svc", "sub": "svc", "jti": "1",
                "scope": "a:read" }),
            id_token: json!({ "aud": ["spa", "project"], "azp": "spa", "sub": "1", "at_hash": "h",
                "client_id": "spa" }),
        },
    ]
}

impl Sample {
    fn sign(&self, issuer: &Issuer, own: &Value) -> String {
        let mut payload = claims();
        for name in [
            "aud",
            "sub",
            "client_id",
            "jti",
            "scope",
            "roles",
            "grant_id",
        ] {
            members(&mut payload).remove(name);
        }
        members(&mut payload).extend(own.as_object().unwrap().clone());
        let header = match self.typ {
            "" => r#"{"alg":"ES256","kid":"key-1"}"#.to_owned(),
            typ => header_with("typ", typ.into()),
        };
        issuer.sign(&header, &payload.to_string())
    }

    fn verify(&self, issuer: &Issuer, own: &Value) -> Result<VerifiedToken, VerifyError> {
        self.verifier()
            .verify(&self.sign(issuer, own), &issuer.keys, CLOCK)
    }

    fn verifier(&self) -> Verifier {
        verifier().profile(TokenProfile::named(self.profile).unwrap())
    }
}

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

/// J07
#[test]
fn without_its_mark_a_token_is_no_access_token() {
    let issuer = Issuer::new();
    for sample in samples() {
        let name = sample.profile;
        for (mark, other) in [
            ("azpacr", Value::Null),
            ("token_use", "id".into()),
            ("typ", "Refresh".into()),
            ("typ", "ID".into()),
            ("typ", "Logout".into()),
            ("jti", "ID.1".into()),
        ] {
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

#[test]
fn a_machine_is_known_by_a_claim_of_one_s_own() {
    let issuer = Issuer::new();
    let verifier = verifier().machine_claim("/ext/service");
    for (value, is_machine) in [
        (json!({ "service": true }), true),
        (json!({ "service": "yes" }), true),
        (json!({ "service": false }), false),
        (json!({ "service": null }), false),
        (json!({}), false),
        (json!("service"), false),
    ] {
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
