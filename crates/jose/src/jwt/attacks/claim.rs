//! Claims that are refused.

use serde_json::{Value, json};

use crate::{
    json::JsonError,
    jws::HeaderError,
    jwt::{
        VerifyError,
        fixture::{AUDIENCE, ISSUER, Issuer, NOW, claims, header_with},
    },
};

const HEADERS_WITH_A_MEMBER_TWICE: [&str; 4] = [
    r#"{"alg":"none","alg":"ES256","kid":"key-1","typ":"at+jwt"}"#,
    r#"{"alg":"ES256","kid":"key-2","kid":"key-1","typ":"at+jwt"}"#,
    r#"{"alg":"ES256","kid":"key-1","typ":"at+jwt","x":{"a":1,"a":1}}"#,
    r#"{"alg":"ES256","kid":"key-1","typ":"at+jwt","\u0061lg":"ES256"}"#,
];

/// J08
#[test]
fn a_member_that_occurs_twice_is_refused_at_any_depth() {
    let issuer = Issuer::new();
    for header in HEADERS_WITH_A_MEMBER_TWICE {
        let refused = issuer.refusal(&issuer.with_header(header));
        assert_eq!(
            refused,
            VerifyError::Header(HeaderError::NotAnObject),
            "{header}"
        );
    }
    let good = claims().to_string();
    let open = good.strip_suffix('}').unwrap();
    let exp = format!(r#""exp":{}"#, NOW + 1);
    let more = [
        exp.as_str(),
        r#""sub":"bob""#,
        r#""aud":"x""#,
        r#""a":{"b":[{"c":1,"c":2}]}"#,
    ];
    for member in more {
        let refused = issuer.refusal(&issuer.with_payload(&format!("{open},{member}}}")));
        assert_eq!(refused, VerifyError::Claims(JsonError::Invalid), "{member}");
    }
    let control = format!(r#"{open},"a":{{"b":[{{"c":1}},{{"c":1}}]}}}}"#);
    assert!(issuer.verify(&issuer.with_payload(&control)).is_ok());
}

fn not_times() -> [Value; 11] {
    [
        json!("1800000890"),
        json!(true),
        json!([NOW]),
        json!({}),
        Value::Null,
        json!(-1),
        json!(1e300),
        json!(1_800_000_100.5),
        json!(1_800_000_100.0),
        json!(1_u64 << 63),
        json!(u64::MAX),
    ]
}

/// J09, RFC7519-2
#[test]
fn a_time_is_a_whole_number_of_seconds_since_1970() {
    let issuer = Issuer::new();
    let values = not_times();
    for name in ["exp", "iat", "nbf"] {
        for value in &values {
            let refused = issuer.refusal(&issuer.with_claim(name, value.clone()));
            assert_eq!(refused, VerifyError::WrongClaimType(name), "{name} {value}");
        }
    }
    for not_json in ["NaN", "1e400", "0x10", "01", "Infinity", "1.", "-"] {
        let payload = claims()
            .to_string()
            .replace(&(NOW + 890).to_string(), not_json);
        let refused = issuer.refusal(&issuer.with_payload(&payload));
        assert_eq!(
            refused,
            VerifyError::Claims(JsonError::Invalid),
            "{not_json}"
        );
    }
}

fn of_wrong_types() -> [(&'static str, Value); 17] {
    [
        ("aud", json!(1)),
        ("aud", json!([])),
        ("aud", json!([AUDIENCE, 1])),
        ("aud", json!([[AUDIENCE]])),
        ("aud", json!({ AUDIENCE: true })),
        ("iss", json!([ISSUER])),
        ("scope", json!(["accounts:read"])),
        ("scope", json!(1)),
        ("scope", Value::Null),
        ("grant_id", json!(1)),
        ("sub", json!("")),
        ("sub", json!("s".repeat(256))),
        ("sub", json!(1)),
        ("sub", Value::Null),
        ("client_id", json!(["spa"])),
        ("jti", json!("")),
        ("jti", json!(7)),
    ]
}

/// J09
#[test]
fn a_claim_has_its_one_type() {
    let issuer = Issuer::new();
    for (name, value) in of_wrong_types() {
        let refused = issuer.refusal(&issuer.with_claim(name, value.clone()));
        assert_eq!(refused, VerifyError::WrongClaimType(name), "{name} {value}");
    }
    assert!(
        issuer
            .verify(&issuer.with_claim("sub", "s".repeat(255).into()))
            .is_ok()
    );
    assert!(
        issuer
            .verify(&issuer.with_claim("scope", "".into()))
            .is_ok()
    );
}

/// J10
#[test]
fn no_required_claim_may_be_missing() {
    let issuer = Issuer::new();
    for name in ["iss", "aud", "exp", "iat", "sub", "client_id", "jti"] {
        let refused = issuer.refusal(&issuer.without_claim(name));
        assert_eq!(refused, VerifyError::MissingClaim(name));
    }
    for name in ["scope", "roles", "grant_id"] {
        assert!(issuer.verify(&issuer.without_claim(name)).is_ok(), "{name}");
    }
}

fn other_audiences() -> [Value; 4] {
    [
        json!("https://api.example.com/"),
        json!("https://api.example.com https://x"),
        json!(["https://other.example"]),
        json!(""),
    ]
}

/// J10
#[test]
fn issuer_and_audience_are_compared_byte_for_byte() {
    let issuer = Issuer::new();
    for iss in [
        "https://id.example.com/",
        "https://ID.example.com",
        "https://evil.example",
        "",
    ] {
        let refused = issuer.refusal(&issuer.with_claim("iss", iss.into()));
        assert_eq!(refused, VerifyError::WrongIssuer, "{iss}");
    }
    for aud in other_audiences() {
        let refused = issuer.refusal(&issuer.with_claim("aud", aud.clone()));
        assert_eq!(refused, VerifyError::WrongAudience, "{aud}");
    }
    let shared = json!(["https://other.example", AUDIENCE]);
    assert!(issuer.verify(&issuer.with_claim("aud", shared)).is_ok());
}

fn nested(depth: usize) -> String {
    let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    claims()
        .to_string()
        .replace(r#"["customer"]"#, r#"["customer"],"x":"#)
        .replace(r#""x":"#, &format!(r#""x":{value}"#))
}

fn broken(good: &str) -> [String; 7] {
    [
        good.replace("alice", r"\ud800"),
        good.replace("alice", r"\udc00\ud800"),
        format!("{good}{{}}"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        good.replace('{', ""),
        String::new(),
    ]
}

/// J19
#[test]
fn deep_or_broken_json_is_refused() {
    let issuer = Issuer::new();
    for depth in [32, 200, 1000, 2000] {
        let refused = issuer.refusal(&issuer.with_payload(&nested(depth)));
        assert_eq!(refused, VerifyError::Claims(JsonError::Invalid), "{depth}");
    }
    assert!(issuer.verify(&issuer.with_payload(&nested(31))).is_ok());
    let good = claims().to_string();
    for payload in broken(&good) {
        let refused = issuer.refusal(&issuer.with_payload(&payload));
        assert_eq!(
            refused,
            VerifyError::Claims(JsonError::Invalid),
            "{payload}"
        );
    }
    for other in ["[]", "null", "\"x\"", "1"] {
        let refused = issuer.refusal(&issuer.with_payload(other));
        assert_eq!(refused, VerifyError::Claims(JsonError::Shape), "{other}");
    }
    let escaped = issuer.with_payload(&good.replace("alice", r"\ud83d\ude00"));
    assert!(issuer.verify(&escaped).is_ok());
}

/// J19
#[test]
fn a_number_of_many_digits_is_refused() {
    let issuer = Issuer::new();
    let digits = "9".repeat(4000);
    let payload = claims()
        .to_string()
        .replace(&(NOW + 890).to_string(), &digits);
    let refused = issuer.refusal(&issuer.with_payload(&payload));
    assert_eq!(refused, VerifyError::Claims(JsonError::Invalid));
}

/// J19
#[test]
fn bytes_that_are_no_utf8_are_refused() {
    let issuer = Issuer::new();
    let mut payload = claims().to_string().into_bytes();
    let at = payload
        .windows(5)
        .position(|window| window == b"alice")
        .unwrap();
    payload[at] = 0xff;
    let input = [header_with("typ", "at+jwt".into()).as_bytes(), &payload]
        .map(crate::base64url::encode)
        .join(".");
    let signature = issuer.key.sign(input.as_bytes()).unwrap();
    let token = format!("{input}.{}", crate::base64url::encode(signature));
    assert_eq!(
        issuer.refusal(&token),
        VerifyError::Claims(JsonError::Invalid)
    );
}

/// J19
#[test]
fn an_identifier_has_no_control_characters() {
    let issuer = Issuer::new();
    for name in ["sub", "client_id", "jti"] {
        for value in ["al\0ice", "alice\n", "\u{7f}", "a\u{85}b", "\u{1b}[31m"] {
            let refused = issuer.refusal(&issuer.with_claim(name, value.into()));
            assert_eq!(refused, VerifyError::WrongClaimType(name), "{name}");
        }
        assert!(
            issuer
                .verify(&issuer.with_claim(name, "Zoë 日本".into()))
                .is_ok(),
            "{name}"
        );
    }
}
