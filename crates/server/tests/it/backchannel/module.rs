//! The modules of the OpenID Foundation's back-channel plans, as their server-side checks: the name of a
//! test is that of the module, its comments are the conditions.

use std::collections::BTreeSet;

use airside_jose::{JwkSet, VerifyingKey, base64url};
use serde_json::json;

use super::{Receiver, deliver, sign_out, signed_in, world};
use crate::{
    token::{claims, header},
    world::World,
};

/// oidcc-backchannel-rp-initiated-logout.
#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout() {
    // OIDC-BackChannel-2.4, OIDC-BackChannel-2.6
    let receiver = Receiver::new().await;
    let (world, deliverer) = world(&[&receiver]).await;
    let mut jtis = BTreeSet::new();
    for _ in 0..3 {
        let (app, id_token) = signed_in(&world, "public-1").await;
        sign_out(&app, &id_token).await;
        assert_eq!(deliver(&deliverer).await, 1);
        let token = receiver.tokens().pop().unwrap();
        check_logout_token(&world, &token, &id_token).await;
        jtis.insert(claims(&token)["jti"].to_string());
    }
    // no logout token has the identifier of another
    assert_eq!(jtis.len(), 3);
}

async fn check_logout_token(world: &World, token: &str, id_token: &str) {
    let (claims, head, id) = (claims(token), header(token), claims(id_token));
    let now = world.issuer.now().as_seconds().as_i64();
    // CheckLogoutTokenNoNonce
    assert_eq!(claims.get("nonce"), None);
    // CheckForSubscriberInLogoutToken, ValidateLogoutTokenClaims: iss, aud, iat, exp, jti
    assert_eq!((&claims["iss"], &claims["aud"]), (&id["iss"], &id["aud"]));
    let iat = claims["iat"].as_i64().unwrap();
    assert!((now - 60..=now).contains(&iat));
    let exp = claims["exp"].as_i64().unwrap();
    assert!(exp > now && exp - iat <= 120, "two minutes at most");
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16));
    // the subject and the session are those of the ID token
    assert_eq!((&claims["sub"], &claims["sid"]), (&id["sub"], &id["sid"]));
    // the event, whose value is an empty object
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({ event: {} }));
    // signed like the ID token, never unsigned, with a published key, explicitly typed
    assert_eq!(head["alg"], header(id_token)["alg"]);
    assert_ne!(head["alg"], "none");
    assert_eq!(head["typ"], "logout+jwt");
    let jwks = world.browser().get(&world.at("/jwks")).await;
    let jwks = JwkSet::parse(&jwks.body).unwrap();
    let keys = jwks.keys.iter();
    let mut keys = keys.map(|jwk| VerifyingKey::from_jwk(jwk, None).unwrap());
    let key = keys.find(|key| key.kid() == head["kid"].as_str()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = base64url::decode(signature).unwrap();
    assert!(key.verify(message.as_bytes(), &signature).is_ok());
}
