use airside_jose::UnixSeconds;
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
async fn keys_are_found_by_metadata_and_fetched_once() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let caller = airside.verify_token(&issuer.token(&key)).await.unwrap();
    assert_eq!(caller.token().subject(), "alice");
    for jti in 0..100 {
        let token = issuer.token_with(&key, "jti", jti.to_string());
        assert_eq!(status(&airside, &token).await, 200);
    }
    assert_eq!(issuer.asked("/jwks"), 1);
}

#[tokio::test]
async fn openid_metadata_is_the_second_choice() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    issuer.set(
        "/.well-known/oauth-authorization-server",
        StatusCode::NOT_FOUND,
        "",
    );
    issuer.publish_metadata("/.well-known/openid-configuration", &issuer.url);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
}

#[tokio::test]
async fn metadata_of_an_issuer_with_a_path_is_at_the_inserted_path() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let identifier = format!("{}/tenant", issuer.url);
    issuer.publish_metadata(
        "/.well-known/oauth-authorization-server/tenant",
        &identifier,
    );
    let airside = ResourceServer::trusting(&identifier)
        .for_audience(AUDIENCE)
        .allow_loopback_http()
        .clock(issuer.clock())
        .build()
        .unwrap();
    let token = issuer.token_with(&key, "iss", identifier);
    assert_eq!(status(&airside, &token).await, 200);
}

#[tokio::test]
async fn an_address_without_metadata_is_passed_over() {
    // J23
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let identifier = format!("{}/x", issuer.url);
    let [oauth, openid, inserted] = [
        "/.well-known/oauth-authorization-server/x",
        "/x/.well-known/openid-configuration",
        "/.well-known/openid-configuration/x",
    ];
    let incomplete = format!(r#"{{"issuer":"{identifier}"}}"#);
    let of_another = format!(
        r#"{{"issuer":"{}","jwks_uri":"{}"}}"#,
        issuer.url, issuer.url
    );
    let verify = async || {
        let airside = ResourceServer::trusting(&identifier)
            .for_audience(AUDIENCE)
            .allow_loopback_http()
            .clock(issuer.clock())
            .build()
            .unwrap();
        let token = issuer.token_with(&key, "iss", identifier.clone());
        status(&airside, &token).await
    };
    for good in [openid, inserted] {
        issuer.set(openid, StatusCode::NOT_FOUND, "");
        issuer.publish_metadata(good, &identifier);
        for (code, body) in [
            (400, ""),
            (401, ""),
            (403, ""),
            (404, ""),
            (405, ""),
            (410, ""),
            (500, ""),
            (503, ""),
            (301, ""),
            (302, ""),
            (307, ""),
            (200, ""),
            (200, "<!doctype html>"),
            (200, "[]"),
            (200, "{}"),
            (200, incomplete.as_str()),
            (200, of_another.as_str()),
        ] {
            issuer.set(oauth, StatusCode::from_u16(code).unwrap(), body);
            assert_eq!(verify().await, 200, "{code} {body} {good}");
        }
        // whose it is counts at every address
        issuer.publish_metadata(good, &issuer.url);
        assert_eq!(verify().await, 503, "{good}");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_used() {
    // J23
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    for other in [
        format!("{}/", issuer.url),
        "https://evil.example".to_owned(),
    ] {
        issuer.publish_metadata("/.well-known/oauth-authorization-server", &other);
        let airside = issuer.api().build().unwrap();
        assert_eq!(status(&airside, &issuer.token(&key)).await, 503, "{other}");
    }
    assert_eq!(issuer.asked("/jwks"), 0);
}

#[tokio::test]
async fn http_is_not_fetched_outside_development() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = ResourceServer::trusting(&issuer.url)
        .for_audience(AUDIENCE)
        .clock(issuer.clock())
        .build()
        .unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 503);
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
async fn a_remembered_token_expires() {
    // J24
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let token = issuer.token_with(&key, "exp", crate::fixture::START + 100);
    assert_eq!(status(&airside, &token).await, 200);
    issuer.advance(129);
    assert_eq!(status(&airside, &token).await, 200, "within the leeway");
    issuer.advance(1);
    assert_eq!(status(&airside, &token).await, 401);
}

#[tokio::test]
async fn a_remembered_token_can_be_revoked() {
    // J25
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let token = issuer.token(&key);
    assert_eq!(status(&airside, &token).await, 200);
    airside
        .revocations()
        .revoke_grant("grant-1", UnixSeconds::MAX);
    assert_eq!(status(&airside, &token).await, 401);
    let other = issuer.token_with(&key, "grant_id", "grant-2");
    assert_eq!(status(&airside, &other).await, 200);
}

#[tokio::test]
async fn a_remembered_token_dies_with_its_key() {
    // J24
    let (issuer, first, second) = (Issuer::start().await, Key::new("1"), Key::new("2"));
    issuer.publish(&[&first, &second]);
    let airside = issuer.api().build().unwrap();
    let token = issuer.token(&first);
    assert_eq!(status(&airside, &token).await, 200);
    issuer.publish(&[&second]);
    issuer.advance(300);
    verify_and_refresh(&airside, &token).await;
    assert_eq!(status(&airside, &token).await, 401);
    assert_eq!(status(&airside, &issuer.token(&second)).await, 200);
}

#[tokio::test]
async fn a_remembered_token_dies_when_its_kid_names_another_key() {
    let (issuer, first, second) = (Issuer::start().await, Key::new("1"), Key::new("1"));
    issuer.publish(&[&first]);
    let airside = issuer.api().build().unwrap();
    let token = issuer.token(&first);
    assert_eq!(status(&airside, &token).await, 200);
    issuer.publish(&[&second]);
    issuer.advance(300);
    verify_and_refresh(&airside, &token).await;
    assert_eq!(status(&airside, &token).await, 401);
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
async fn a_token_for_another_api_is_refused_after_it_was_remembered_elsewhere() {
    // J24, T16
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let (airside, token) = (issuer.api().build().unwrap(), issuer.token(&key));
    let other = ResourceServer::trusting(&issuer.url)
        .for_audience("https://other.example")
        .allow_loopback_http()
        .clock(issuer.clock())
        .build()
        .unwrap();
    assert_eq!(status(&airside, &token).await, 200);
    assert_eq!(status(&other, &token).await, 401);
    assert_ne!(airside.shared.digest(&token), other.shared.digest(&token));
}

#[tokio::test]
async fn tokens_that_differ_in_one_byte_are_remembered_apart() {
    // J24
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let (airside, token) = (issuer.api().build().unwrap(), issuer.token(&key));
    assert_eq!(status(&airside, &token).await, 200);
    for position in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_ne!(
            airside.shared.digest(&forged),
            airside.shared.digest(&token)
        );
        assert_eq!(status(&airside, &forged).await, 401, "{position}");
    }
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_any_work() {
    let issuer = Issuer::start().await;
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &"a".repeat(8 * 1024 + 1)).await, 401);
    assert_eq!(issuer.asked("/.well-known/oauth-authorization-server"), 0);
}

#[tokio::test]
async fn an_api_starts_with_the_keys_that_it_kept_while_the_issuer_is_down() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let first = issuer.api().keys_file(&file).build().unwrap();
    let token = issuer.token(&key);
    assert_eq!(status(&first, &token).await, 200);
    issuer.go_down();

    let again = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&again, &token).await, 200);
    let without = issuer.api().build().unwrap();
    assert_eq!(status(&without, &token).await, 503);
    // not for ever
    issuer.advance(24 * HOUR);
    let late = issuer.token(&key);
    let again = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&again, &late).await, 200);
    issuer.advance(1);
    let again = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&again, &late).await, 503);
}

