//! A rule of tenants works with the tokens of the issuer.

use std::sync::Arc;

use airside_resource::{
    Api, Authorized, Listed, Record, Rejection, ResourceServer, Revocations, Router, actions,
    memory::Memory, rule,
};
use axum::{body::Body, extract::FromRef};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use super::{NOTES, notes, releasing, set};
use crate::world::{Tokens, World};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
struct Note {
    id: i64,
    #[record(tenant)]
    org: String,
    text: String,
}

actions! {
    ReadNote reads Note = rule::scope("notes:read").tenant("org");
}

async fn read(note: Authorized<Note, ReadNote>) -> String {
    format!("{} of {}", note.text, note.org)
}

async fn list(notes: Listed<Note, ReadNote>) -> Result<String, Rejection> {
    Ok(notes.count().await?.to_string())
}

#[derive(Clone)]
struct State(ResourceServer, Memory);

impl FromRef<State> for ResourceServer {
    fn from_ref(state: &State) -> Self {
        state.0.clone()
    }
}

impl FromRef<State> for Memory {
    fn from_ref(state: &State) -> Self {
        state.1.clone()
    }
}

/// An API with a rule of tenants, and the revocations that it hears of.
pub(super) fn api(world: &World) -> (Api, Revocations) {
    let revocations = Revocations::new();
    let issuer = Arc::clone(&world.issuer);
    let verifier = ResourceServer::trusting(&world.url)
        .for_audience(NOTES)
        .allow_loopback_http()
        .revocations(revocations.clone())
        .clock(Arc::new(move || issuer.now().as_seconds()))
        .build()
        .unwrap();
    let records = Memory::default();
    for (id, org) in [(1, "acme"), (2, "other"), (3, "acme")] {
        let row = [
            ("id", id.into()),
            ("org", org.into()),
            ("text", "a note".into()),
        ];
        records.unprotected().insert("notes", row);
    }
    let routes = Router::new().get("/notes/{id}", read).get("/notes", list);
    (routes.build(State(verifier, records)).unwrap(), revocations)
}

async fn call(api: &Api, path: &str, token: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    let answer = api
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await;
    let (head, body) = answer.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}

/// Issuer, token and rule, end to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_tenants_works_with_the_issuers_own_tokens() {
    let world = World::with(releasing(&["org"])).await;
    set(&world, "alice", json!({ "org": "acme" })).await;
    let (api, revocations) = api(&world);
    let app = notes(&world);
    let alice = app.sign_in("alice").await;
    let nobodys = notes(&world).sign_in("bob").await;
    let own = call(&api, "/notes/1", &alice.access).await;
    assert_eq!(own, (StatusCode::OK, "a note of acme".to_owned()));
    assert_eq!(call(&api, "/notes", &alice.access).await.1, "2");
    assert_eq!(call(&api, "/notes/2", &alice.access).await.0, 404);
    assert_eq!(call(&api, "/notes/1", &nobodys.access).await.0, 404);

    set(&world, "alice", json!({ "org": "other" })).await;
    let heard = world.app("notes-api").revocations(&[]).await.json();
    for entry in heard["revocations"].as_array().unwrap() {
        let before = entry["at"].as_i64().unwrap() + 1;
        revocations.revoke_user(
            entry["user"].as_str().unwrap(),
            before,
            airside_resource::UnixSeconds::MAX,
        );
    }
    assert_eq!(call(&api, "/notes/1", &alice.access).await.0, 401);
    let next = Tokens::of(&app.refresh(alice.refresh()).await);
    assert_eq!(call(&api, "/notes/1", &next.access).await.0, 404);
    assert_eq!(call(&api, "/notes/2", &next.access).await.0, 200);
}
