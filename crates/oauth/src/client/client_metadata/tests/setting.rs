//! Settings that have a default.

use serde_json::Value;

use super::*;

#[test]
fn settings_that_are_as_usual_are_not_written() {
    // an earlier release reads what this one has stored
    let written = serde_json::to_value(ClientMetadata::from(&accepted(|_| ()))).unwrap();
    for member in [
        "token_endpoint_auth_method",
        "id_token_claims",
        "authorization_response_iss",
        "default_max_age",
        "require_auth_time",
        "initiate_login_uri",
        "userinfo_signed_response_alg",
        "policy_uri",
        "tos_uri",
        "logo_uri",
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
    ] {
        assert_eq!(written.get(member), None, "{member}");
    }
}

const NOT_HTTPS: [&str; 8] = [
    "http://app.ex/",
    "javascript:alert(1)",
    "data:image/svg+xml,x",
    "https://user@app.ex/",
    "https://app.ex/\n",
    "https://app.ex/ x",
    "app.ex",
    "",
];

fn of_openid_connect() -> Value {
    json!({
        "client_id": "web", "redirect_uris": ["https://app.ex/cb"],
        "default_max_age": 0, "require_auth_time": true,
        "initiate_login_uri": "https://app.ex/start?x=1", "userinfo_signed_response_alg": "ES256",
        "policy_uri": "https://app.ex/privacy#data", "tos_uri": "https://app.ex/terms",
        "logo_uri": "https://app.ex/logo.svg",
    })
}

#[test]
fn settings_of_openid_connect_are_checked_and_kept() {
    // OIDC-Registration-2, RFC7591-2
    let written = of_openid_connect();
    let metadata: ClientMetadata = serde_json::from_value(written.clone()).unwrap();
    let client = validate(metadata).unwrap();
    assert_eq!(client.settings.default_max_age, Some(Duration::ZERO));
    let shown = serde_json::to_value(ClientMetadata::from(&client)).unwrap();
    for (member, value) in written.as_object().unwrap() {
        assert_eq!(&shown[member], value, "{member}");
    }
    let long = format!("https://app.ex/{}", "x".repeat(500));
    for uri in NOT_HTTPS.into_iter().chain([&*long]) {
        assert_eq!(refused(|m| all_pages(m, uri)), PAGES, "{uri}");
    }
    for name in ["HS256", "none", "ES384", ""] {
        let fields = refused(|m| m.userinfo_signed_response_alg = Some(name.to_owned()));
        assert_eq!(fields, ["userinfo_signed_response_alg"], "{name}");
    }
    let forever = refused(|m| m.default_max_age = Some(u32::MAX));
    assert_eq!(forever, ["default_max_age"]);
}

const PAGES: [&str; 4] = ["initiate_login_uri", "policy_uri", "tos_uri", "logo_uri"];

fn all_pages(metadata: &mut ClientMetadata, uri: &str) {
    let uri = || Some(uri.to_owned());
    metadata.initiate_login_uri = uri();
    metadata.policy_uri = uri();
    metadata.tos_uri = uri();
    metadata.logo_uri = uri();
}

#[test]
fn consent_is_skipped_for_https_redirects_only() {
    accepted(|m| m.first_party = true);
    for uri in [
        "http://127.0.0.1/cb",
        "http://localhost/cb",
        "com.example.app:/cb",
    ] {
        let fields = refused(|m| {
            m.first_party = true;
            m.redirect_uris.push(uri.to_owned());
        });
        assert_eq!(fields, ["first_party"], "{uri}");
    }
}

#[test]
fn an_origin_is_bare() {
    // RFC6454-6.2
    for origin in [
        "https://app.ex",
        "http://localhost:3000",
        "https://app.ex:8443",
    ] {
        accepted(|m| m.allowed_origins = vec![origin.to_owned()]);
    }
    for origin in [
        "https://app.ex/",
        "*",
        "null",
        "https://app.ex:443",
        "http://app.ex",
        "com.ex:/",
    ] {
        let fields = refused(|m| m.allowed_origins = vec![origin.to_owned()]);
        assert_eq!(fields, ["allowed_origins"], "{origin}");
    }
}

#[test]
fn an_api_that_is_served_or_may_be_named_is_registered() {
    type Member = fn(&mut ClientMetadata) -> &mut Vec<String>;
    let members: [(&str, Member); 2] = [
        ("resource_server_for", |m| &mut m.resource_server_for),
        ("resources", |m| &mut m.resources),
    ];
    for (name, member) in members {
        accepted(|m| *member(m) = vec![fixture::BANK.to_owned()]);
        let unknown = refused(|m| *member(m) = vec!["https://nope.ex".to_owned()]);
        assert_eq!(unknown, [name]);
        let flood = refused(|m| *member(m) = vec![fixture::BANK.to_owned(); 51]);
        assert_eq!(flood, [name]);
    }
}

#[test]
fn a_flood_of_entries_is_refused() {
    let uris = |count: usize| (0..count).map(|i| format!("https://app.ex/{i}")).collect();
    accepted(|m| m.redirect_uris = uris(50));
    assert_eq!(refused(|m| m.redirect_uris = uris(51)), ["redirect_uris"]);
    assert_eq!(
        refused(|m| m.post_logout_redirect_uris = uris(51)),
        ["post_logout_redirect_uris"]
    );
}
