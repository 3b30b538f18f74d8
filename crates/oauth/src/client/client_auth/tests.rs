use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;
use crate::{
    error::ErrorCode,
    fixture,
    request::form::{Params, RepeatedParamError, SentParams},
};

mod private_key_jwt;

fn sent(text: &str) -> Result<Params, RepeatedParamError> {
    SentParams::parse(text.as_bytes()).unwrap().single(&[])
}

fn form(text: &str) -> Params {
    sent(text).unwrap()
}

fn basic(plain: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(plain))
}

/// Parses and authenticates a request against `client`.
fn present(header: Option<&str>, body: &str, client: Client) -> Result<(), OAuthError> {
    let headers: Vec<&[u8]> = header.iter().map(|header| header.as_bytes()).collect();
    let presented = ClientCredential::parse(&headers, &sent(body)?)?;
    let profile = fixture::profile();
    let authentication = authenticate(&presented, Arc::new(client), &[], &profile, fixture::START)?;
    let Authentication::Authenticated(client) = authentication else {
        panic!("no assertion was sent");
    };
    assert_eq!(client.client_id, *presented.client_id());
    Ok(())
}

fn code(result: Result<(), OAuthError>) -> ErrorCode {
    result.unwrap_err().code
}

fn with_method(auth_method: AuthMethod) -> Client {
    let client = fixture::confidential_client();
    match auth_method {
        AuthMethod::None => fixture::client(),
        AuthMethod::PrivateKeyJwt => Client {
            auth_method,
            secrets: Vec::new(),
            ..client
        },
        _ => Client {
            auth_method,
            ..client
        },
    }
}

fn with_secrets(secrets: &[&str]) -> Client {
    let secrets = secrets
        .iter()
        .map(|secret| Digest::of(secret.as_bytes()))
        .collect();
    Client {
        secrets,
        ..fixture::confidential_client()
    }
}

const BODY: &str = "grant_type=client_credentials";
const POST: &str = "client_id=spa&client_secret=secret";

#[test]
fn each_method_admits_the_client_registered_for_it_and_no_other() {
    // OIDC-Core-9
    let header = basic("spa:secret");
    let requests = [
        (AuthMethod::None, None, "client_id=spa"),
        (AuthMethod::ClientSecretBasic, Some(header.as_str()), BODY),
        (AuthMethod::ClientSecretPost, None, POST),
    ];
    for registered in AuthMethod::ALL {
        for (used, header, body) in requests {
            let result = present(header, body, with_method(registered));
            if used == registered {
                assert_eq!(result, Ok(()), "{used}");
            } else {
                assert_eq!(
                    code(result),
                    ErrorCode::InvalidClient,
                    "{registered} {used}"
                );
            }
        }
    }
}

