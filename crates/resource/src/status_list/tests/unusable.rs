//! Lists that cannot be fetched or are not what they should be.

use super::*;

/// Each list lies in one respect. The last good list stays in use.
#[tokio::test]
async fn a_lying_list_does_not_replace_the_last_good_one() {
    let world = World::new().await;
    world.publish(&[7]);
    let (dead, alive) = (world.token(7), world.token(8));
    assert_eq!(
        (world.status(&dead).await, world.status(&alive).await),
        (401, 200)
    );
    let with = |name: &str, value: Value| {
        let mut claims = world.claims(&[8]);
        claims[name] = value;
        world.key.sign_as(Typ::StatusList, &claims)
    };
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0xff; 4 << 20], 9);
    let bomb = json!({ "bits": 1, "lst": base64url::encode(bomb) });
    let other = format!("{}/status/1", world.issuer.url);
    let now = world.issuer.now();
    for (what, lie) in [
        ("no list", "<html>".to_owned()),
        ("an access token", world.key.sign(&world.claims(&[8]))),
        (
            "an ID token",
            world.key.sign_as(Typ::Jwt, &world.claims(&[8])),
        ),
        (
            "a stranger's",
            Key::new("1").sign_as(Typ::StatusList, &world.claims(&[8])),
        ),
        (
            "an unknown key's",
            Key::new("2").sign_as(Typ::StatusList, &world.claims(&[8])),
        ),
        ("another list", with("sub", json!(other))),
        (
            "another issuer's",
            with("iss", json!("https://evil.example")),
        ),
        ("expired", with("exp", json!(now - 31))),
        ("of the future", with("iat", json!(now + 9_999))),
        ("a bomb", with("status_list", bomb)),
        ("too large", "x".repeat(300 * 1024)),
    ] {
        world.issuer.set(LIST, StatusCode::OK, &lie);
        world.issuer.advance(TTL);
        let asked = world.issuer.asked(LIST);
        assert_eq!(world.status(&world.token(7)).await, 401, "{what}");
        assert_eq!(world.status(&world.token(8)).await, 200, "{what}");
        assert_eq!(world.issuer.asked(LIST), asked + 1, "{what}");
        assert_eq!(world.api.reads_status_lists(), Some(false), "{what}");
        // the control
        world.publish(&[7]);
        world.issuer.advance(TTL);
        assert_eq!(world.status(&world.token(8)).await, 200);
        assert_eq!(world.api.reads_status_lists(), Some(true), "{what}");
    }
}

#[tokio::test]
async fn a_good_list_serves_until_it_expires_while_the_issuer_is_down() {
    for (on_unavailable, lost) in [
        (OnUnavailable::FailOpen, 200),
        (OnUnavailable::FailClosed, 503),
    ] {
        let world = World::with(on_unavailable).await;
        world.publish(&[7]);
        assert_eq!(world.status(&world.token(8)).await, 200);
        world.issuer.go_down();
        for _ in 0..LIFE / TTL - 1 {
            world.issuer.advance(TTL);
            assert_eq!(world.status(&world.token(7)).await, 401);
            assert_eq!(world.status(&world.token(8)).await, 200);
        }
        world.issuer.advance(TTL);
        assert_eq!(
            world.status(&world.token(7)).await,
            lost,
            "{on_unavailable:?}"
        );
        assert_eq!(
            world.status(&world.token(8)).await,
            lost,
            "{on_unavailable:?}"
        );
    }
}

#[tokio::test]
async fn without_any_list_a_token_is_accepted_or_refused_as_configured() {
    for (on_unavailable, lost) in [
        (OnUnavailable::FailOpen, 200),
        (OnUnavailable::FailClosed, 503),
    ] {
        let world = World::with(on_unavailable).await;
        world.issuer.set(LIST, StatusCode::NOT_FOUND, "");
        let token = world.token(7);
        for _ in 0..10 {
            assert_eq!(world.status(&token).await, lost);
        }
        assert_eq!(world.issuer.asked(LIST), 1, "it is not asked again at once");
        // and used as soon as it is there
        world.publish(&[7]);
        world.issuer.advance(2);
        assert_eq!(world.status_and_refresh(&token).await, lost);
        assert_eq!(world.status(&token).await, 401);
    }
}

#[tokio::test]
async fn a_list_of_a_new_key_fetches_the_key() {
    let world = World::new().await;
    assert_eq!(world.status(&world.token(7)).await, 200);
    let second = Key::new("2");
    world.issuer.publish(&[&world.key, &second]);
    let list = second.sign_as(Typ::StatusList, &world.claims(&[7]));
    world.issuer.set(LIST, StatusCode::OK, &list);
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 401);
    assert_eq!(world.issuer.asked("/jwks"), 2);
}

/// A dropped key could sign that nothing is revoked.
#[tokio::test]
async fn a_list_is_not_used_once_its_key_is_dropped() {
    let world = World::with(OnUnavailable::FailClosed).await;
    let (second, third) = (Key::new("2"), Key::new("3"));
    world.issuer.publish(&[&world.key, &second, &third]);
    let sign = |key: &Key| {
        let list = key.sign_as(Typ::StatusList, &world.claims(&[]));
        world.issuer.set(LIST, StatusCode::OK, &list);
    };
    sign(&second);
    assert_eq!(world.status(&world.token(7)).await, 200);
    // it leaves the JWKS: the list is cached and fresh, and not used any more
    world.issuer.publish(&[&world.key, &third]);
    let source = world.api.key_source().unwrap();
    assert!(source.fetch_for_unknown_kid().await);
    assert_eq!(world.status(&world.token(7)).await, 503);
    // a key that is still listed, and removed by the operator
    sign(&third);
    world.api.remove_key("3");
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 503);
    sign(&world.key);
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 200, "the control");
}
