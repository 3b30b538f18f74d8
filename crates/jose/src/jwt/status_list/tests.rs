use serde_json::json;

use super::*;
use crate::jwt::fixture::{CLOCK, ISSUER, Issuer, NOW};

const HEADER: &str = r#"{"alg":"ES256","kid":"key-1","typ":"statuslist+jwt"}"#;
const URI: &str = "https://id.example.com/status/1";
const NAME: StatusListName<'static> = StatusListName {
    issuer: ISSUER,
    uri: URI,
};

fn claims(list: &StatusList) -> Value {
    json!({
        "iss": ISSUER, "sub": URI, "iat": NOW, "exp": NOW + 900, "ttl": 60,
        "status_list": list.members(),
    })
}

fn verify(issuer: &Issuer, claims: &Value) -> Result<StatusListToken, VerifyError> {
    let token = issuer.sign(HEADER, &claims.to_string());
    verify_status_list(&token, &issuer.keys, NAME, CLOCK)
}

fn read(bits: u8, lst: &str) -> Result<StatusList, VerifyError> {
    let members = json!({ "bits": bits, "lst": lst });
    StatusList::read(members.as_object().unwrap())
}

/// The examples of section 4.2 and the first of appendix C.
#[test]
fn the_vectors_of_the_draft_are_read_bit_by_bit() {
    // draft-ietf-oauth-status-list-21-4.1, draft-ietf-oauth-status-list-21-4.2
    let one = read(1, "eNrbuRgAAhcBXQ").unwrap();
    let statuses: Vec<_> = (0..16).map(|idx| one.status(idx).unwrap()).collect();
    assert_eq!(statuses, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    assert_eq!(one.status(16), None);
    assert_eq!(one.status(u64::MAX), None);
    let two = read(2, "eNo76fITAAPfAgc").unwrap();
    let statuses: Vec<_> = (0..12).map(|idx| two.status(idx).unwrap()).collect();
    assert_eq!(statuses, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
    let long = concat!(
        "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAA",
        "AAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb",
    );
    let long = read(1, long).unwrap();
    let set: Vec<_> = (0..1 << 20)
        .filter(|idx| long.status(*idx) == Some(1))
        .collect();
    let expected = SET_BITS;
    assert_eq!(set, expected);
}

#[test]
fn what_is_made_is_read_again_whatever_it_holds() {
    proptest::proptest!(|(invalid in proptest::collection::hash_set(0_usize..4096, 0..300))| {
        let list = StatusList::with_invalid(4096, invalid.iter().copied());
        let again = StatusList::read(&list.members()).unwrap();
        proptest::prop_assert_eq!(&again, &list);
        for idx in 0..4096_usize {
            let status = again.status(idx as u64);
            proptest::prop_assert_eq!(status, Some(u8::from(invalid.contains(&idx))));
        }
    });
}

#[test]
fn an_index_beyond_the_list_makes_no_bit() {
    let list = StatusList::with_invalid(12, [3, 16, usize::MAX]);
    assert_eq!(
        (list.status(3), list.status(15), list.status(16)),
        (Some(1), Some(0), None)
    );
}

#[test]
fn a_status_list_says_when_it_ends_and_when_there_may_be_another() {
    let issuer = Issuer::new();
    let list = StatusList::with_invalid(1 << 17, [7]);
    let verified = verify(&issuer, &claims(&list)).unwrap();
    assert_eq!(verified.list, list);
    assert_eq!(
        (
            verified.issued_at,
            verified.expires_at,
            verified.ttl_seconds
        ),
        (CLOCK, Some(CLOCK.saturating_add(900)), Some(60))
    );
    let mut least = claims(&list);
    for optional in ["iss", "exp", "ttl"] {
        least.as_object_mut().unwrap().remove(optional);
    }
    let verified = verify(&issuer, &least).unwrap();
    assert_eq!((verified.expires_at, verified.ttl_seconds), (None, None));
}

fn wrong_claims() -> [(&'static str, Value, VerifyError); 12] {
    [
        (
            "iss",
            json!("https://evil.example"),
            VerifyError::WrongIssuer,
        ),
        (
            "sub",
            json!("https://id.example.com/status/2"),
            VerifyError::OtherStatusList,
        ),
        ("iat", json!(NOW + 31), VerifyError::IssuedInFuture),
        ("iat", json!("now"), VerifyError::WrongClaimType("iat")),
        ("exp", json!(NOW - 30), VerifyError::Expired),
        ("ttl", json!(0), VerifyError::WrongClaimType("ttl")),
        ("ttl", json!(-1), VerifyError::WrongClaimType("ttl")),
        (
            "status_list",
            json!([]),
            VerifyError::WrongClaimType("status_list"),
        ),
        (
            "status_list",
            json!({ "bits": 3, "lst": "eNrbuRgAAhcBXQ" }),
            VerifyError::WrongClaimType("status_list"),
        ),
        (
            "status_list",
            json!({ "bits": 1 }),
            VerifyError::WrongClaimType("status_list"),
        ),
        (
            "status_list",
            json!({ "bits": 1, "lst": "eNrbuRgAAhcBX" }),
            VerifyError::WrongClaimType("status_list"),
        ),
        (
            "status_list",
            json!({ "bits": 1, "lst": "AAAA" }),
            VerifyError::WrongClaimType("status_list"),
        ),
    ]
}

#[test]
fn every_claim_of_a_status_list_is_checked() {
    // draft-ietf-oauth-status-list-21-8.3
    let issuer = Issuer::new();
    let good = claims(&StatusList::with_invalid(64, []));
    assert!(verify(&issuer, &good).is_ok(), "the control");
    for (name, value, expected) in wrong_claims() {
        let mut claims = good.clone();
        claims[name] = value;
        assert_eq!(verify(&issuer, &claims).err(), Some(expected), "{claims}");
    }
    for required in ["sub", "iat", "status_list"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(required);
        assert_eq!(
            verify(&issuer, &claims).err(),
            Some(VerifyError::MissingClaim(required))
        );
    }
}

#[test]
fn another_kind_of_token_is_no_status_list() {
    // draft-ietf-oauth-status-list-21-5.1
    let issuer = Issuer::new();
    let payload = claims(&StatusList::with_invalid(64, [])).to_string();
    let check = |header: &str| {
        let token = issuer.sign(header, &payload);
        verify_status_list(&token, &issuer.keys, NAME, CLOCK).err()
    };
    assert_eq!(check(HEADER), None, "the control");
    assert_eq!(
        check(&HEADER.replace("statuslist+jwt", "application/statuslist+jwt")),
        None
    );
    for typ in ["at+jwt", "JWT", "statuslist+cwt"] {
        let header = HEADER.replace("statuslist+jwt", typ);
        assert_eq!(check(&header), Some(VerifyError::WrongType), "{typ}");
    }
    assert_eq!(
        check(r#"{"alg":"ES256","kid":"key-1"}"#),
        Some(VerifyError::WrongType)
    );
    assert_eq!(
        check(&HEADER.replace("ES256", "HS256")),
        Some(VerifyError::AlgorithmNotAccepted)
    );
    assert_eq!(
        check(&HEADER.replace("key-1", "key-2")),
        Some(VerifyError::UnknownKey)
    );
    let stranger = Issuer::new().sign(HEADER, &payload);
    let verified = verify_status_list(&stranger, &issuer.keys, NAME, CLOCK);
    assert_eq!(verified.err(), Some(VerifyError::BadSignature));
}

/// D05: a few hundred bytes that unfold to 16 MiB.
#[test]
fn a_bomb_is_refused_before_it_unfolds() {
    let bomb = base64url::encode(compress_to_vec_zlib(&vec![0; 16 << 20], BEST_COMPRESSION));
    assert!(
        bomb.len() < MAX_TOKEN_BYTES / 2,
        "it would be refused for its size"
    );
    assert_eq!(
        read(1, &bomb),
        Err(VerifyError::WrongClaimType("status_list"))
    );
    // the control
    let most = base64url::encode(compress_to_vec_zlib(
        &vec![0; MAX_LIST_BYTES],
        BEST_COMPRESSION,
    ));
    assert!(read(1, &most).is_ok());
}

fn malformed_statuses() -> [Value; 9] {
    [
        json!(null),
        json!("valid"),
        json!({ "status_list": null }),
        json!({ "status_list": { "idx": 5 } }),
        json!({ "status_list": { "uri": URI } }),
        json!({ "status_list": { "idx": -1, "uri": URI } }),
        json!({ "status_list": { "idx": 1.5, "uri": URI } }),
        json!({ "status_list": { "idx": "5", "uri": URI } }),
        json!({ "status_list": { "idx": 5, "uri": 5 } }),
    ]
}

#[test]
fn a_token_says_where_its_status_is() {
    // draft-ietf-oauth-status-list-21-6.2
    let issuer = Issuer::new();
    let at = |status: Value| {
        let verified = issuer.verify(&issuer.with_claim("status", status)).unwrap();
        verified
            .status_reference()
            .map(|found| found.map(|one| (one.uri.to_owned(), one.idx)))
    };
    let good = json!({ "status_list": { "idx": 5, "uri": URI, "more": true }, "other": 1 });
    assert_eq!(at(good), Ok(Some((URI.to_owned(), 5))));
    let without = issuer.verify(&issuer.good_token()).unwrap();
    assert_eq!(without.status_reference(), Ok(None));
    assert_eq!(at(json!({ "other": {} })), Ok(None));
    for malformed in malformed_statuses() {
        assert_eq!(
            at(malformed.clone()),
            Err(VerifyError::WrongClaimType("status")),
            "{malformed}"
        );
    }
}

const SET_BITS: [u64; 11] = [
    0, 1993, 25460, 159_495, 495_669, 554_353, 645_645, 723_232, 854_545, 934_534, 1_000_345,
];
