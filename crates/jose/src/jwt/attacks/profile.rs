//! The legacy profile, and what a verified token tells.

use serde_json::{Value, json};

use crate::{
    Algorithm,
    jwt::{
        TokenProfile, VerifiedToken, Verifier, VerifyError,
        fixture::{AUDIENCE, CLOCK, ISSUER, Issuer, NOW, claims, header_with, members, verifier},
    },
};

/// J07
#[test]
fn the_legacy_profile_accepts_untyped_access_tokens() {
    let issuer = Issuer::new();
    for header in [
        header_with("typ", "JWT".into()),
        header_with("typ", "at+jwt".into()),
        r#"{"alg":"ES256","kid":"key-1"}"#.to_owned(),
    ] {
        assert!(
            legacy(&issuer, &issuer.with_header(&header)).is_ok(),
            "{header}"
        );
    }
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt"] {
        let token = issuer.with_header(&header_with("typ", typ.into()));
        assert_eq!(
            legacy(&issuer, &token),
            Err(VerifyError::WrongType),
            "{typ}"
        );
    }
}

/// J07
#[test]
fn the_legacy_profile_refuses_what_looks_like_an_id_token() {
    let issuer = Issuer::new();
    for name in ["nonce", "at_hash", "c_hash"] {
        let token = issuer.with_claim(name, "x".into());
        assert_eq!(
            legacy(&issuer, &token),
            Err(VerifyError::LooksLikeIdToken),
            "{name}"
        );
    }
    for name in ["client_id", "azp"] {
        let token = issuer.with_claim(name, AUDIENCE.into());
        assert_eq!(
            legacy(&issuer, &token),
            Err(VerifyError::LooksLikeIdToken),
            "{name}"
        );
    }
    assert!(legacy(&issuer, &issuer.good_token()).is_ok());
}

#[test]
fn the_legacy_profile_takes_azp_for_client_id() {
    let issuer = Issuer::new();
    let mut claims = claims();
    members(&mut claims).remove("client_id");
    claims["azp"] = json!("portal");
    let token = issuer.sign(&header_with("typ", "JWT".into()), &claims.to_string());
    assert_eq!(legacy(&issuer, &token).unwrap().client_id(), "portal");
    let strict = issuer.with_payload(&claims.to_string());
    assert_eq!(
        issuer.refusal(&strict),
        VerifyError::MissingClaim("client_id")
    );
    let without = issuer.without_claim("client_id");
    assert_eq!(
        legacy(&issuer, &without),
        Err(VerifyError::MissingClaim("client_id"))
    );
}

/// A token without `jti` is named by what is signed, by whomever and however often.
#[test]
fn another_signature_gives_no_other_name() {
    let issuer = Issuer::new();
    let mut claims = claims();
    members(&mut claims).remove("jti");
    let payload = claims.to_string();
    let header = header_with("typ", "JWT".into());
    let [one, two] = [(), ()].map(|()| issuer.sign(&header, &payload));
    assert_ne!(one, two, "an ECDSA signature is made with a random number");
    let name = |token: &str| legacy(&issuer, token).unwrap().jti().to_owned();
    assert_eq!(name(&one), name(&two));
}

#[test]
fn a_token_that_says_it_is_of_rfc_9068_is_held_to_it() {
    let issuer = Issuer::new();
    let mut claims = claims();
    members(&mut claims).remove("client_id");
    claims["azp"] = "spa".into();
    let payload = claims.to_string();
    let refused = legacy(&issuer, &issuer.with_payload(&payload)).unwrap_err();
    assert_eq!(refused, VerifyError::MissingClaim("client_id"));
    let untyped = issuer.sign(&header_with("typ", "JWT".into()), &payload);
    assert_eq!(legacy(&issuer, &untyped).unwrap().client_id(), "spa");
}