/// D12
#[tokio::test]
async fn a_disk_that_hangs_keeps_no_keys_from_being_used() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    // to open it is to wait for somebody who reads
    let pipe = directory.path().join("keys.json.new");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let file = directory.path().join("keys.json");
    let api = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&api, &issuer.token(&key)).await, 200);
    let both_ends = std::fs::File::options().read(true).write(true).open(&pipe);
    // for as long as the other thread may need them
    std::mem::forget(both_ends.unwrap());
}

#[tokio::test]
async fn kept_keys_of_another_issuer_or_broken_ones_are_not_used() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let token = issuer.token(&key);
    let api = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&api, &token).await, 200);
    issuer.go_down();
    let good = std::fs::read_to_string(&file).unwrap();
    for bad in [
        good.replace(&issuer.url, "https://evil.example.com"),
        good[..good.len() - 2].to_owned(),
        String::new(),
    ] {
        std::fs::write(&file, bad).unwrap();
        let api = issuer.api().keys_file(&file).build().unwrap();
        assert_eq!(status(&api, &token).await, 503);
    }
    std::fs::write(&file, good).unwrap();
    let api = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&api, &token).await, 200, "the control");
}

#[tokio::test]
async fn a_key_removed_in_an_emergency_stays_refused_after_a_restart() {
    let (issuer, bad, good) = (Issuer::start().await, Key::new("bad"), Key::new("good"));
    issuer.publish(&[&bad, &good]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let api = issuer.api().keys_file(&file).build().unwrap();
    let (stolen, honest) = (issuer.token(&bad), issuer.token(&good));
    assert_eq!(status(&api, &stolen).await, 200);
    api.remove_key("bad");
    assert_eq!(status(&api, &stolen).await, 401);

    let again = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&again, &stolen).await, 401);
    assert_eq!(status(&again, &honest).await, 200);
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
    assert!(
        issuer.asked("/jwks") < 4 * 1000,
        "{}",
        issuer.asked("/jwks")
    );
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
    let subject = async |token: &str| api.verify_token(token).await.unwrap().principal().subject;
    assert_eq!(subject(&one.token(&key)).await, "alice");
    let theirs = format!("{}|alice", other.url);
    assert_eq!(subject(&other.token(&namesake)).await, theirs);
    // who is revoked at one is not at the other
    api.revocations().revoke_token("token-1", UnixSeconds::MAX);
    assert_eq!(status(&api, &one.token(&key)).await, 401);
    assert_eq!(status(&api, &other.token(&namesake)).await, 200);
}
