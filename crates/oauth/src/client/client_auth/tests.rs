use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;
use crate::{
    error::ErrorCode,
    fixture,
    request::form::{Params, RepeatedParamError, SentParams},
};

mod basic;
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
            match used == registered {
                true => assert_eq!(result, Ok(()), "{used}"),
                false => assert_eq!(code(result), ErrorCode::InvalidClient, "{used}"),
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

/// Requests with empty credentials, and the same without them.
fn without_values() -> [(Option<String>, &'static str, &'static str); 4] {
    [
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
    ]
}

#[test]
fn a_credential_without_a_value_is_none() {
    // RFC6749-3.2
    for (header, sent, without) in without_values() {
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
