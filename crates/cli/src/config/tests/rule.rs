//! APIs, clients, accounts and keys.

use super::*;

const API: &str = "[[resource]]\nidentifier = \"https://api.example.com\"\n\
                   scopes = [\"accounts:read\", \"accounts:write\"]\n";
const SPA: &str = "[[client]]\nclient_id = \"spa\"\ntoken_endpoint_auth_method = \"none\"\n\
                   redirect_uris = [\"http://127.0.0.1:3000/callback\"]\n";

#[test]
fn an_unknown_scope_is_pointed_at_and_the_nearest_named() {
    let said = refused(&format!("{API}{SPA}scope = \"openid acounts:read\"\n"));
    assert!(said.contains("error: client `spa`: scope"), "{said}");
    assert!(
        said.contains("the nearest is `accounts:read`\n --> airside.toml:8:17"),
        "{said}"
    );
    assert!(
        said.ends_with("8 | scope = \"openid acounts:read\"\n  |                 ^^^^^^^^^^^^"),
        "{said}"
    );
}

#[test]
fn a_wrong_redirect_uri_is_pointed_at() {
    let said = refused(
        "[[client]]\nclient_id = \"a\"\ntoken_endpoint_auth_method = \"none\"\n\
         redirect_uris = [\"https://a.example/cb\", \"https://a.example/#x\"]\n",
    );
    assert!(said.contains("client `a`: redirect_uris"), "{said}");
    assert!(said.contains("--> airside.toml:4:43"), "{said}");
}

#[test]
fn what_a_client_lacks_is_pointed_at_its_header() {
    let said =
        refused("\n[[client]]\nclient_name = \"x\"\ntoken_endpoint_auth_method = \"none\"\n");
    assert!(
        said.contains("client: client_id is missing\n --> airside.toml:2:1"),
        "{said}"
    );
}

#[test]
fn a_malformed_client_is_blamed_once() {
    let said = refused("[[client]]\nclient_id = \"a\"\ntoken_endpoint_auth_method = \"nonne\"\n");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    assert!(said.contains("help: did you mean `none`?"), "{said}");
}

