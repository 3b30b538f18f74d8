//! The legacy profile, and what a verified token tells.

use serde_json::{Value, json};

use crate::{
    Algorithm, SigningKey, base64url,
    jwt::{
        DpopProof, DpopRequest, SenderProof, TokenProfile, VerifiedToken, Verifier, VerifyError,
        certificate_thumbprint,
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

#[test]
fn a_token_bound_to_a_key_is_refused_without_proof() {
    let issuer = Issuer::new();
    for cnf in [json!({ "jkt": "x" }), json!(null)] {
        let refused = issuer.refusal(&issuer.with_claim("cnf", cnf));
        assert_eq!(refused, VerifyError::SenderConstrained);
    }
}

/// A token without `jti` is named by what is signed, whoever signs it how often.
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

/// The claims of other issuers' access tokens, as they document them.
#[test]
fn the_legacy_profile_reads_the_names_of_other_issuers() {
    let issuer = Issuer::new();
    let token = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims();
        for name in ["client_id", "jti", "scope", "grant_id", "roles"] {
            members(&mut claims).remove(name);
        }
        change(&mut claims);
        issuer.sign(&header_with("typ", "JWT".into()), &claims.to_string())
    };
    for client in ["azp", "cid", "appid"] {
        let sent = token(&|claims| {
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
    let text = token(&|claims| {
        claims["azp"] = "spa".into();
        claims["scp"] = "a:read a:write".into();
    });
    assert!(legacy(&issuer, &text).unwrap().has_scope("a:write"));
    // nothing that is there is replaced, and nothing passes for what it is not
    let both = token(&|claims| {
        claims["azp"] = "other".into();
        claims["client_id"] = "spa".into();
        claims["scope"] = "a:read".into();
        claims["scp"] = "admin".into();
    });
    let verified = legacy(&issuer, &both).unwrap();
    assert_eq!(verified.client_id(), "spa");
    assert!(!verified.has_scope("admin"));
    for (name, value) in [
        ("scp", json!(["a b"])),
        ("scp", json!([1])),
        ("scp", json!({})),
        ("exp", json!(1e300)),
        ("exp", json!(-0.5)),
        ("nbf", json!(-0.5)),
        ("exp", json!("1.5")),
        ("jti", json!(1)),
        ("azp", json!(["spa"])),
    ] {
        let sent = token(&|claims| {
            claims["azp"] = "spa".into();
            claims[name] = value.clone();
        });
        assert!(legacy(&issuer, &sent).is_err(), "{name} {value}");
    }
}

/// RFC9449-7.1, RFC8705-3: what a token is bound to must be proved, at every use.
#[test]
fn a_bound_token_is_accepted_with_the_proof_of_its_own_binding_only() {
    let issuer = Issuer::new();
    let verify = |token: &str, presented: SenderProof<'_>| {
        verifier().verify_with_proof(token, presented, &issuer.keys, CLOCK)
    };
    let (proof, jkt) = proof("1");
    let (other, _) = self::proof("1");
    let to_key = issuer.with_claim("cnf", json!({ "jkt": jkt }));
    let certificate = b"a certificate in DER".as_slice();
    let thumbprint = certificate_thumbprint(certificate);
    let to_certificate = issuer.with_claim("cnf", json!({ "x5t#S256": thumbprint }));
    let free = issuer.good_token();
    for (token, presented, accepted) in [
        (&to_key, SenderProof::Dpop(&proof), true),
        (&to_key, SenderProof::Dpop(&other), false),
        (&to_key, SenderProof::Certificate(certificate), false),
        (&to_key, SenderProof::Nothing, false),
        (&to_certificate, SenderProof::Certificate(certificate), true),
        (&to_certificate, SenderProof::Certificate(b"another"), false),
        (&to_certificate, SenderProof::Dpop(&proof), false),
        (&to_certificate, SenderProof::Nothing, false),
        (&free, SenderProof::Nothing, true),
        (&free, SenderProof::Certificate(certificate), true),
        (&free, SenderProof::Dpop(&proof), false),
    ] {
        let judged = verify(token, presented);
        assert_eq!(judged.is_ok(), accepted, "{presented:?}");
        if !accepted {
            assert_eq!(judged.unwrap_err(), VerifyError::SenderConstrained);
        }
    }
    // kept by a cache, it is judged again
    let kept = verify(&to_key, SenderProof::Dpop(&proof)).unwrap();
    assert!(kept.require(SenderProof::Dpop(&proof)).is_ok());
    assert!(kept.require(SenderProof::Dpop(&other)).is_err());
    assert!(kept.require(SenderProof::Nothing).is_err());
    // two bindings, an unknown one, a thumbprint that is none
    for cnf in [
        json!({ "jkt": jkt, "x5t#S256": thumbprint }),
        json!({ "jwk": {} }),
        json!({ "jkt": "short" }),
        json!({}),
        json!([]),
    ] {
        let token = issuer.with_claim("cnf", cnf.clone());
        assert!(verify(&token, SenderProof::Dpop(&proof)).is_err(), "{cnf}");
    }
}

/// A proof by a new key, and the key's thumbprint.
fn proof(jti: &str) -> (DpopProof, String) {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwk = key.public_jwk("x");
    let members: Value = serde_json::from_slice(&jwk.to_json()).unwrap();
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": members });
    let claims = json!({ "jti": jti, "htm": "GET", "htu": AUDIENCE, "iat": NOW });
    let input = [header, claims]
        .map(|part| base64url::encode(part.to_string()))
        .join(".");
    let signature = base64url::encode(key.sign(input.as_bytes()).unwrap());
    let url = AUDIENCE.parse().unwrap();
    let request = DpopRequest {
        method: "GET",
        url: &url,
        access_token: None,
        nonces: &[],
        now: CLOCK,
    };
    let proof = DpopProof::verify(&format!("{input}.{signature}"), &request);
    (proof.unwrap(), jwk.thumbprint())
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
    assert_eq!(
        (token.issued_at(), token.expires_at()),
        (CLOCK.saturating_sub(10), CLOCK.saturating_add(890))
    );
    assert!(token.scope().eq(["openid", "accounts:read"]));
    assert!(token.has_scope("openid") && !token.has_scope("open") && !token.has_scope(""));
    assert_eq!(
        (token.roles(), token.grant_id()),
        (&["customer".to_owned()][..], Some("grant-1"))
    );
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
