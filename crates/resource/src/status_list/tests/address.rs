//! Only the lists of the issuer itself are fetched.

use super::*;

/// A token names the address of its list, which must be below the issuer's.
#[tokio::test]
async fn no_list_is_fetched_that_is_not_the_issuers_own() {
    let (world, stranger) = (
        World::with(OnUnavailable::FailOpen).await,
        Issuer::start().await,
    );
    let (own, other) = (&world.issuer.url, &stranger.url);
    let at = |uri: String| {
        let status = json!({ "status_list": { "idx": 7, "uri": uri } });
        world.issuer.token_with(&world.key, "status", status)
    };
    assert_eq!(world.status(&at(world.uri())).await, 200, "the control");
    for foreign in [
        format!("{other}{LIST}"),
        format!("{own}.evil.example{LIST}"),
        format!("{own}@evil.example{LIST}"),
        own.replace("http://", "http://user@") + LIST,
        own.replace("http://", "https://") + LIST,
        format!("{own}{LIST}?idx=7"),
        format!("{own}{LIST}#7"),
        LIST.to_owned(),
        String::new(),
    ] {
        assert_eq!(world.status(&at(foreign.clone())).await, 401, "{foreign}");
    }
    assert_eq!(stranger.asked(LIST), 0);
}

#[test]
fn a_list_of_an_issuer_with_a_path_is_below_that_path() {
    let issuer = "https://id.example/tenant";
    assert!(below(issuer, "https://id.example/tenant/status/0").is_some());
    for foreign in [
        "https://id.example/status/0",
        "https://id.example/tenants/status/0",
        "https://id.example/tenant/../status/0",
        "https://id.example/tenant/%2e%2e/status/0",
        "https://id.example:8443/tenant/status/0",
        "http://id.example/tenant/status/0",
    ] {
        assert!(below(issuer, foreign).is_none(), "{foreign}");
    }
}

/// Each issuer's lists are verified with its own keys, for its own name.
#[tokio::test]
async fn lists_of_two_issuers_are_apart() {
    let (one, other) = (World::new().await, World::new().await);
    other.publish(&[7]);
    let both = one.api.clone().and(other.api.clone());
    assert!(both.verify_token(&one.token(7)).await.is_ok());
    assert!(both.verify_token(&other.token(7)).await.is_err());
    let status = json!({ "status_list": { "idx": 7, "uri": other.uri() } });
    let crossed = one.issuer.token_with(&one.key, "status", status);
    assert!(both.verify_token(&crossed).await.is_err());
}

#[tokio::test]
async fn plain_http_is_not_fetched_outside_development() {
    let world = World::new().await;
    let keys =
        airside_jose::JwkSet::parse(json!({ "keys": [world.key.jwk()] }).to_string().as_bytes());
    let keys = KeySet::from_jwks(&keys.unwrap());
    let api = ResourceServer::trusting(&world.issuer.url)
        .for_audience(AUDIENCE)
        .keys(keys)
        .status_lists(OnUnavailable::FailClosed)
        .clock(world.issuer.clock())
        .build()
        .unwrap();
    let refused = api.verify_token(&world.token(7)).await.unwrap_err();
    assert_eq!(refused, Rejection::RevocationsUnknown);
    assert_eq!(world.issuer.asked(LIST), 0);
}
