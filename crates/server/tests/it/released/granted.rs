//! Claims that an API is released after a grant was made.

use serde_json::{Value, json};

use super::{notes, releasing, set};
use crate::{
    authorize_endpoint::asked,
    token::claims,
    world::{Tokens, World},
};

/// The claims `org` and `salary` of an access token.
fn told(tokens: &Tokens) -> (Value, Value) {
    let claims = claims(&tokens.access);
    (claims["org"].clone(), claims["salary"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_released_later_needs_a_new_authorization() {
    let mut world = World::with(releasing(&["org"])).await;
    set(&world, "alice", json!({ "org": "acme", "salary": 1 })).await;
    let app = notes(&world);
    let first = app.sign_in("alice").await;
    let browser = app.browser;

    world.restart(releasing(&["org", "salary"])).await;
    let mut app = notes(&world);
    app.browser = browser;
    let old = Tokens::of(&app.refresh(first.refresh()).await);
    assert_eq!(told(&old), (json!("acme"), Value::Null));
    assert_eq!(asked(&app).await, "consent");
    let new = app.sign_in("alice").await;
    assert_eq!(told(&new), (json!("acme"), json!(1)));
    let old = Tokens::of(&app.refresh(old.refresh()).await);
    assert_eq!(told(&old), (json!("acme"), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_taken_off_the_list_leaves_the_next_token_of_every_grant() {
    let mut world = World::with(releasing(&["org", "salary"])).await;
    set(&world, "alice", json!({ "org": "acme", "salary": 1 })).await;
    let first = notes(&world).sign_in("alice").await;
    assert_eq!(told(&first), (json!("acme"), json!(1)));
    world.restart(releasing(&["org"])).await;
    let next = Tokens::of(&notes(&world).refresh(first.refresh()).await);
    assert_eq!(told(&next), (json!("acme"), Value::Null));
}
