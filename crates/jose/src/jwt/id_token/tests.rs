use serde_json::json;

use super::*;
use crate::jwt::fixture::{CLOCK, ISSUER, Issuer, NOW};

const HEADER: &str = r#"{"alg":"ES256","kid":"key-1","typ":"JWT"}"#;

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "spa", "sub": "alice", "iat": NOW, "exp": NOW + 900, "sid": "session-1",
        "nonce": "n",
    })
}

fn check(
    issuer: &Issuer,
    token: &str,
    now: UnixSeconds,
    expiry: Expiry,
) -> Result<IdToken, VerifyError> {
    verify_id_token(token, &issuer.keys, ISSUER, Some("spa"), now, expiry)
}

#[test]
fn an_id_token_is_for_its_client() {
    let issuer = Issuer::new();
    let mut claims = claims();
    for aud in [json!("spa"), json!(["other", "spa"])] {
        claims["aud"] = aud;
        let token = issuer.sign(HEADER, &claims.to_string());
        let verified = check(&issuer, &token, CLOCK, Expiry::Enforced).unwrap();
        assert_eq!(
            (verified.subject(), verified.session()),
            ("alice", Some("session-1"))
        );
    }
    claims["aud"] = json!(["other"]);
    let token = issuer.sign(HEADER, &claims.to_string());
    assert_eq!(
        check(&issuer, &token, CLOCK, Expiry::Ignored),
        Err(VerifyError::WrongAudience)
    );
    assert!(verify_id_token(&token, &issuer.keys, ISSUER, None, CLOCK, Expiry::Enforced).is_ok());
}

#[test]
fn an_expired_id_token_is_a_hint_and_nothing_else() {
    let issuer = Issuer::new();
    let token = issuer.sign(HEADER, &claims().to_string());
    let later = CLOCK.saturating_add(90_000);
    assert!(check(&issuer, &token, later, Expiry::Ignored).is_ok());
    assert_eq!(
        check(&issuer, &token, later, Expiry::Enforced),
        Err(VerifyError::Expired)
    );
    assert_eq!(
        check(&issuer, &token, CLOCK.saturating_sub(31), Expiry::Ignored),
        Err(VerifyError::IssuedInFuture)
    );
}

/// J07
#[test]
fn an_access_token_is_no_id_token() {
    let issuer = Issuer::new();
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt"] {
        let header = format!(r#"{{"alg":"ES256","kid":"key-1","typ":"{typ}"}}"#);
        let token = issuer.sign(&header, &claims().to_string());
        assert_eq!(
            check(&issuer, &token, CLOCK, Expiry::Enforced),
            Err(VerifyError::WrongType),
            "{typ}"
        );
    }
    let untyped = issuer.sign(r#"{"alg":"ES256","kid":"key-1"}"#, &claims().to_string());
    assert!(check(&issuer, &untyped, CLOCK, Expiry::Enforced).is_ok());
}

#[test]
fn an_id_token_of_another_issuer_or_key_is_refused() {
    let issuer = Issuer::new();
    let mut other = claims();
    other["iss"] = json!("https://evil.example");
    let token = issuer.sign(HEADER, &other.to_string());
    assert_eq!(
        check(&issuer, &token, CLOCK, Expiry::Ignored),
        Err(VerifyError::WrongIssuer)
    );
    let forged = Issuer::new().sign(HEADER, &claims().to_string());
    assert_eq!(
        check(&issuer, &forged, CLOCK, Expiry::Ignored),
        Err(VerifyError::BadSignature)
    );
}
