use serde_json::{Value, json};

use super::*;
use crate::fixture;

#[test]
fn the_document_says_what_is_built_and_nothing_else() {
    // RFC8414-2
    let algorithms = [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
        Algorithm::HS256,
    ];
    let metadata = Metadata::new(&fixture::profile(), &algorithms);

    assert_eq!(serde_json::to_value(metadata).unwrap(), document());
}

fn document() -> Value {
    let signing = json!(["RS256", "PS256", "ES256", "ES384", "EdDSA"]);
    let methods = json!([
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
    ]);
    json!({
        "issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/jwks",
        "userinfo_endpoint": "https://id.example/userinfo",
        "revocation_endpoint": "https://id.example/revoke",
        "introspection_endpoint": "https://id.example/introspect",
        "end_session_endpoint": "https://id.example/sign-out",
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "scopes_supported": [
            "openid", "profile", "email", "address", "phone", "offline_access",
            "groups", "roles", "accounts:read", "accounts:write", "orders:read",
        ],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported":
            ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
        "userinfo_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": signing,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": signing,
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": signing,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ["pwd"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce",
            "at_hash",
            "name", "family_name", "given_name", "middle_name", "nickname",
            "preferred_username", "profile", "picture", "website", "gender", "birthdate",
            "zoneinfo", "locale", "updated_at", "email", "email_verified", "address",
            "phone_number", "phone_number_verified", "groups", "roles",
        ],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "protected_resources": ["https://bank.example", "https://shop.example"],
    })
}

#[test]
fn an_empty_list_is_left_out() {
    // RFC8414-3.2
    let profile = IssuerProfile {
        resources: Vec::new(),
        ..fixture::profile()
    };
    let document = serde_json::to_value(Metadata::new(&profile, &[])).unwrap();
    assert!(document.get("protected_resources").is_none());
    assert!(
        document
            .get("id_token_signing_alg_values_supported")
            .is_none()
    );
}
