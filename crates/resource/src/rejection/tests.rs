use axum::response::IntoResponse as _;
use http::header::WWW_AUTHENTICATE;

use super::*;

fn answer(rejection: Rejection) -> (u16, Option<String>) {
    let response = rejection.into_response();
    let challenge = response.headers().get(WWW_AUTHENTICATE);
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), challenge)
}

fn challenged(status: u16, challenge: &str) -> (u16, Option<String>) {
    (status, Some(challenge.to_owned()))
}

#[test]
fn each_refusal_has_the_answer_of_rfc_6750() {
    assert_eq!(answer(Rejection::NoToken), challenged(401, "Bearer"));
    let invalid = challenged(401, r#"Bearer error="invalid_token""#);
    assert_eq!(answer(Rejection::InvalidToken("expired".into())), invalid);
    let malformed = challenged(400, r#"Bearer error="invalid_request""#);
    assert_eq!(answer(Rejection::Malformed("twice")), malformed);
    let scope = Rejection::InsufficientScope {
        scope: "a:b".into(),
    };
    let insufficient = challenged(403, r#"Bearer error="insufficient_scope", scope="a:b""#);
    assert_eq!(answer(scope), insufficient);
    let again = Reason::OtherAuthentication(vec!["phr".into(), "mfa".into()]);
    let step_up = r#"Bearer error="insufficient_user_authentication", acr_values="phr mfa""#;
    assert_eq!(answer(again.into()), challenged(401, step_up));
    let again = Reason::OldAuthentication(300);
    let step_up = r#"Bearer error="insufficient_user_authentication", max_age="300""#;
    assert_eq!(answer(again.into()), challenged(401, step_up));
    assert_eq!(answer(Rejection::NotFound), (404, None));
    assert_eq!(answer(Rejection::Unavailable), (503, None));
    assert_eq!(answer(Rejection::RevocationsUnknown), (503, None));
}

#[test]
fn each_refusal_has_the_status_of_a_grpc_call() {
    let scope = Rejection::InsufficientScope {
        scope: "a:b".into(),
    };
    let nonce = Rejection::NonceNeeded { nonce: "n".into() };
    let insufficient = r#"Bearer error="insufficient_scope", scope="a:b""#;
    for (rejection, status, message, challenge) in [
        (Rejection::NoToken, "16", "", "Bearer"),
        (
            Rejection::InvalidToken("expired".into()),
            "16",
            "invalid_token",
            r#"Bearer error="invalid_token""#,
        ),
        (
            nonce,
            "16",
            "use_dpop_nonce",
            r#"DPoP error="use_dpop_nonce", algs="ES256 EdDSA ES384 PS256 RS256""#,
        ),
        (
            Rejection::Malformed("twice"),
            "3",
            "invalid_request",
            r#"Bearer error="invalid_request""#,
        ),
        (scope, "7", "insufficient_scope", insufficient),
        (Rejection::NotAllowed, "7", "access_denied", ""),
        (Rejection::NotFound, "5", "not_found", ""),
        (Rejection::Conflict, "10", "conflict", ""),
        (Rejection::Misused("x"), "13", "server_error", ""),
        (Rejection::Unavailable, "14", "temporarily_unavailable", ""),
    ] {
        let response: http::Response<()> = rejection.grpc_answer();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap())
        };
        assert_eq!(response.status(), 200, "{rejection:?}");
        assert_eq!(header("content-type"), "application/grpc");
        assert_eq!(header("grpc-status"), status, "{rejection:?}");
        assert_eq!(header("grpc-message"), message, "{rejection:?}");
        assert_eq!(header("www-authenticate"), challenge, "{rejection:?}");
        let is_plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'%';
        assert!(header("grpc-message").bytes().all(is_plain));
    }
}

#[test]
fn an_object_of_another_person_does_not_exist() {
    assert_eq!(Rejection::from(Reason::NotOwner), Rejection::NotFound);
    assert_eq!(Rejection::from(Reason::UnknownOwner), Rejection::NotFound);
    assert_eq!(
        Rejection::from(Reason::ClientIsNoOwner),
        Rejection::NotFound
    );
    assert_eq!(Rejection::from(Reason::OtherTenant), Rejection::NotFound);
}

#[test]
fn a_missing_scope_is_named() {
    let scope = Rejection::InsufficientScope {
        scope: "admin".into(),
    };
    assert_eq!(Rejection::from(Reason::MissingScope("admin".into())), scope);
}
