//! Accounts and their claims.

use airside_testkit::assert_contains;

use super::*;

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
        assert_contains(&said, "`user.username`: a username");
        assert_contains(&said, message);
        assert_contains(&said, help);
    }
}

/// The configuration of an account with this name.
fn user(name: &str) -> String {
    format!("[[user]]\nusername = \"{name}\"\npassword = \"correct horse battery\"\n")
}

#[test]
fn two_spellings_of_one_name_are_one_account() {
    // RFC8265-3.3
    let said = refused(&[user("rené"), user("ＲＥＮÉ")].concat());
    assert_contains(&said, "user `rené` is declared twice");
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
        assert_contains(&said, "`user.roles`: a role has");
        assert_contains(&said, "--> airside.toml:4:");
    }
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
        assert_contains(&said, &format!("`user.claims`: {message}"));
        assert_contains(&said, &format!("--> airside.toml:{place}"));
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
    assert_contains(&said, message);
    assert!(load(&config(2_038)).is_ok());
}
