mod cached_token;
mod keys_file;
mod metadata;

use airside_jose::{Typ, UnixSeconds};
use http::StatusCode;

use super::*;
use crate::fixture::{AUDIENCE, Issuer, Key};

const HOUR: i64 = 3600;

async fn status(airside: &ResourceServer, token: &str) -> u16 {
    match airside.verify_token(token).await {
        Ok(_) => 200,
        Err(rejection) => rejection.status().as_u16(),
    }
}

/// Verifies a token, and waits for the fetch that this starts in the background.
async fn verify_and_refresh(airside: &ResourceServer, token: &str) -> u16 {
    let Keys::Fetched(source) = &airside.shared.keys else {
        panic!("no source");
    };
    let mut finished = source.finished();
    let status = status(airside, token).await;
    finished.changed().await.unwrap();
    status
}

#[tokio::test]
async fn a_rotated_key_is_fetched_at_its_first_token() {
    let (issuer, first, second) = (Issuer::start().await, Key::new("1"), Key::new("2"));
    issuer.publish(&[&first]);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&first)).await, 200);
    issuer.publish(&[&first, &second]);
    assert_eq!(status(&airside, &issuer.token(&second)).await, 200);
    assert_eq!(status(&airside, &issuer.token(&first)).await, 200);
    assert_eq!(issuer.asked("/jwks"), 2);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_causes_one_fetch() {
    // J21
    let (issuer, key, stranger) = (Issuer::start().await, Key::new("1"), Key::new("unknown"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    let flood = (0..200).map(|jti| {
        let (airside, token) = (
            airside.clone(),
            issuer.token_with(&stranger, "jti", jti.to_string()),
        );
        tokio::spawn(async move { status(&airside, &token).await })
    });
    for refused in flood.collect::<Vec<_>>() {
        assert_eq!(refused.await.unwrap(), 401);
    }
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    assert_eq!(issuer.asked("/jwks"), 2);
}

#[tokio::test]
async fn many_first_tokens_share_one_fetch() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let first = (0..50).map(|jti| {
        let (airside, token) = (
            airside.clone(),
            issuer.token_with(&key, "jti", jti.to_string()),
        );
        tokio::spawn(async move { status(&airside, &token).await })
    });
    for accepted in first.collect::<Vec<_>>() {
        assert_eq!(accepted.await.unwrap(), 200);
    }
    assert_eq!(issuer.asked("/jwks"), 1);
}

#[tokio::test]
async fn the_last_good_keys_serve_a_day_while_the_issuer_is_down() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    issuer.go_down();
    for _ in 0..24 {
        issuer.advance(HOUR);
        assert_eq!(verify_and_refresh(&airside, &issuer.token(&key)).await, 200);
    }
    issuer.advance(HOUR);
    assert_eq!(status(&airside, &issuer.token(&key)).await, 503);
}

#[tokio::test]
async fn a_lying_jwks_does_not_replace_the_last_good_one() {
    // J22
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    let oversized = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(300 * 1024));
    let lies = [
        "<html>",
        "",
        "{}",
        "[]",
        r#"{"keys":[]}"#,
        r#"{"keys":{}}"#,
        &oversized,
    ];
    for lie in lies {
        issuer.set("/jwks", StatusCode::OK, lie);
        issuer.advance(300);
        let asked = issuer.asked("/jwks");
        assert_eq!(verify_and_refresh(&airside, &issuer.token(&key)).await, 200);
        assert_eq!(issuer.asked("/jwks"), asked + 1);
        assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    }
    issuer.set("/jwks", StatusCode::FOUND, "");
    issuer.advance(300);
    assert_eq!(verify_and_refresh(&airside, &issuer.token(&key)).await, 200);
}

#[tokio::test]
async fn an_emergency_removed_key_stays_refused_though_it_is_listed() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
    airside.revocations().remove_key("1");
    assert_eq!(status(&airside, &issuer.token(&key)).await, 401);
    issuer.advance(300);
    verify_and_refresh(&airside, &issuer.token(&key)).await;
    assert_eq!(status(&airside, &issuer.token(&key)).await, 401);
}