#[test]
fn a_client_without_a_stated_method_sends_its_secret_either_way() {
    // RFC6749-2.3.1
    let mut client = fixture::confidential_client();
    client.settings.any_secret_method = true;
    let header = basic("spa:secret");
    let wrong = basic("spa:wrong");
    for (header, body, expected) in [
        (Some(header.as_str()), BODY, None),
        (None, POST, None),
        (Some(wrong.as_str()), BODY, Some(ErrorCode::InvalidClient)),
        (
            None,
            "client_id=spa&client_secret=wrong",
            Some(ErrorCode::InvalidClient),
        ),
        (None, "client_id=spa", Some(ErrorCode::InvalidClient)),
        (Some(header.as_str()), POST, Some(ErrorCode::InvalidRequest)),
    ] {
        let result = present(header, body, client.clone());
        assert_eq!(result.err().map(|error| error.code), expected, "{body}");
    }
}

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
fn two_methods_at_once_are_refused() {
    // RFC6749-2.3
    let assertion = "client_assertion_type=urn%3Aietf&client_assertion=x.y.z";
    let header = basic("spa:secret");
    let both = format!("{POST}&{assertion}");
    for (header, body) in [
        (Some(header.as_str()), POST),
        (Some(header.as_str()), assertion),
        (Some(header.as_str()), "client_assertion_type=x"),
        (Some("Bearer x"), POST),
        (None, &both),
    ] {
        let result = present(header, body, fixture::confidential_client());
        assert_eq!(code(result), ErrorCode::InvalidRequest, "{body}");
    }
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
fn a_credential_without_a_value_is_none() {
    // RFC6749-3.2
    for (header, sent, without) in [
        (None, "client_id=spa&client_secret=", "client_id=spa"),
        (
            None,
            "client_id=spa&client_assertion=&client_assertion_type=",
            "client_id=spa",
        ),
        (
            None,
            "client_id=spa&client_secret=secret&client_assertion=",
            POST,
        ),
        (
            Some(basic("spa:secret")),
            "client_secret=&client_assertion=",
            "",
        ),
    ] {
        for method in AuthMethod::ALL {
            let outcome = |body| present(header.as_deref(), body, with_method(method));
            assert_eq!(outcome(sent), outcome(without), "{method} {sent}");
        }
    }
    let public = present(None, "client_id=spa&client_secret=", fixture::client());
    assert_eq!(public, Ok(()));
    let confidential = fixture::confidential_client();
    let guessed = present(None, "client_id=spa&client_secret=", confidential);
    assert_eq!(code(guessed), ErrorCode::InvalidClient);
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

#[test]
fn what_is_no_basic_header_is_refused() {
    // RFC7617-2
    let not_base64 = "Basic c3BhOnNlY3JldA=".to_owned();
    for header in [
        basic("spa"),
        basic(":secret"),
        basic("spa:secret\0"),
        basic("spa:secret%00"),
        basic(b"spa:\xff"),
        basic("spa:%ff"),
        basic("s pa:secret"),
        not_base64,
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Bearer c3BhOnNlY3JldA==".to_owned(),
        "Basicc3BhOnNlY3JldA==".to_owned(),
        String::new(),
    ] {
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
fn repeated_headers_and_parameters_are_refused() {
    // RFC6749-3.2
    let header = basic("spa:secret");
    let twice = ClientCredential::parse(&[header.as_bytes(), header.as_bytes()], &form(BODY));
    assert_eq!(twice.unwrap_err().code, ErrorCode::InvalidRequest);
    for body in [
        "client_id=spa&client_id=spa",
        "client_id=spa&client_secret=secret&client_secret=secret",
        "client_id=spa&client_secret=secret&client_secret=",
        "client_assertion=a&client_assertion=b&client_assertion_type=c",
    ] {
        let result = present(None, body, fixture::client());
        assert_eq!(code(result), ErrorCode::InvalidRequest, "{body}");
    }
}

#[test]
fn a_request_without_any_client_is_refused() {
    // RFC6749-5.2
    for body in [BODY, "client_id=", "client_secret=secret"] {
        assert_eq!(
            code(present(None, body, fixture::client())),
            ErrorCode::InvalidClient,
            "{body}"
        );
    }
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

#[test]
fn an_unknown_client_and_a_wrong_secret_read_the_same() {
    // RFC6749-5.2
    for body in ["client_id=spa&client_secret=wrong", "client_id=spa"] {
        let presented = ClientCredential::parse(&[], &form(body)).unwrap();
        let unknown = authenticate_unknown(&presented);
        let wrong = present(None, body, with_method(AuthMethod::ClientSecretPost)).unwrap_err();
        assert_eq!((&unknown, &unknown), (&wrong, &unknown_client()), "{body}");
    }
}

#[test]
fn credentials_of_one_client_never_admit_another() {
    let other = Client {
        client_id: "other".parse().unwrap(),
        ..fixture::confidential_client()
    };
    let header = basic("spa:secret");
    assert_eq!(
        code(present(Some(&header), BODY, other)),
        ErrorCode::InvalidClient
    );
}

#[test]
fn a_secret_is_never_printed() {
    // T49
    let header = basic("spa:hunter2");
    let presented = ClientCredential::parse(&[header.as_bytes()], &form(BODY)).unwrap();
    assert!(presented.used_basic());
    assert_eq!(format!("{presented:?}"), "ClientCredential(spa basic)");
    let posted =
        ClientCredential::parse(&[], &form("client_id=spa&client_secret=hunter2")).unwrap();
    assert!(!posted.used_basic() && !format!("{posted:?}").contains("hunter2"));
}
