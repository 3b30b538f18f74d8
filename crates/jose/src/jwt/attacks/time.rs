//! Clocks that differ, and numbers that overflow.

use std::time::Duration;

use serde_json::json;

use crate::UnixSeconds;
use crate::jwt::{
    VerifyError,
    fixture::{CLOCK, Issuer, NOW, claims, verifier},
};

/// J20, RFC7519-4.1.4
#[test]
fn a_token_expires_after_the_leeway() {
    let issuer = Issuer::new();
    assert!(
        issuer
            .verify(&issuer.with_claim("exp", (NOW - 29).into()))
            .is_ok()
    );
    let late = issuer.with_claim("exp", (NOW - 30).into());
    assert_eq!(issuer.refusal(&late), VerifyError::Expired);
}

/// J20
#[test]
fn the_leeway_is_at_most_a_minute() {
    let issuer = Issuer::new();
    let patient = verifier().leeway(Duration::from_secs(3600));
    let at_the_limit = issuer.with_claim("exp", (NOW - 59).into());
    assert!(patient.verify(&at_the_limit, &issuer.keys, CLOCK).is_ok());
    for seconds in [60, 61] {
        let late = issuer.with_claim("exp", (NOW - seconds).into());
        assert_eq!(
            patient.verify(&late, &issuer.keys, CLOCK),
            Err(VerifyError::Expired)
        );
    }
    let strict = verifier().leeway(Duration::ZERO);
    let now = issuer.with_claim("exp", NOW.into());
    assert_eq!(
        strict.verify(&now, &issuer.keys, CLOCK),
        Err(VerifyError::Expired)
    );
}

/// J20, RFC7519-4.1.5
#[test]
fn a_token_from_the_future_is_refused() {
    let issuer = Issuer::new();
    for (name, refused) in [
        ("nbf", VerifyError::NotYetValid),
        ("iat", VerifyError::IssuedInFuture),
    ] {
        let early = issuer.with_claim(name, (NOW + 31).into());
        assert_eq!(issuer.refusal(&early), refused);
        let patient = verifier().leeway(Duration::MAX);
        let earlier = issuer.with_claim(name, (NOW + 61).into());
        assert_eq!(patient.verify(&earlier, &issuer.keys, CLOCK), Err(refused));
        assert!(
            issuer
                .verify(&issuer.with_claim(name, (NOW + 30).into()))
                .is_ok()
        );
    }
}

/// J20
#[test]
fn a_lifetime_beyond_a_day_is_refused() {
    let issuer = Issuer::new();
    let day = NOW - 10 + 86_400;
    assert!(issuer.verify(&issuer.with_claim("exp", day.into())).is_ok());
    for exp in [day + 1, 1 << 53, i64::MAX] {
        let refused = issuer.refusal(&issuer.with_claim("exp", exp.into()));
        assert_eq!(refused, VerifyError::LifetimeTooLong, "{exp}");
    }
}

/// J20
#[test]
fn no_time_overflows() {
    let issuer = Issuer::new();
    let mut claims = claims();
    claims["exp"] = json!(i64::MAX);
    for iat in [0, i64::MAX] {
        claims["iat"] = json!(iat);
        let token = issuer.with_payload(&claims.to_string());
        for now in [i64::MIN, -1, 0, NOW, i64::MAX - 1, i64::MAX] {
            let verified = verifier().verify(&token, &issuer.keys, UnixSeconds::new(now));
            assert_eq!(
                verified.is_ok(),
                iat == i64::MAX && (i64::MAX - 30..i64::MAX).contains(&now)
            );
        }
    }
}
