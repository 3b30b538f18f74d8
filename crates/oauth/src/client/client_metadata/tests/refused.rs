//! Metadata that is refused, and what the refusal says.

use super::*;

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let fields = refused(|m| {
        m.client_id = None;
        m.client_name = Some("a\nb".to_owned());
        m.redirect_uris = vec!["javascript:alert(1)".to_owned(), "/cb".to_owned()];
        m.scope = "accounts:raed".to_owned();
        m.id_token_signed_response_alg = "HS256".to_owned();
        m.allowed_origins = vec!["https://app.ex/".to_owned()];
    });
    assert_eq!(
        fields,
        [
            "client_id",
            "client_name",
            "redirect_uris",
            "redirect_uris",
            "scope",
            "id_token_signed_response_alg",
            "allowed_origins",
        ]
    );
}

#[test]
fn a_bad_redirect_uri_has_its_own_code() {
    // RFC7591-3.2.2
    for bad in [
        "https://app.ex/cb#x",
        "https://a@evil.ex/",
        "http://app.ex/cb",
        "myapp:/cb",
        "https://app.ex/*",
    ] {
        let errors = validate(metadata(|m| m.redirect_uris.push(bad.to_owned()))).unwrap_err();
        assert_eq!(errors[0].code.as_str(), "invalid_redirect_uri", "{bad}");
        assert!(errors[0].message.contains(bad), "{bad}");
    }
    let errors = validate(metadata(|m| m.scope = "nope".to_owned())).unwrap_err();
    assert_eq!(errors[0].code.as_str(), "invalid_client_metadata");
}

#[test]
fn an_unknown_scope_is_refused_with_the_nearest() {
    let errors = validate(metadata(|m| m.scope = "accounts:raed".to_owned())).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "scope names `accounts:raed`, which no API has; the nearest is `accounts:read`"
    );
    let errors = validate(metadata(|m| m.scope = "a  b".to_owned())).unwrap_err();
    assert_eq!(errors[0].field, "scope");
    let message = &errors[0].message;
    assert!(message.contains("separated by single spaces"), "{message}");
}

#[test]
fn a_pattern_is_refused_with_the_reason() {
    // RFC9700-2.1
    let pattern = || vec!["https://*.app.ex".to_owned()];
    let all = validate(metadata(|m| {
        m.redirect_uris = pattern();
        m.post_logout_redirect_uris = pattern();
        m.allowed_origins = pattern();
    }));
    let errors = all.unwrap_err();
    let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
    let expected = [
        "redirect_uris",
        "post_logout_redirect_uris",
        "allowed_origins",
    ];
    assert_eq!(fields, expected);
    for error in errors {
        assert!(error.message.contains("no patterns"), "{error}");
    }
}

#[test]
fn names_that_look_like_others_are_refused() {
    // RFC9700-4.11
    accepted(|m| m.client_name = Some("é".repeat(200)));
    for name in [
        "",
        " ",
        "a\u{0}",
        "a\u{202e}b",
        "a\u{200b}b",
        "a\u{ad}b",
        &"a".repeat(201),
    ] {
        let fields = refused(|m| m.client_name = Some(name.to_owned()));
        assert_eq!(fields, ["client_name"], "{name:?}");
    }
}
