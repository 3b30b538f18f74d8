use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://id.example";

fn validated(metadata: Value) -> Result<Resource, Vec<String>> {
    let metadata: ResourceMetadata = serde_json::from_value(metadata).unwrap();
    let errors =
        |errors: Vec<ResourceMetadataError>| errors.iter().map(ToString::to_string).collect();
    metadata.validate(ISSUER).map_err(errors)
}

#[test]
fn an_api_needs_no_more_than_its_identifier() {
    let api = validated(json!({ "identifier": "https://api.example" })).unwrap();
    let shown = serde_json::to_value(ResourceMetadata::from(&api)).unwrap();
    let expected = json!({
        "identifier": "https://api.example", "scopes": [], "signing_alg": "RS256", "claims": [],
    });
    assert_eq!(shown, expected);
    let whole = json!({
        "identifier": "urn:api", "scopes": ["read", "write"], "signing_alg": "EdDSA",
        "claims": ["org"],
    });
    let api = validated(whole.clone()).unwrap();
    let metadata = ResourceMetadata::from(&api);
    assert_eq!(serde_json::to_value(&metadata).unwrap(), whole);
    assert!(metadata.into_checked().is_some());
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let errors = validated(json!({
        "identifier": "https://id.example", "scopes": ["openid", "airside:x", "a b", "fine"],
        "signing_alg": "HS256", "claims": ["sub", "email"],
    }));
    let errors = errors.unwrap_err();
    assert_eq!(errors.len(), 6, "{errors:?}");
    assert_eq!(
        errors[0],
        "identifier: `https://id.example` names the server itself"
    );
    assert!(errors[5].starts_with("claims: `sub` "), "{errors:?}");
}

#[test]
fn an_identifier_is_an_absolute_uri_that_is_not_the_servers_own() {
    // RFC8707-2
    for own in ["", "/api/admin/v1", "/revocations"] {
        let own = format!("{ISSUER}{own}");
        assert_eq!(check_identifier(&own, ISSUER), Err(IdentifierError::Own));
    }
    for malformed in ["", "api", "/api", "https://api.example/#x"] {
        let checked = check_identifier(malformed, ISSUER);
        assert_eq!(checked, Err(IdentifierError::Malformed), "{malformed}");
    }
    for good in [
        "https://api.example/v1?x=1",
        "urn:api",
        "https://id.example/v2",
    ] {
        assert_eq!(check_identifier(good, ISSUER), Ok(()));
    }
}
