//! HTTP Basic.

use super::*;

#[test]
fn a_public_client_may_send_basic_without_a_secret() {
    let header = basic("spa:");
    assert_eq!(present(Some(&header), BODY, fixture::client()), Ok(()));
    // control: it proves nothing for a client that has a secret, and is answered with a challenge
    let refused = present(Some(&header), BODY, fixture::confidential_client());
    assert_eq!(code(refused), ErrorCode::InvalidClient);
    let presented = ClientCredential::parse(&[header.as_bytes()], &form(BODY)).unwrap();
    assert!(presented.used_basic());
}

#[test]
fn a_client_id_beside_basic_must_be_the_same() {
    // RFC6749-2.3.1
    let header = basic("spa:secret");
    let with_body = |body| present(Some(&header), body, fixture::confidential_client());
    assert_eq!(with_body("client_id=spa"), Ok(()));
    assert_eq!(with_body("client_id="), Ok(()));
    assert_eq!(
        code(with_body("client_id=other")),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        code(with_body("client_id=spa&client_id=spa")),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn an_empty_secret_in_basic_proves_nothing() {
    // RFC6749-2.3.1
    let confidential = AuthMethod::ALL.into_iter();
    for method in confidential.filter(|method| *method != AuthMethod::None) {
        let header = basic("spa:");
        let result = present(Some(&header), BODY, with_method(method));
        assert_eq!(code(result), ErrorCode::InvalidClient, "{method}");
    }
}

#[test]
fn both_halves_of_basic_are_form_decoded() {
    // RFC6749-2.3.1
    let client = || with_secrets(&["p%:+ é"]);
    let with = |plain: &str| present(Some(&basic(plain)), BODY, client());
    assert_eq!(with("spa:p%25%3A%2B+%C3%A9"), Ok(()));
    assert_eq!(with("sp%61:p%25:%2B%20é"), Ok(()));
    for unescaped in [
        "spa:p%:+ é",
        "spa:p%25%3A++%C3%A9",
        "spa:p%2525%3A%2B+%C3%A9",
    ] {
        assert_eq!(
            code(with(unescaped)),
            ErrorCode::InvalidClient,
            "{unescaped}"
        );
    }
}

fn not_basic() -> [String; 13] {
    [
        basic("spa"),
        basic(":secret"),
        basic("spa:secret\0"),
        basic("spa:secret%00"),
        basic(b"spa:\xff"),
        basic("spa:%ff"),
        basic("s pa:secret"),
        "Basic c3BhOnNlY3JldA=".to_owned(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Bearer c3BhOnNlY3JldA==".to_owned(),
        "Basicc3BhOnNlY3JldA==".to_owned(),
        String::new(),
    ]
}

#[test]
fn what_is_no_basic_header_is_refused() {
    // RFC7617-2
    for header in not_basic() {
        let result = present(Some(&header), BODY, fixture::confidential_client());
        assert_eq!(code(result), ErrorCode::InvalidClient, "{header}");
    }
    let lower = basic("spa:secret").replace("Basic ", "bASIC  ");
    assert_eq!(
        present(Some(&lower), BODY, fixture::confidential_client()),
        Ok(())
    );
}

#[test]
fn every_live_secret_admits_and_no_other() {
    let client = || with_secrets(&["old", "new"]);
    for (secret, admitted) in [("old", true), ("new", true), ("older", false), ("", false)] {
        let header = basic(format!("spa:{secret}"));
        assert_eq!(
            present(Some(&header), BODY, client()).is_ok(),
            admitted,
            "{secret}"
        );
    }
    let header = basic("spa:secret");
    assert_eq!(
        code(present(Some(&header), BODY, with_secrets(&[]))),
        ErrorCode::InvalidClient
    );
}
