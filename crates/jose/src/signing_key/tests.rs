use super::*;
use crate::{Compact, Signer, SymmetricKey, Typ, VerifyingKey};

const ASYMMETRIC: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[test]
fn every_algorithm_signs_what_it_verifies() {
    for algorithm in ASYMMETRIC {
        let key = SigningKey::generate(algorithm).unwrap();
        let verifying = VerifyingKey::from_jwk(&key.public_jwk("1"), Some(algorithm)).unwrap();
        let signature = key.sign(b"message").unwrap();
        assert_eq!(signature.len(), key.signature_len());
        assert_eq!(
            verifying.verify(b"message", &signature),
            Ok(()),
            "{algorithm}"
        );
        assert!(
            verifying.verify(b"messagf", &signature).is_err(),
            "{algorithm}"
        );
        assert!(
            verifying.verify(b"message", &signature[1..]).is_err(),
            "{algorithm}"
        );
        assert!(verifying.verify(b"message", &[]).is_err(), "{algorithm}");
    }
}

#[test]
fn a_key_survives_its_pkcs8() {
    for algorithm in ASYMMETRIC {
        let key = SigningKey::generate(algorithm).unwrap();
        let again = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8()).unwrap();
        assert_eq!(again.public_jwk("1"), key.public_jwk("1"));
        assert_eq!(
            (again.algorithm(), again.to_pkcs8()),
            (algorithm, key.to_pkcs8())
        );
        let verifying = VerifyingKey::from_jwk(&key.public_jwk("1"), None).unwrap();
        assert!(verifying.verify(b"x", &again.sign(b"x").unwrap()).is_ok());
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    for (own, other) in [
        (Algorithm::ES256, Algorithm::ES384),
        (Algorithm::ES384, Algorithm::ES256),
        (Algorithm::ES256, Algorithm::EdDSA),
        (Algorithm::EdDSA, Algorithm::RS256),
    ] {
        let pkcs8 = SigningKey::generate(own).unwrap().to_pkcs8();
        let refused = SigningKey::from_pkcs8(other, &pkcs8).err();
        assert_eq!(refused, Some(KeyError::Rejected), "{own} as {other}");
    }
    for bytes in [&b""[..], b"x", &[0x30, 0x82]] {
        let refused = SigningKey::from_pkcs8(Algorithm::ES256, bytes).err();
        assert_eq!(refused, Some(KeyError::Rejected));
    }
}

#[test]
fn a_shared_secret_has_32_bytes_and_no_public_half() {
    assert_eq!(
        SigningKey::generate(Algorithm::HS256).err(),
        Some(KeyError::NotAsymmetric)
    );
    let refused = SigningKey::from_pkcs8(Algorithm::HS256, b"x").err();
    assert_eq!(refused, Some(KeyError::NotAsymmetric));
    assert_eq!(
        SigningKey::from_secret(&[1; 31]).err(),
        Some(KeyError::SecretTooShort)
    );
    assert_eq!(
        VerifyingKey::from_secret(&[1; 31]).err(),
        Some(KeyError::SecretTooShort)
    );
    assert!(SigningKey::from_secret(&[1; 32]).is_ok());
}

#[test]
fn a_signer_writes_its_algorithm_kid_and_typ() {
    let signer = Signer::new(SymmetricKey::from_secret(&[1; 32]).unwrap(), "a\"b");
    for typ in [
        Typ::AccessToken,
        Typ::Jwt,
        Typ::ClientAuthentication,
        Typ::Other("x+jwt"),
    ] {
        let token = signer.sign_compact(typ, b"payload").unwrap();
        assert_eq!(token.capacity(), token.len());
        let compact = Compact::parse(&token).unwrap();
        assert_eq!(compact.header().kid.as_deref(), Some("a\"b"));
        assert_eq!(compact.header().typ.as_deref(), Some(typ.as_str()));
        let key = VerifyingKey::from_secret(&[1; 32]).unwrap();
        assert_eq!(compact.verify(&key), Ok(&b"payload"[..]));
    }
    assert_eq!(
        (signer.kid(), signer.algorithm()),
        ("a\"b", Algorithm::HS256)
    );
}

#[test]
fn no_key_is_ever_printed() {
    let secret = SymmetricKey::from_secret(&[7; 32]).unwrap();
    assert_eq!(format!("{secret:?}"), "SymmetricKey");
    let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey { algorithm: EdDSA, .. }");
    let signer = format!("{:?}", Signer::new(key, "1"));
    assert_eq!(signer, r#"Signer { algorithm: EdDSA, kid: "1", .. }"#);
}
