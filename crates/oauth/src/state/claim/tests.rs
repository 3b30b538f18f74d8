use serde_json::json;

use super::*;

fn said(name: &str, text: &str) -> String {
    parse(name, text).unwrap_err().to_string()
}

fn standard_claims() -> [(&'static str, &'static str, Value); 17] {
    [
        ("birthdate", "1990", json!("1990")),
        ("birthdate", "0000-02-29", json!("0000-02-29")),
        ("name", "42", json!("42")),
        ("nickname", "true", json!("true")),
        ("email_verified", "true", json!(true)),
        ("phone_number_verified", "false", json!(false)),
        ("updated_at", "1311280970", json!(1_311_280_970)),
        (
            "address",
            "{\"locality\":\"Bonn\"}",
            json!({ "locality": "Bonn" }),
        ),
        ("email", "\"a b\"@[192.0.2.1]", json!("\"a b\"@[192.0.2.1]")),
        (
            "email",
            "jos\u{e9}@b\u{fc}cher.example",
            json!("jos\u{e9}@b\u{fc}cher.example"),
        ),
        (
            "phone_number",
            "+1 (604) 555-1234;ext=5678",
            json!("+1 (604) 555-1234;ext=5678"),
        ),
        (
            "website",
            "https://example.com/~alice",
            json!("https://example.com/~alice"),
        ),
        (
            "zoneinfo",
            "America/Argentina/Buenos_Aires",
            json!("America/Argentina/Buenos_Aires"),
        ),
        ("zoneinfo", "Etc/GMT+5", json!("Etc/GMT+5")),
        ("locale", "en_US", json!("en_US")),
        ("locale", "zh-Hant-TW", json!("zh-Hant-TW")),
        ("name#ja-Kana-JP", "7", json!("7")),
    ]
}

#[test]
fn the_type_of_a_standard_claim_follows_from_its_name() {
    // OIDC-Core-5.1, OIDC-Core-5.2
    for (name, text, value) in standard_claims() {
        assert_eq!(parse(name, text), Ok(value), "{name}={text}");
    }
}

/// Values that a claim does not take, and what the refusal says.
const WRONG_VALUES: [(&str, &[&str], &str); 11] = [
    (
        "email_verified",
        &["yes", "1", "True", "\"true\""],
        "`true` or `false`",
    ),
    (
        "updated_at",
        &["yesterday", "-1", "2026-01-01", "true"],
        "seconds since",
    ),
    (
        "address",
        &["Bonn", "{}", "[]", "{\"country\":49}"],
        "an object of texts",
    ),
    (
        "birthdate",
        &[
            "90",
            "1990-13-01",
            "1900-02-29",
            "1990-1-1",
            "31.12.1990",
            "1990-",
        ],
        "a date",
    ),
    (
        "website",
        &["example.com", "javascript:alert(1)", "https://a b", "/x"],
        "URL",
    ),
    (
        "email",
        &["alice", "@x", "a@", "a b@x", "a..b@x", "a@x.", "a@b@"],
        "an e-mail address",
    ),
    (
        "phone_number",
        &["call me", "+", "+1;ext=", "1\n2"],
        "a telephone number",
    ),
    (
        "zoneinfo",
        &["2", "Europe Paris", "+02:00", "Europe/"],
        "a time zone",
    ),
    (
        "locale",
        &["e", "en US", "englishlanguage", "en--US", "12"],
        "a language tag",
    ),
    ("name", &[""], "must not be empty"),
    ("email_verified#ja", &["yes"], "`true` or `false`"),
];

#[test]
fn a_standard_claim_takes_no_other_value() {
    // OIDC-Core-5.1, OIDC-Core-5.1.1, OIDC-Core-5.3.2, J09
    for (name, texts, expected) in WRONG_VALUES {
        for text in texts {
            let said = said(name, text);
            assert!(said.contains(expected), "{name}={text}: {said}");
            assert!(said.contains(&format!("`{name}`")), "{said}");
        }
    }
    for value in [json!(1990), json!(["1990"]), json!(null), json!("")] {
        assert!(check("birthdate", &value).is_err(), "{value}");
    }
}

#[test]
fn another_claim_is_text_unless_it_is_given_as_json() {
    for text in ["3", "true", "{\"a\":1}", "acme", "null"] {
        assert_eq!(parse("level", text), Ok(text.into()));
    }
    let values = json!([3, true, { "a": 1 }, ["a"], "acme"]);
    for value in values.as_array().unwrap() {
        assert_eq!(parse_json("level", &value.to_string()).as_ref(), Ok(value));
    }
    for (name, text, expected) in [
        ("level", "acme", "is not JSON"),
        ("level", "null", "must not be `null`"),
        ("level", "\"\"", "must not be empty"),
        ("email_verified", "\"true\"", "must be `true` or `false`"),
        ("sub", "\"x\"", "cannot be set"),
    ] {
        let said = parse_json(name, text).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
}

const WRITTEN_BY_THE_ISSUER: [&str; 27] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "sid",
    "client_id",
    "scope",
    "cnf",
    "roles",
    "grant_id",
    "status",
    "active",
    "username",
    "token_type",
    "_claim_names",
    "SUB",
    "Roles",
];

#[test]
fn a_claim_that_the_issuer_writes_cannot_be_set() {
    // J09
    for name in WRITTEN_BY_THE_ISSUER {
        assert_eq!(check_name(name), Err(ClaimNameError::Reserved), "{name}");
        let said = said(name, "x");
        assert!(said.contains("cannot be set"), "{said}");
    }
    for name in ["", "a b", "é", &"x".repeat(65)] {
        assert_eq!(check_name(name), Err(ClaimNameError::Malformed), "{name}");
    }
    for name in [
        "email",
        "preferred_username",
        "groups",
        "org",
        "https://a.example/org",
    ] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
}

#[test]
fn no_message_has_the_value() {
    for name in ["email", "email_verified", "address", "sub", "birthdate"] {
        assert!(!said(name, "hunter2 x").contains("hunter2"), "{name}");
    }
}

#[test]
fn a_value_that_was_stored_under_other_rules_stays() {
    let old = json!({ "birthdate": 1990, "sub": "x", "note": null });
    let old = old.as_object().unwrap();
    let mut new = old.clone();
    new.insert("org".to_owned(), "acme".into());
    assert_eq!(check_all(&new, old), Ok(()));
    new.insert("birthdate".to_owned(), 1991.into());
    assert!(check_all(&new, old).is_err());
}
