//! One token has one spelling.

use crate::{
    base64url,
    jwt::{
        VerifyError,
        fixture::{Issuer, claims, header_with},
    },
};

/// J11, RFC7515-7.1
#[test]
fn a_token_has_exactly_three_parts() {
    let issuer = Issuer::new();
    let good = issuer.good_token();
    let (two, _) = good.rsplit_once('.').unwrap();
    let others = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        two.to_owned(),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.AA"),
        format!("{good}.AA.AA"),
        good.replace('.', ""),
        good.replace('.', ".."),
    ];
    for token in others {
        assert_eq!(issuer.refusal(&token), VerifyError::Malformed, "{token}");
    }
}

/// J11
#[test]
fn a_token_has_one_spelling() {
    let issuer = Issuer::new();
    let good = issuer.good_token();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        panic!("three parts")
    };
    let others = [
        format!("{good}="),
        format!("{good}=="),
        format!("{good}\n"),
        format!("{good} "),
        format!(" {good}"),
        format!("\u{feff}{good}"),
        format!("Bearer {good}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}\n.{signature}"),
        format!("{header}.{payload}.+{}", &signature[1..]),
        format!("{header}.{payload}.{}/", &signature[..signature.len() - 1]),
        format!("{header}.{payload}.%41{}", &signature[1..]),
    ];
    for token in others {
        assert_eq!(issuer.refusal(&token), VerifyError::Malformed, "{token}");
    }
}

/// J11
#[test]
fn bits_behind_the_last_byte_are_zero() {
    let issuer = Issuer::new();
    let good = issuer.good_token();
    // 64 bytes take 86 characters: the last one carries four bits of nothing
    let last = good.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let others = alphabet.chars().filter(|other| *other != last);
    let twins = others.map(|other| format!("{}{other}", &good[..good.len() - 1]));
    let refusals: Vec<VerifyError> = twins
        .map(|twin| issuer.verify(&twin).unwrap_err())
        .collect();
    let count = |kind| refusals.iter().filter(|refused| **refused == kind).count();
    assert_eq!(
        (
            count(VerifyError::Malformed),
            count(VerifyError::BadSignature)
        ),
        (60, 3)
    );
    assert!(issuer.verify(&good).is_ok());
}

/// J11
#[test]
fn the_json_serialization_is_refused() {
    let issuer = Issuer::new();
    let good = issuer.good_token();
    let parts: Vec<&str> = good.split('.').collect();
    let json = serde_json::json!({
        "protected": parts[0], "payload": parts[1], "signature": parts[2],
    });
    assert_eq!(issuer.refusal(&json.to_string()), VerifyError::Malformed);
}

/// J18
#[test]
fn an_oversized_token_is_refused_before_it_is_decoded() {
    let issuer = Issuer::new();
    let padded = |bytes: usize| {
        let mut claims = claims();
        claims["x"] = "x".repeat(bytes).into();
        issuer.with_payload(&claims.to_string())
    };
    let spare = 8192 - padded(0).len();
    let fits = |bytes: &usize| base64url::encode(vec![0; *bytes]).len() <= spare;
    let bytes = (0..8192).rev().find(fits).unwrap();
    let largest = padded(bytes);
    assert!((8189..=8192).contains(&largest.len()));
    assert!(issuer.verify(&largest).is_ok());
    assert_eq!(issuer.refusal(&padded(bytes + 4)), VerifyError::TooLarge);
    // Nothing of it is base64url, and still its size is what is said: nothing was decoded.
    assert_eq!(issuer.refusal(&"!".repeat(8193)), VerifyError::TooLarge);
    let huge = issuer.refusal(&".".repeat(1_000_000));
    assert_eq!(huge, VerifyError::TooLarge);
    assert_eq!(issuer.refusal(&".".repeat(8192)), VerifyError::Malformed);
}

#[test]
fn a_refusal_never_repeats_the_token() {
    let issuer = Issuer::new();
    let tokens = [
        issuer.with_header(&header_with("kid", "hush-hush".into())),
        issuer.with_header(&header_with("alg", "hush-hush".into())),
        issuer.with_header(&header_with("typ", "hush-hush".into())),
        issuer.with_claim("iss", "hush-hush".into()),
        issuer.with_payload("hush-hush"),
        "hush-hush".to_owned(),
    ];
    for token in tokens {
        let refused = issuer.refusal(&token);
        assert!(
            !format!("{refused} {refused:?}").contains("hush"),
            "{refused:?}"
        );
    }
}
