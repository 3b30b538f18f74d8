//! Signatures that prove nothing.

use crate::{
    Algorithm, SigningKey, SymmetricKey, base64url,
    jwt::{
        VerifyError,
        fixture::{CLOCK, Issuer, claims, header_with, verifier},
    },
};

/// J01
#[test]
fn a_token_without_signature_is_refused() {
    let issuer = Issuer::new();
    let token = issuer.with_header(&header_with("alg", "none".into()));
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    assert_eq!(
        issuer.refusal(&format!("{unsigned}.")),
        VerifyError::Malformed
    );
    assert_eq!(issuer.refusal(unsigned), VerifyError::Malformed);
    let good = issuer.good_token();
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    assert_eq!(
        issuer.refusal(&format!("{unsigned}.")),
        VerifyError::Malformed
    );
    assert_eq!(
        issuer.refusal(&format!("{unsigned}.AA")),
        VerifyError::BadSignature
    );
}

/// J02
#[test]
fn a_public_key_is_never_the_secret_of_an_hmac() {
    let issuer = Issuer::with(Algorithm::RS256);
    let jwk = issuer.key.public_jwk("key-1");
    let json = String::from_utf8(jwk.to_json()).unwrap();
    let modulus = base64url::decode(serde_json::to_value(&jwk).unwrap()["n"].as_str().unwrap());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{json}\n-----END PUBLIC KEY-----\n");
    let secrets = [
        json.clone().into_bytes(),
        modulus.unwrap(),
        pem.clone().into_bytes(),
        format!("\n{pem}").into_bytes(),
        format!(" {json}\n").into_bytes(),
    ];
    let input = [header_with("alg", "HS256".into()), claims().to_string()]
        .map(base64url::encode)
        .join(".");
    for secret in secrets {
        let mac = SigningKey::from_secret(&secret)
            .unwrap()
            .sign(input.as_bytes());
        let token = format!("{input}.{}", base64url::encode(mac));
        assert_eq!(
            issuer.verify(&token),
            Err(VerifyError::AlgorithmNotAccepted)
        );
        // Even a verifier that asks for it gets no key: a JWK never becomes a secret.
        let careless = verifier().algorithms(&[Algorithm::HS256, Algorithm::RS256]);
        assert_eq!(
            careless.verify(&token, &issuer.keys, CLOCK),
            Err(VerifyError::UnknownKey)
        );
    }
    let good = issuer.with_header(&header_with("alg", "RS256".into()));
    assert!(issuer.verify(&good).is_ok());
}

/// J02
#[test]
fn an_hmac_is_accepted_only_by_who_asks_for_it_with_the_secret() {
    let secret = SymmetricKey::from_secret(&[7; 32]).unwrap();
    let input = [header_with("alg", "HS256".into()), claims().to_string()]
        .map(base64url::encode)
        .join(".");
    let token = format!(
        "{input}.{}",
        base64url::encode(secret.sign(input.as_bytes()))
    );
    let symmetric = verifier().algorithms(&[Algorithm::HS256]);
    assert!(symmetric.verify(&token, &secret, CLOCK).is_ok());
    assert_eq!(
        verifier().verify(&token, &secret, CLOCK),
        Err(VerifyError::AlgorithmNotAccepted)
    );
    let other = SymmetricKey::from_secret(&[8; 32]).unwrap();
    assert_eq!(
        symmetric.verify(&token, &other, CLOCK),
        Err(VerifyError::BadSignature)
    );
}

/// J12
#[test]
fn an_ecdsa_signature_of_zeros_or_of_the_order_is_refused() {
    let issuer = Issuer::new();
    let good = issuer.good_token();
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (r, s) = {
        let bytes = base64url::decode(signature).unwrap();
        (bytes[..32].to_vec(), bytes[32..].to_vec())
    };
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let zero = vec![0; 32];
    let der = [&[0x30, 0x44, 2, 0x20][..], &r, &[2, 0x20], &s].concat();
    let forged = [
        [zero.clone(), zero.clone()].concat(),
        [zero.clone(), s.clone()].concat(),
        [r.clone(), zero].concat(),
        [order.clone(), s.clone()].concat(),
        [r.clone(), order].concat(),
        der,
        r.clone(),
        [&r[..], &s, &[0]].concat(),
        [&[0][..], &r, &s].concat(),
    ];
    for signature in forged {
        let token = format!("{input}.{}", base64url::encode(signature));
        assert_eq!(issuer.refusal(&token), VerifyError::BadSignature);
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}