#[test]
fn names_are_given_once() {
    let said = refused(&format!("{API}{SPA}{SPA}"));
    assert!(
        said.contains("client `spa` is declared twice\n --> airside.toml:9:13"),
        "{said}"
    );
    assert!(
        said.contains("help: it was first at airside.toml:5"),
        "{said}"
    );
    assert!(
        refused(&format!("{API}{API}"))
            .contains("resource `https://api.example.com` is declared twice")
    );
    let alice =
        |name: &str| format!("[[user]]\nusername = \"{name}\"\npassword = \"correct horse\"\n");
    let said = refused(&format!("{}{}", alice("alice"), alice("Alice")));
    assert!(said.contains("user `alice` is declared twice"), "{said}");
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
        assert!(said.contains("--> airside.toml:2:14"), "{said}");
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
fn a_client_lists_registered_apis() {
    let client = |resources: &str| {
        format!(
            "{API}[[client]]\nclient_id = \"spa\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://app.example/cb\"]\nscope = \"openid\"\nresources = {resources}\n"
        )
    };
    let config = load(&client("[\"https://api.example.com\"]")).unwrap();
    let resources = &config.settings.clients[0].settings.resources;
    assert_eq!(*resources, ["https://api.example.com"]);
    let said = refused(&client("[\"https://api.example\"]"));
    assert!(
        said.contains(
            "client `spa`: resources names `https://api.example`, which is not a registered API; the nearest is `https://api.example.com`"
        ),
        "{said}"
    );
}

#[test]
fn every_algorithm_that_signs_must_be_kept() {
    let keys = "[keys]\nalgorithms = [\"RS256\"]\n";
    let said = refused(&format!("{keys}{API}signing_alg = \"ES256\"\n"));
    assert!(
        said.contains("`resource.signing_alg` is `ES256`, but `keys.algorithms` lacks it"),
        "{said}"
    );
    assert!(said.contains("--> airside.toml:6:15"), "{said}");
    let said = refused(&format!(
        "{keys}{SPA}id_token_signed_response_alg = \"EdDSA\"\n"
    ));
    assert!(
        said.contains("`client.id_token_signed_response_alg` is `EdDSA`"),
        "{said}"
    );
    let said = refused("[keys]\nalgorithms = [\"ES256\"]\n");
    assert!(said.contains("`keys.algorithms` lacks `RS256`"), "{said}");
    assert!(refused("[keys]\nalgorithms = [\"HS256\"]\n").contains("must be one of"));
}

#[test]
fn a_key_is_not_published_longer_than_keys_last() {
    let said = refused("[keys]\nrotation_interval = \"1h\"\n");
    assert!(
        said.contains("longer than `keys.rotation_interval`"),
        "{said}"
    );
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
fn an_account_needs_a_name_and_a_password() {
    let said = refused("[[user]]\nroles = [\"admin\"]\n");
    assert!(
        said.contains("`user.username` is missing") && said.contains("`user.password` is missing")
    );
    assert!(
        refused("[[user]]\nusername = \" \"\npassword = \"correct horse\"\n")
            .contains("1 to 128 characters")
    );
}

#[test]
fn an_account_has_a_name_by_rfc_8265_of_one_script() {
    // RFC8265-3.3, UTS39-5.1
    let user = |name: &str| {
        format!("[[user]]\nusername = \"{name}\"\npassword = \"correct horse battery\"\n")
    };
    for (name, message, help) in [
        (
            "foo bar",
            "cannot contain a space",
            "stays without this entry",
        ),
        (
            "henryⅣ",
            "cannot contain `Ⅳ` (U+2163)",
            "choose another name",
        ),
        (
            "p\u{430}ypal",
            "`а` (U+0430) is Cyrillic",
            "user create --force",
        ),
    ] {
        let said = refused(&user(name));
        assert!(said.contains("`user.username`: a username"), "{said}");
        assert!(said.contains(message) && said.contains(help), "{said}");
    }
    let said = refused(&[user("rené"), user("ＲＥＮÉ")].concat());
    assert!(said.contains("user `rené` is declared twice"), "{said}");
    for name in ["foo.bar@example.com", "иван", "山田たろう", "ＲＥＮÉ"] {
        assert!(load(&user(name)).is_ok(), "{name}");
    }
}

#[test]
fn a_role_of_an_account_is_one_word() {
    for role in ["viewer admin", "", "a\\u0000b", "a,b"] {
        let said = refused(&format!(
            "[[user]]\nusername = \"a\"\npassword = \"correct horse\"\nroles = [\"fine\", \"{role}\"]\n"
        ));
        assert!(said.contains("`user.roles`: a role has"), "{said}");
        assert!(said.contains("--> airside.toml:4:"), "{said}");
    }
}

#[test]
fn the_designs_example_is_a_configuration() {
    let text = include_str!("example.toml");
    let config = Machine::with(text)
        .file("/srv/cert.pem", "c")
        .file("/srv/key.pem", "k")
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
fn keys_of_a_client_are_a_jwk_set() {
    let client = |jwks: &str| {
        format!(
            "[[client]]\nclient_id = \"job\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
             grant_types = [\"client_credentials\"]\njwks = {jwks}\n"
        )
    };
    // RFC8037-A.2
    let key = "{ kty = \"OKP\", crv = \"Ed25519\", alg = \"EdDSA\", \
               x = \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\" }";
    let config = load(&client(&format!("{{ keys = [{key}] }}"))).unwrap();
    assert!(config.settings.clients[0].jwks.is_some());
    assert!(refused(&client("{ keys = 1 }")).contains("`client.jwks` is not a JWK Set"));
    assert!(refused(&client("{ keys = [] }")).contains("--> airside.toml:5:8"));
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
        assert!(said.contains(message), "{said}");
    }
    assert!(load(&api("\"email\", \"https://a.example/tenant\"")).is_ok());
}

#[test]
fn a_claim_of_an_account_is_judged_by_its_name() {
    // OIDC-Core-5.1
    let user = |claims: &str| {
        format!(
            "[[user]]\nusername = \"alice\"\npassword = \"correct horse\"\nclaims = {{ {claims} }}\n"
        )
    };
    for (claims, message, place) in [
        (
            "email_verified = \"yes\"",
            "the claim `email_verified` must be `true` or `false`",
            "4:29",
        ),
        (
            "org = \"a\", birthdate = 1990",
            "the claim `birthdate` must be a date",
            "4:35",
        ),
        (
            "sub = \"bob\"",
            "the claim `sub` cannot be set: it is a claim of the token itself",
            "4:18",
        ),
        (
            "roles = [\"admin\"]",
            "the claim `roles` cannot be set",
            "4:20",
        ),
        (
            "address = \"Bonn\"",
            "the claim `address` must be an object of texts",
            "4:22",
        ),
        ("name = \"\"", "the claim `name` must not be empty", "4:19"),
    ] {
        let said = refused(&user(claims));
        assert!(
            said.contains(&format!("`user.claims`: {message}")),
            "{said}"
        );
        assert!(
            said.contains(&format!("--> airside.toml:{place}")),
            "{said}"
        );
    }
    let legal = "email_verified = true, birthdate = 1990-12-31, zoneinfo = \"Europe/Paris\", \
                 address = { locality = \"Bonn\" }, updated_at = 1, org = \"acme\", level = 3, groups = [\"a\"]";
    let config = load(&user(legal)).unwrap();
    let claims = &config.settings.users[0].claims;
    assert_eq!(claims["birthdate"], "1990-12-31");
    assert_eq!(claims["level"], 3);
}

#[test]
fn the_claims_of_an_account_must_fit_into_a_token() {
    let config = |bytes: usize| {
        format!(
            "[[resource]]\nidentifier = \"https://a.example\"\nclaims = [\"org\"]\n\
             [[user]]\nusername = \"alice\"\npassword = \"correct horse\"\nclaims = {{ org = \"{}\" }}\n",
            "x".repeat(bytes)
        )
    };
    let said = refused(&config(2_039));
    let message = "`user.claims` for the resource `https://a.example` take 2049 bytes";
    assert!(said.contains(message), "{said}");
    assert!(load(&config(2_038)).is_ok());
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
