//! Scopes of an authorization request.

use serde_json::json;

use super::asked;
use crate::{
    token::public_client,
    world::{Tokens, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_of_one_api_and_known() {
    // RFC8707-2
    let world = World::new().await;
    let unknown = world.app("spa").scope("accounts:read nonsense");
    assert_eq!(asked(&unknown).await, "invalid_scope");
    let two = world.app("spa").scope("accounts:read orders:read");
    assert_eq!(asked(&two).await, "invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_openid_what_nobody_defines_is_left_out_and_the_answer_says_so() {
    // OIDC-Core-3.1.2.1, RFC6749-3.3
    let world = World::new().await;
    let app = world.app("spa").scope("openid nonsense accounts:read");
    assert_eq!(app.sign_in("alice").await.scope, "openid accounts:read");
    // but an API's scope that is not registered for the client is refused still
    let machine = public_client("public-openid", json!({ "scope": "openid" }));
    assert_eq!(world.admin("POST", "/clients", machine).await.status, 201);
    let other = world.app("public-openid").scope("openid accounts:read");
    assert_eq!(asked(&other).await, "invalid_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_ask_for_every_scope_of_openid_connect() {
    // OIDC-Core-5.4, OIDC-Core-11
    let world = World::new().await;
    let client = public_client("public-openid", json!({ "scope": "openid accounts:read" }));
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let all = "openid profile email address phone offline_access accounts:read";
    let app = world.app("public-openid").scope(all);
    let tokens = app.sign_in("alice").await;
    assert_eq!(tokens.scope, all);
    assert!(tokens.id.is_some());
    let again = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_eq!(again.scope, all);
    // one that is not registered for OpenID Connect gets what it is registered for
    let client = public_client("public-plain", json!({ "scope": "accounts:read" }));
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let tokens = world.app("public-plain").scope(all).sign_in("alice").await;
    assert_eq!((tokens.scope.as_str(), tokens.id), ("accounts:read", None));
    let nothing = world.app("public-plain").scope("openid email");
    assert_eq!(asked(&nothing).await, "invalid_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_separated_by_single_spaces_and_the_answer_says_so() {
    // RFC6749-3.3
    let world = World::new().await;
    for scope in ["openid  email", " openid", "openid "] {
        let answer = world.app("spa").scope(scope).authorize().await;
        assert_eq!(answer.outcome(), "303 invalid_scope", "{scope:?}");
        let why = answer.returned("error_description").unwrap();
        assert!(why.contains("single spaces"), "{why}");
    }
    let fields = [("grant_type", "client_credentials"), ("scope", "a  b")];
    let answer = world.app("billing").token(&fields).await;
    assert_eq!(answer.outcome(), "400 invalid_scope");
    assert!(answer.member("error_description").contains("single spaces"));
}
