mod several;

use airside_policy::Kind;
use axum::{Router, body::Body, extract::Path, routing::get};
use http::{
    Request,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::{
    AuthenticationLayer, ResourceServer,
    fixture::{Issuer, Key},
    rule,
};

struct Api {
    issuer: Issuer,
    key: Key,
    router: Router,
}

async fn account(caller: Caller, Path(owner): Path<String>) -> Result<&'static str, Rejection> {
    let rule = rule::scope("accounts:read").owner();
    caller.require(rule.function_rule())?;
    caller.require_for(&rule, &Object::owned_by(owner))?;
    Ok("42")
}

async fn administration(caller: Caller) -> Result<&'static str, Rejection> {
    caller.require(&rule::role("admin"))?;
    Ok("done")
}

impl Api {
    async fn start() -> Self {
        let (issuer, key) = (Issuer::start().await, Key::new("1"));
        issuer.publish(&[&key]);
        let airside = issuer.api().build().unwrap();
        let guarded = Router::new()
            .route("/guarded", get(|| async { "guarded" }))
            .route_layer(AuthenticationLayer::new(airside.clone()));
        let router = Router::new()
            .route("/accounts/{owner}", get(account))
            .route("/admin", get(administration))
            .merge(guarded)
            .with_state(airside);
        Self {
            issuer,
            key,
            router,
        }
    }

    /// Returns the status and the challenge.
    async fn get(&self, path: &str, authorization: &[String]) -> (u16, String) {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        for value in authorization {
            request
                .headers_mut()
                .append(AUTHORIZATION, value.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let challenge = response.headers().get(WWW_AUTHENTICATE);
        let challenge = challenge.map_or("", |value| value.to_str().unwrap());
        (response.status().as_u16(), challenge.to_owned())
    }

    async fn get_as(&self, path: &str, claim: &str, value: impl Into<Value>) -> (u16, String) {
        let token = self.issuer.token_with(&self.key, claim, value);
        self.get(path, &[format!("Bearer {token}")]).await
    }
}

#[tokio::test]
async fn an_owner_gets_its_object_and_nobody_else_s() {
    let api = Api::start().await;
    assert_eq!(
        api.get_as("/accounts/alice", "sub", "alice").await,
        (200, String::new())
    );
    assert_eq!(
        api.get_as("/accounts/bob", "sub", "alice").await,
        (404, String::new())
    );
}

#[tokio::test]
async fn a_client_never_gets_a_person_s_object() {
    let api = Api::start().await;
    let mut claims = api.issuer.claims();
    claims["sub"] = "alice".into();
    claims["client_id"] = "alice".into();
    let token = api.key.sign(&claims);
    assert_eq!(
        api.get("/accounts/alice", &[format!("Bearer {token}")])
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_missing_scope_is_named_in_the_challenge() {
    let api = Api::start().await;
    let challenge = r#"Bearer error="insufficient_scope", scope="accounts:read""#;
    let refused = api
        .get_as("/accounts/alice", "scope", "accounts:write")
        .await;
    assert_eq!(refused, (403, challenge.into()));
}

#[tokio::test]
async fn a_missing_role_is_forbidden() {
    let api = Api::start().await;
    assert_eq!(api.get_as("/admin", "roles", vec!["customer"]).await.0, 403);
    assert_eq!(
        api.get_as("/admin", "roles", "admin").await.0,
        403,
        "a string is no list"
    );
    assert_eq!(api.get_as("/admin", "roles", vec!["admin"]).await.0, 200);
}

/// G01: `viewer admin` would be two roles where they are joined
#[tokio::test]
async fn a_name_with_a_blank_in_it_is_no_role() {
    let api = Api::start().await;
    for names in [
        vec!["viewer admin"],
        vec!["admin "],
        vec!["viewer\tadmin", "", "viewer,admin", "admin\0"],
    ] {
        assert_eq!(api.get_as("/admin", "roles", names).await.0, 403);
    }
    let mixed = vec!["viewer admin", "admin"];
    assert_eq!(api.get_as("/admin", "roles", mixed).await.0, 200);
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error() {
    let api = Api::start().await;
    for path in ["/accounts/alice", "/guarded"] {
        assert_eq!(api.get(path, &[]).await, (401, "Bearer".into()), "{path}");
    }
}

#[tokio::test]
async fn a_token_in_the_query_is_no_token() {
    let api = Api::start().await;
    let path = format!("/guarded?access_token={}", api.issuer.token(&api.key));
    assert_eq!(api.get(&path, &[]).await, (401, "Bearer".into()));
}

#[tokio::test]
async fn a_bad_token_is_invalid() {
    let api = Api::start().await;
    let invalid = (401, r#"Bearer error="invalid_token""#.to_owned());
    for path in ["/accounts/alice", "/guarded"] {
        assert_eq!(
            api.get(path, &["Bearer abc".into()]).await,
            invalid,
            "{path}"
        );
        assert_eq!(
            api.get_as(path, "aud", "https://other.example").await,
            invalid,
            "{path}"
        );
        assert_eq!(
            api.get_as(path, "exp", crate::fixture::START - 31).await,
            invalid,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_duplicated_header_is_a_bad_request() {
    let api = Api::start().await;
    let value = format!("Bearer {}", api.issuer.token(&api.key));
    let refused = api.get("/guarded", &[value.clone(), value.clone()]).await;
    assert_eq!(refused, (400, r#"Bearer error="invalid_request""#.into()));
    assert_eq!(api.get("/guarded", &[value]).await.0, 200);
}

#[tokio::test]
async fn a_principal_has_the_facts_of_its_token() {
    let api = Api::start().await;
    let airside = api.issuer.api().build().unwrap();
    let token = api.issuer.token_with(&api.key, "org", "acme");
    let principal = airside.verify_token(&token).await.unwrap().principal();
    assert_eq!(principal.kind, Kind::User);
    assert_eq!(principal.subject, "alice");
    assert!(principal.scopes.contains("accounts:read"));
    assert!(principal.roles.contains("customer"));
    assert_eq!(principal.claims["org"], "acme");
}
