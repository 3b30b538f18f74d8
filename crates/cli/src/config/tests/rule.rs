//! APIs, clients, accounts and keys.

mod account;
mod client;

use airside_testkit::assert_contains;

use super::*;

const API: &str = "[[resource]]\nidentifier = \"https://api.example.com\"\n\
                   scopes = [\"accounts:read\", \"accounts:write\"]\n";
const SPA: &str = "[[client]]\nclient_id = \"spa\"\ntoken_endpoint_auth_method = \"none\"\n\
                   redirect_uris = [\"http://127.0.0.1:3000/callback\"]\n";

#[test]
fn an_unknown_scope_is_pointed_at_and_the_nearest_named() {
    let said = refused(&format!("{API}{SPA}scope = \"openid acounts:read\"\n"));
    assert_contains(&said, "error: client `spa`: scope");
    assert_contains(
        &said,
        "the nearest is `accounts:read`\n --> airside.toml:8:17",
    );
    assert!(
        said.ends_with("8 | scope = \"openid acounts:read\"\n  |                 ^^^^^^^^^^^^"),
        "{said}"
    );
}

#[test]
fn names_are_given_once() {
    let said = refused(&format!("{API}{SPA}{SPA}"));
    assert_contains(
        &said,
        "client `spa` is declared twice\n --> airside.toml:9:13",
    );
    assert_contains(&said, "help: it was first at airside.toml:5");
    assert!(
        refused(&format!("{API}{API}"))
            .contains("resource `https://api.example.com` is declared twice")
    );
    let alice =
        |name: &str| format!("[[user]]\nusername = \"{name}\"\npassword = \"correct horse\"\n");
    let said = refused(&format!("{}{}", alice("alice"), alice("Alice")));
    assert_contains(&said, "user `alice` is declared twice");
}

#[test]
fn an_api_is_named_by_an_absolute_uri_that_is_not_the_servers() {
    // RFC8707-2
    for identifier in [
        "api",
        "https://a.example/#x",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/api/admin/v1",
    ] {
        let said = refused(&format!("[[resource]]\nidentifier = \"{identifier}\"\n"));
        assert_contains(&said, "--> airside.toml:2:14");
    }
    assert!(refused("[[resource]]\nscopes = []\n").contains("`resource.identifier` is missing"));
    assert!(load("[[resource]]\nidentifier = \"urn:example:api\"\n").is_ok());
}

#[test]
fn an_api_owns_only_scope_names_that_are_not_openid_connects() {
    let api = |scope: &str| {
        format!("[[resource]]\nidentifier = \"https://a.example\"\nscopes = ['{scope}']\n")
    };
    assert!(refused(&api("openid")).contains("`openid` is a scope of OpenID Connect"));
    assert!(refused(&api("a b")).contains("`a b` is not a scope name"));
}

#[test]
fn every_algorithm_that_signs_must_be_kept() {
    let keys = "[keys]\nalgorithms = [\"RS256\"]\n";
    let said = refused(&format!("{keys}{API}signing_alg = \"ES256\"\n"));
    assert_contains(
        &said,
        "`resource.signing_alg` is `ES256`, but `keys.algorithms` lacks it",
    );
    assert_contains(&said, "--> airside.toml:6:15");
    let said = refused(&format!(
        "{keys}{SPA}id_token_signed_response_alg = \"EdDSA\"\n"
    ));
    assert_contains(&said, "`client.id_token_signed_response_alg` is `EdDSA`");
    let said = refused("[keys]\nalgorithms = [\"ES256\"]\n");
    assert_contains(&said, "`keys.algorithms` lacks `RS256`");
    assert!(refused("[keys]\nalgorithms = [\"HS256\"]\n").contains("must be one of"));
}

#[test]
fn a_key_is_not_published_longer_than_keys_last() {
    let said = refused("[keys]\nrotation_interval = \"1h\"\n");
    assert_contains(&said, "longer than `keys.rotation_interval`");
    assert!(load("[keys]\nrotation_interval = \"1h\"\npublish_ahead = \"0s\"\n").is_ok());
}

#[test]
fn lifetimes_are_never_zero_and_a_code_lives_ten_minutes_at_most() {
    for key in [
        "access_token_lifetime",
        "id_token_lifetime",
        "refresh_token_lifetime",
        "authorization_code_lifetime",
    ] {
        assert!(
            load(&format!("[tokens]\n{key} = \"0s\"\n")).is_err(),
            "{key}"
        );
    }
    assert!(load("[tokens]\nauthorization_code_lifetime = \"11m\"\n").is_err());
    assert!(load("[tokens]\naccess_token_lifetime = \"25h\"\n").is_err());
    assert!(load("[tokens]\nrefresh_token_retry_window = \"0s\"\n").is_ok());
}

