//! Project Wycheproof's JWS vectors, when the file lies beside the checkout.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{Algorithm, Compact, Jwk, VerifyingKey, base64url};

#[test]
fn the_wycheproof_vectors_are_judged_as_they_should() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/wycheproof");
    let Ok(file) = fs::read(shared.join("json_web_signature_test.json")) else {
        println!("skipped: the Wycheproof vectors are not here");
        return;
    };
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let (mut judged, mut contradictions) = (0, Vec::new());
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = key(group);
        let tests = group["tests"].as_array().unwrap();
        for test in tests {
            let id = test["tcId"].as_u64().unwrap();
            judged += 1;
            if is_valid(test)
                != tests
                    .iter()
                    .any(|twin| is_valid(twin) && twin["jws"] == test["jws"])
            {
                contradictions.push(id);
                continue;
            }
            let verified = key.as_ref().is_some_and(|key| verifies(test, key));
            let expected = is_valid(test) && supported(group) && !STRICTER.contains(&id);
            assert_eq!(verified, expected, "{id} {}", test["comment"]);
        }
    }
    assert_eq!(judged, vectors["numberOfTests"]);
    // Marked invalid for their padding, but the padding is gone: they are vector 357, marked valid.
    assert_eq!(contradictions, [367, 370]);
}

fn is_valid(test: &Value) -> bool {
    test["result"] == "valid"
}

fn verifies(test: &Value, key: &VerifyingKey) -> bool {
    let token = match &test["jws"] {
        Value::String(token) => token.clone(),
        json => json.to_string(),
    };
    Compact::parse(&token).is_ok_and(|compact| compact.verify(key).is_ok())
}

fn key(group: &Value) -> Option<VerifyingKey> {
    let Some(public) = group.get("public") else {
        let secret = base64url::decode(group["private"]["k"].as_str()?).ok()?;
        return VerifyingKey::from_secret(&secret).ok();
    };
    let jwk = Jwk::from_members(public.as_object()?).ok()?;
    VerifyingKey::from_jwk(&jwk, None).ok()
}

/// RS384, RS512, PS384, PS512 and ES512 do not exist here.
fn supported(group: &Value) -> bool {
    let key = group.get("public").unwrap_or(&group["private"]);
    key["alg"]
        .as_str()
        .is_some_and(|alg| alg.parse::<Algorithm>().is_ok())
}

/// Vectors marked valid that are refused here on purpose: 346 and 350 name PS384 under a key of
/// PS256, 372 and 373 have a `?` within base64url.
const STRICTER: [u64; 4] = [346, 350, 372, 373];
