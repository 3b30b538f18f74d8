//! The resource library, which asks about every token.

use std::sync::Arc;

use airside_resource::{IntrospectionOptions, Introspector, IssuerConnection, Rejection};

use crate::{
    token::claims,
    world::{BANK, World, secret_of},
};

/// The library's introspection against this issuer.
/// The bank, which asks about every token.
fn introspector(world: &World) -> Introspector {
    let options = IntrospectionOptions {
        issuer: world.url.clone(),
        audience: BANK.to_owned(),
        endpoint: world.at("/introspect").parse().unwrap(),
        client_id: "bank-api".to_owned(),
        client_secret: secret_of("bank-api"),
        connection: IssuerConnection {
            loopback_http: true,
            ..IssuerConnection::default()
        },
    };
    let now = world.issuer.now().as_seconds();
    Introspector::with_clock(options, Arc::new(move || now)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resource_library_asks_about_every_token() {
    let world = World::new().await;
    let bank = introspector(&world);
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let principal = bank.verify_token(&tokens.access).await.unwrap().principal();
    assert_eq!(principal.subject, claims(&tokens.access)["sub"]);
    assert!(principal.scopes.contains("accounts:read"));
    // the moment it is revoked, not one later
    assert_eq!(app.revoke(tokens.refresh()).await.status, 200);
    let refused = bank.verify_token(&tokens.access).await.unwrap_err();
    assert!(matches!(refused, Rejection::InvalidToken(_)), "{refused}");
    // another API's
    let shop = app.scope("openid orders:read").sign_in("bob").await;
    assert!(bank.verify_token(&shop.access).await.is_err());
}
