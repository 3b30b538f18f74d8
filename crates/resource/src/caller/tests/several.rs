//! Callers of several APIs and issuers, and requests without a caller.

use super::*;

#[tokio::test]
async fn a_layer_of_one_api_around_a_router_of_another_lets_no_token_in() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let outer = issuer.api().build().unwrap();
    let inner = ResourceServer::trusting(&issuer.url)
        .for_audience("https://inner.example")
        .clock(issuer.clock())
        .allow_loopback_http()
        .build()
        .unwrap();
    let router = async |of_router: &ResourceServer| {
        let router = Router::new()
            .route(
                "/",
                get(async |caller: Caller| caller.token().subject().to_owned()),
            )
            .layer(AuthenticationLayer::new(outer.clone()))
            .with_state(of_router.clone());
        let token = issuer.token_with(&key, "sub", "alice");
        let request = Request::get("/").header(AUTHORIZATION, format!("Bearer {token}"));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await;
        response.unwrap().status().as_u16()
    };
    assert_eq!(router(&inner).await, 401);
    // the control
    assert_eq!(router(&outer).await, 200);
}

#[tokio::test]
async fn a_request_without_a_token_is_a_visitor_s_and_one_with_a_bad_token_is_refused() {
    async fn greet(caller: Option<Caller>) -> String {
        caller.map_or("visitor".to_owned(), |caller| {
            caller.token().subject().to_owned()
        })
    }
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let router = Router::new()
        .route("/", get(greet))
        .with_state(issuer.api().build().unwrap());
    let ask = async |token: Option<String>| {
        let mut request = Request::get("/");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let response = router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await;
        let (parts, body) = response.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1_000).await.unwrap();
        (
            parts.status.as_u16(),
            String::from_utf8(body.to_vec()).unwrap(),
        )
    };
    assert_eq!(ask(None).await, (200, "visitor".to_owned()));
    let alice = issuer.token_with(&key, "sub", "alice");
    assert_eq!(ask(Some(alice)).await, (200, "alice".to_owned()));
    let late = issuer.token_with(&key, "exp", 1);
    assert_eq!(ask(Some(late)).await.0, 401);
}

/// A connection of a caller of another issuer ends when that issuer revokes the token.
#[tokio::test(start_paused = true)]
async fn a_caller_of_another_issuer_is_revoked_where_that_issuer_says_so() {
    let (one, other) = (Issuer::start().await, Issuer::start().await);
    let (own_key, other_key) = (Key::new("1"), Key::new("2"));
    one.publish(&[&own_key]);
    other.publish(&[&other_key]);
    let revocations = crate::Revocations::new();
    let trusted = other
        .api()
        .revocations(revocations.clone())
        .build()
        .unwrap();
    let server = one.api().build().unwrap().and(trusted);
    let token = other.token_with(&other_key, "jti", "of-the-other");
    let caller = server.verify_token(&token).await.unwrap();
    let revoked = tokio::time::timeout(std::time::Duration::from_secs(1), server.revoked(&caller));
    assert!(revoked.await.is_err(), "nothing is revoked yet");
    revocations.revoke_token("of-the-other", UnixSeconds::MAX);
    let revoked = tokio::time::timeout(std::time::Duration::from_secs(1), server.revoked(&caller));
    revoked.await.unwrap();
}
