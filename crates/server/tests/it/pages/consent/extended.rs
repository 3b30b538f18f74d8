//! Registrations that are changed while the page is open: it allows what it shows, and no more.

use serde_json::json;

use super::{decide, on, page};
use crate::{
    authorize_endpoint::step,
    token::{claims, public_client},
    world::{App, BANK, World},
};

/// The API that an administrator changes, and the same as one segment of a path.
const NOTES: &str = "https://notes.example";
const NOTES_PATH: &str = "/resources/https%3A%2F%2Fnotes.example";

/// A client with this scope, which asks for all that it is registered for at `resource`.
async fn registered<'a>(world: &'a World, id: &str, scope: &str, resource: &str) -> App<'a> {
    let client = public_client(id, json!({ "scope": scope }));
    world.create("/clients", client).await;
    world.app(id).with("scope", "").with("resource", resource)
}

/// Returns where "allow" leads on the page with this seal.
async fn allowed(app: &App<'_>, sealed: &str) -> String {
    let answer = decide(app, sealed, "allow").await;
    match answer.returned("code") {
        Some(_) => step(&answer),
        None => on(app, &answer).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_shown_again_if_the_client_would_get_more_than_it_shows() {
    let world = World::new().await;
    let (read, both) = ("accounts:read", "accounts:read accounts:write");
    for (id, shown, later, leads) in [
        ("public-more", read, both, "consent"),
        ("public-same", read, read, "code"),
        ("public-less", both, read, "code"),
    ] {
        let app = registered(&world, id, shown, BANK).await;
        let (_, sealed) = page(&app, "alice").await;
        let (client, patch) = (format!("/clients/{id}"), json!({ "scope": later }));
        world.administer("PATCH", &client, patch).await;
        assert_eq!(allowed(&app, &sealed).await, leads, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_is_shown_again_names_what_was_added() {
    let world = World::new().await;
    let app = registered(&world, "public-more", "accounts:read", BANK).await;
    let (first, sealed) = page(&app, "alice").await;
    assert!(!first.text().contains("accounts:write"));
    let scope = "accounts:read accounts:write";
    let patch = json!({ "scope": scope });
    world
        .administer("PATCH", "/clients/public-more", patch)
        .await;
    let restart = decide(&app, &sealed, "allow").await;
    let next = app.browser.get(restart.header("location")).await;
    let again = app.browser.get(next.header("location")).await;
    assert!(again.text().contains("accounts:write"), "{}", again.text());
    let answer = decide(&app, &again.hidden("interaction"), "allow").await;
    let tokens = app.redeem(&answer.returned("code").unwrap()).await;
    assert_eq!(claims(&tokens.member("access_token"))["scope"], scope);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_shown_again_if_the_api_would_be_told_more_than_it_shows() {
    let world = World::new().await;
    let api = json!({ "identifier": NOTES, "scopes": ["notes:read"], "claims": ["org"] });
    world.create("/resources", api).await;
    for (id, names, leads) in [
        ("public-same", ["org"].as_slice(), "code"),
        ("public-more", &["org", "salary"], "consent"),
        ("public-less", &["org"], "code"),
    ] {
        let app = registered(&world, id, "notes:read", NOTES).await;
        let (_, sealed) = page(&app, "alice").await;
        let patch = json!({ "claims": names });
        world.administer("PATCH", NOTES_PATH, patch).await;
        assert_eq!(allowed(&app, &sealed).await, leads, "{id}");
    }
}
