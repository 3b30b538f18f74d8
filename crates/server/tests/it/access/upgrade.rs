//! Tests with what an earlier release stored: scopes and APIs side by side.

use super::{ONE, PLAIN, TWO, ask, refresh, twins};
use crate::{
    authorize_endpoint::asked,
    token::claims,
    world::{BANK, SHOP, Tokens, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_of_before_counts_if_it_names_one_api() {
    // A21
    let world = twins("public-app").await;
    let mut app = ask(world.app("public-app"), "openid", &[]);
    app.code("alice").await;

    for (stored, stored_at, scope, resources, step) in STORED {
        store_consent(&world, stored, stored_at);
        app = ask(app, scope, resources);
        let case = format!("{stored} {stored_at:?}: {scope} {resources:?}");
        assert_eq!(asked(&app).await, step, "{case}");
    }
}

/// The scope and the APIs of the stored consent, those of a request, and the step that follows.
type StoredConsent = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    &'static str,
);

const STORED: [StoredConsent; 8] = [
    ("openid read", &[ONE], "openid read", &[ONE], "code"),
    ("openid read", &[ONE], "openid", &[ONE], "code"),
    ("openid read", &[ONE], "openid write", &[ONE], "consent"),
    ("openid read", &[ONE], "openid read", &[TWO], "consent"),
    (
        "openid read write",
        &[ONE, TWO],
        "openid read",
        &[ONE],
        "consent",
    ),
    ("openid read write", &[ONE, TWO], "openid", &[], "consent"),
    ("openid", &[], "openid", &[], "code"),
    ("openid", &[], "openid", &[PLAIN], "consent"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_of_before_that_was_forgotten_is_given_again() {
    // A21
    let world = twins("public-app").await;
    let app = ask(world.app("public-app"), "openid read", &[ONE, TWO]);
    app.code("alice").await;
    store_consent(&world, "openid read", &[ONE, TWO]);
    assert_eq!(asked(&app).await, "consent");
    app.sign_in_at(ONE).await;
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_of_before_refreshes_on_with_the_scopes_of_each_api() {
    // T13, RFC6749-6
    let world = World::new().await;
    let scope = "openid offline_access accounts:read orders:read";
    let app = ask(world.app("spa"), scope, &[BANK, SHOP]);
    let mut tokens = app.sign_in_at(BANK).await;
    let old = format!(
        r#"{{"s":"{scope}","r":["{BANK}","{SHOP}"],"a":{{"t":1767225600000,"m":["pwd"]}}}}"#
    );
    store(&world, "UPDATE \"grant\" SET terms = ?1", &old);

    for (api, scope) in [
        (SHOP, "openid offline_access orders:read"),
        (BANK, "openid offline_access accounts:read"),
    ] {
        tokens = Tokens::of(&refresh(&app, &tokens, &[("resource", api)]).await);
        assert_eq!(claims(&tokens.access)["aud"], api);
        assert_eq!(tokens.scope, scope);
    }
    for (api, scope, outcome) in [
        ("", "", "400 invalid_target"),
        (BANK, "orders:read", "400 invalid_scope"),
        (BANK, "accounts:write", "400 invalid_scope"),
    ] {
        let answer = refresh(&app, &tokens, &[("resource", api), ("scope", scope)]).await;
        assert_eq!(answer.outcome(), outcome, "{api} {scope}");
    }
}

/// Writes the one consent as an earlier release would have.
fn store_consent(world: &World, scope: &str, apis: &[&str]) {
    let old = serde_json::json!({ "scope": scope, "resources": apis }).to_string();
    store(world, "UPDATE consent SET allowed = ?1", &old);
}

fn store(world: &World, sql: &str, text: &str) {
    let changed = world.database().execute(sql, [text]).unwrap();
    assert_eq!(changed, 1);
}
