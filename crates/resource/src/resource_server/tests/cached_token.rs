//! A verified token is remembered, and forgotten in time.

use super::*;

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
async fn what_is_remembered_is_bounded_by_its_bytes() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let size_bytes = 64 * 1024;
    let small = issuer.api().token_cache_bytes(size_bytes).build().unwrap();
    let usual = issuer.api().build().unwrap();
    let tokens: Vec<_> = (0..300)
        .map(|jti| issuer.token_with(&key, "jti", jti.to_string()))
        .collect();
    for token in &tokens {
        assert_eq!(status(&small, token).await, 200);
        assert_eq!(status(&usual, token).await, 200);
    }
    assert!(small.shared.tokens.weight() <= size_bytes as u64);
    assert!(small.token_cache_state().entries < 64);
    // the control: there was room for all
    assert_eq!(usual.token_cache_state().entries, 300);
}

#[tokio::test]
async fn an_expired_token_is_forgotten_though_nobody_uses_it() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let brief = issuer.token_with(&key, "exp", crate::fixture::START + 100);
    for token in [brief, issuer.token_with(&key, "jti", "other")] {
        assert_eq!(status(&airside, &token).await, 200);
    }
    for (seconds, entries) in [(129, 2), (1, 1)] {
        issuer.advance(seconds);
        airside.forget_expired_tokens();
        assert_eq!(airside.token_cache_state().entries, entries);
    }
}