#[test]
fn the_designs_example_is_a_configuration() {
    let text = include_str!("example.toml");
    let config = Machine::with(text)
        .file("/srv/cert.pem", CERTIFICATE)
        .file("/srv/key.pem", PRIVATE_KEY)
        .variable("BILLING_SECRET", "billing")
        .variable("ALICE_PASSWORD", "correct horse")
        .variable("AIRSIDE_ISSUER", "https://localhost:8080")
        .load()
        .unwrap();
    let settings = &config.settings;
    assert_eq!((settings.clients.len(), settings.users.len()), (2, 1));
    assert_eq!(settings.users[0].claims["email_verified"], true);
    assert_eq!(settings.users[0].roles, ["customer".parse().unwrap()]);
    assert_eq!(
        settings.profile.resources[0].scopes.to_string(),
        "accounts:read accounts:write admin"
    );
    assert!(config.tls.is_some() && config.issuer_given);
}

#[test]
fn an_api_is_not_released_what_the_token_itself_says() {
    let api = |claims: &str| {
        format!("[[resource]]\nidentifier = \"https://a.example\"\nclaims = [{claims}]\n")
    };
    for (claims, message) in [
        (
            "\"email\", \"roles\"",
            "`resource.claims` has `roles`, which is a claim of the token itself",
        ),
        (
            "\"a b\"",
            "`resource.claims` has `a b`, which is not a name of a claim",
        ),
    ] {
        let said = refused(&api(claims));
        assert_contains(&said, message);
    }
    assert!(load(&api("\"email\", \"https://a.example/tenant\"")).is_ok());
}

#[test]
fn a_scope_releases_claims_and_has_a_name_of_its_own() {
    let said = |text: &str| refused(&format!("{API}[[scope]]\n{text}"));
    let built_in = "which is built in: choose another name";
    for (text, expected) in [
        ("claims = [\"org\"]\n", "`scope.name` is missing"),
        ("name = \"email\"\n", built_in),
        ("name = \"groups\"\n", built_in),
        (
            "name = \"accounts:read\"\n",
            "which is a scope of the API `https://api.example.com`",
        ),
        ("name = \"a b\"\n", "`scope.name` is `a b`, which"),
        (
            "name = \"org\"\nclaims = [\"iss\"]\n",
            "`scope.claims` has `iss`, which is a claim of the token itself",
        ),
        (
            "name = \"org\"\n[[scope]]\nname = \"org\"\n",
            "scope `org` is declared twice",
        ),
    ] {
        let said = said(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn a_scope_has_a_description_and_claims() {
    let machine = Machine::with(
        "[[scope]]\nname = \"org\"\ndescription = \"see where you work\"\n\
         claims = [\"org\", \"roles\"]\n",
    );
    let scopes = machine.load().unwrap().settings.profile.scopes;
    assert_eq!(scopes.description("org"), Some("see where you work"));
    assert_eq!(scopes.claims("org").collect::<Vec<_>>(), ["org", "roles"]);
}

#[test]
fn a_claim_that_no_scope_releases_is_warned_about() {
    let alice = "[[user]]\nusername = \"alice\"\npassword = \"correct horse battery\"\n\
                 claims = { org = \"acme\", email = \"a@acme.example\", groups = [\"staff\"] }\n";
    let warned = |more: &str| {
        Machine::with(&format!("{alice}{more}"))
            .load()
            .unwrap()
            .warnings
    };
    let warnings = warned("");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("`org`"), "{warnings:?}");
    // control
    assert!(warned("[[scope]]\nname = \"work\"\nclaims = [\"org\"]\n").is_empty());
    let api = "[[resource]]\nidentifier = \"https://api.example.com\"\nclaims = [\"org\"]\n";
    assert!(warned(api).is_empty());
}

#[test]
fn a_scope_that_two_apis_have_is_a_warning() {
    let other = API.replace("api.example.com", "other.example.com");
    let shared = "the scope `accounts:read` belongs to several APIs, `https://api.example.com`, `https://other.example.com`";
    for (other, warnings) in [(other.replace("accounts", "orders"), 0), (other, 2)] {
        let config = load(&format!("{API}{other}")).unwrap();
        assert_eq!(config.warnings.len(), warnings, "{:?}", config.warnings);
        if let Some(first) = config.warnings.first() {
            assert_contains(first, shared);
        }
    }
}