#[tokio::test]
async fn a_removed_key_is_refused_for_each_kind_of_token_whether_or_not_its_header_names_the_key() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let mut id_token = issuer.claims();
    id_token["aud"] = "spa".into();
    let access = [
        issuer.token(&key),
        key.sign_unnamed(Typ::AccessToken, &issuer.claims()),
    ];
    let id = [
        key.sign_as(Typ::Jwt, &id_token),
        key.sign_unnamed(Typ::Jwt, &id_token),
    ];
    for (removed, expected) in [(false, [true; 4]), (true, [false; 4])] {
        if removed {
            airside.remove_key("1");
        }
        let mut accepted = Vec::new();
        for token in &access {
            accepted.push(airside.verify_token(token).await.is_ok());
        }
        for token in &id {
            accepted.push(airside.verify_id_token(token, "spa").await.is_ok());
        }
        assert_eq!(accepted, expected);
    }
    // one that was not seen before
    let mut claims = issuer.claims();
    claims["jti"] = "2".into();
    let unnamed = key.sign_unnamed(Typ::AccessToken, &claims);
    assert_eq!(status(&airside, &unnamed).await, 401);
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_any_work() {
    let issuer = Issuer::start().await;
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &"a".repeat(8 * 1024 + 1)).await, 401);
    assert_eq!(issuer.asked("/.well-known/oauth-authorization-server"), 0);
}

/// A key is published an hour before it signs, and stays for an hour afterwards.
#[tokio::test]
async fn a_thousand_rotations_refuse_no_valid_token() {
    let issuer = Issuer::start().await;
    let api = issuer.api().build().unwrap();
    let (mut signing, mut next) = (Key::new("0"), Key::new("1"));
    issuer.publish(&[&signing, &next]);
    for rotation in 0..1000 {
        let before = issuer.token_with(&signing, "jti", format!("before-{rotation}"));
        assert_eq!(status(&api, &before).await, 200, "{rotation}");
        issuer.advance(HOUR);
        let old = std::mem::replace(&mut signing, next);
        next = Key::new(&(rotation + 2).to_string());
        issuer.publish(&[&old, &signing, &next]);
        for key in [&signing, &old] {
            let token = issuer.token_with(key, "jti", format!("after-{rotation}"));
            assert_eq!(status(&api, &token).await, 200, "{rotation}");
        }
    }
    let fetches = issuer.asked("/jwks");
    assert!(fetches < 4 * 1000, "{fetches}");
}

/// J23: two issuers with keys of one name.
#[tokio::test]
async fn keys_of_two_issuers_are_apart() {
    let (one, other) = (Issuer::start().await, Issuer::start().await);
    let (key, namesake) = (Key::new("1"), Key::new("1"));
    one.publish(&[&key]);
    other.publish(&[&namesake]);
    let api = one.api().build().unwrap().and(other.api().build().unwrap());

    assert_eq!(status(&api, &one.token(&key)).await, 200);
    assert_eq!(status(&api, &other.token(&namesake)).await, 200);
    assert_eq!(status(&api, &one.token(&namesake)).await, 401);
    assert_eq!(status(&api, &other.token(&key)).await, 401);
    let third = Issuer::start().await;
    assert_eq!(status(&api, &third.token(&key)).await, 401);
    let subject = async |token: &str| {
        api.verify_token(token)
            .await
            .unwrap()
            .principal()
            .subject
            .clone()
    };
    assert_eq!(subject(&one.token(&key)).await, "alice");
    let theirs = format!("{}|alice", other.url);
    assert_eq!(subject(&other.token(&namesake)).await, theirs);
    // who is revoked at one is not at the other
    api.revocations().revoke_token("token-1", UnixSeconds::MAX);
    assert_eq!(status(&api, &one.token(&key)).await, 401);
    assert_eq!(status(&api, &other.token(&namesake)).await, 200);
}
