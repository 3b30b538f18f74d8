//! Tokens that are bound to a key or a certificate.

use serde_json::{Value, json};

use crate::{
    Algorithm, SigningKey, base64url,
    jwt::{
        DpopProof, DpopRequest, SenderProof, VerifyError, certificate_thumbprint,
        fixture::{AUDIENCE, CLOCK, Issuer, NOW, verifier},
    },
};

#[test]
fn a_token_bound_to_a_key_is_refused_without_proof() {
    let issuer = Issuer::new();
    for cnf in [json!({ "jkt": "x" }), json!(null)] {
        let refused = issuer.refusal(&issuer.with_claim("cnf", cnf));
        assert_eq!(refused, VerifyError::SenderConstrained);
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
    let certificate = CERTIFICATE;
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
}

/// RFC9449-7.1, RFC8705-3: two bindings, an unknown one, a thumbprint that is none.
#[test]
fn a_token_whose_binding_is_not_understood_is_refused() {
    let issuer = Issuer::new();
    let (proof, jkt) = proof("1");
    let thumbprint = certificate_thumbprint(CERTIFICATE);
    let verify = |cnf: Value| {
        let token = issuer.with_claim("cnf", cnf);
        let proof = SenderProof::Dpop(&proof);
        verifier().verify_with_proof(&token, proof, &issuer.keys, CLOCK)
    };
    assert!(verify(json!({ "jkt": jkt })).is_ok(), "the control");
    for cnf in [
        json!({ "jkt": jkt, "x5t#S256": thumbprint }),
        json!({ "jwk": {} }),
        json!({ "jkt": "short" }),
        json!({}),
        json!([]),
    ] {
        assert!(verify(cnf.clone()).is_err(), "{cnf}");
    }
}

const CERTIFICATE: &[u8] = b"a certificate in DER";

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