fn wrong_forms() -> [(&'static str, Value); 9] {
    [
        ("scp", json!(["a b"])),
        ("scp", json!([1])),
        ("scp", json!({})),
        ("exp", json!(1e300)),
        ("exp", json!(-0.5)),
        ("nbf", json!(-0.5)),
        ("exp", json!("1.5")),
        ("jti", json!(1)),
        ("azp", json!(["spa"])),
    ]
}

/// The claims of other issuers' access tokens, as they document them.
#[test]
fn the_legacy_profile_reads_the_names_of_other_issuers() {
    let issuer = Issuer::new();
    for client in ["azp", "cid", "appid"] {
        let sent = of_another_issuer(&issuer, &|claims| {
            claims[client] = "spa".into();
            claims["scp"] = json!(["a:read", "a:write"]);
            claims["exp"] = json!(NOW as f64 + 5.5);
            claims["iat"] = json!(NOW as f64 - 5.5);
            claims["nbf"] = json!(NOW as f64 + 0.5);
        });
        let verified = legacy(&issuer, &sent).unwrap();
        assert_eq!(verified.client_id(), "spa", "{client}");
        assert!(verified.has_scope("a:write") && !verified.has_scope("a:read a:write"));
        assert_eq!(
            (verified.expires_at(), verified.issued_at()),
            (CLOCK.saturating_add(5), CLOCK.saturating_sub(6))
        );
        assert_eq!(verified.jti().len(), 43, "the digest of the token names it");
        // RFC 9068 knows none of it
        assert!(issuer.verify(&sent).is_err());
    }
    let text = of_another_issuer(&issuer, &|claims| {
        claims["azp"] = "spa".into();
        claims["scp"] = "a:read a:write".into();
    });
    assert!(legacy(&issuer, &text).unwrap().has_scope("a:write"));
}

/// Nothing that is there is replaced, and nothing passes for what it is not.
#[test]
fn the_legacy_profile_replaces_no_claim_and_takes_no_other_form() {
    let issuer = Issuer::new();
    let both = of_another_issuer(&issuer, &|claims| {
        claims["azp"] = "other".into();
        claims["client_id"] = "spa".into();
        claims["scope"] = "a:read".into();
        claims["scp"] = "admin".into();
    });
    let verified = legacy(&issuer, &both).unwrap();
    assert_eq!(verified.client_id(), "spa");
    assert!(!verified.has_scope("admin"));
    for (name, value) in wrong_forms() {
        let sent = of_another_issuer(&issuer, &|claims| {
            claims["azp"] = "spa".into();
            claims[name] = value.clone();
        });
        assert!(legacy(&issuer, &sent).is_err(), "{name} {value}");
    }
}

/// A token without the claims that only RFC 9068 has, changed.
fn of_another_issuer(issuer: &Issuer, change: &dyn Fn(&mut Value)) -> String {
    let mut claims = claims();
    for name in ["client_id", "jti", "scope", "grant_id", "roles"] {
        members(&mut claims).remove(name);
    }
    change(&mut claims);
    issuer.sign(&header_with("typ", "JWT".into()), &claims.to_string())
}

#[test]
fn any_audience_is_accepted_only_when_asked_for() {
    let issuer = Issuer::new();
    let token = issuer.with_claim("aud", "https://other.example".into());
    let any = Verifier::dangerous_for_any_audience(ISSUER);
    assert!(any.verify(&token, &issuer.keys, CLOCK).is_ok());
    let without = issuer.without_claim("aud");
    assert_eq!(
        any.verify(&without, &issuer.keys, CLOCK),
        Err(VerifyError::MissingClaim("aud"))
    );
    assert_eq!(issuer.refusal(&token), VerifyError::WrongAudience);
}

#[test]
fn a_verified_token_tells_its_claims() {
    let issuer = Issuer::new();
    let token = issuer.verify(&issuer.good_token()).unwrap();
    assert_eq!(token.issuer(), ISSUER);
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.audience(), [AUDIENCE]);
    assert_eq!((token.client_id(), token.jti()), ("spa", "token-1"));
    assert_eq!(token.issued_at(), CLOCK.saturating_sub(10));
    assert_eq!(token.expires_at(), CLOCK.saturating_add(890));
    assert!(token.scope().eq(["openid", "accounts:read"]));
    assert!(token.has_scope("openid") && !token.has_scope("open") && !token.has_scope(""));
    assert_eq!(token.roles(), ["customer"]);
    assert_eq!(token.grant_id(), Some("grant-1"));
    assert_eq!(
        (token.kid(), token.algorithm()),
        (Some("key-1"), Algorithm::ES256)
    );
    assert_eq!(token.claim("sub"), Some(&json!("alice")));
    assert_eq!(token.claims().len(), 10);
}

#[test]
fn every_default_algorithm_is_accepted() {
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let issuer = Issuer::with(algorithm);
        let token = issuer.with_header(&header_with("alg", algorithm.as_str().into()));
        assert_eq!(issuer.verify(&token).unwrap().algorithm(), algorithm);
    }
}

fn legacy(issuer: &Issuer, token: &str) -> Result<VerifiedToken, VerifyError> {
    verifier()
        .profile(TokenProfile::Legacy)
        .verify(token, &issuer.keys, CLOCK)
}
