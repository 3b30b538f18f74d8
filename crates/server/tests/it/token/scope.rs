//! One token, one audience, never more than was granted (RFC 8707, RFC 9068 §3, RFC 6749 §6).

use airside_testkit::Answer;
use serde_json::json;

use super::{claims, header, public_client};
use crate::world::{App, BANK, SHOP, Tokens, World};

const BOTH: &str = "openid offline_access accounts:read accounts:write";

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_may_narrow_the_scope_and_a_later_one_has_it_all_again() {
    // T13, RFC6749-6
    let world = World::new().await;
    let app = world.app("spa").scope(BOTH);
    let first = app.sign_in("alice").await;
    let narrow = Tokens::of(&refresh(&app, &first, &[("scope", "accounts:read")]).await);
    assert_eq!(narrow.scope, "accounts:read");
    assert_eq!(claims(&narrow.access)["scope"], "accounts:read");
    let again = Tokens::of(&refresh(&app, &narrow, &[]).await);
    assert_eq!(again.scope, BOTH);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_was_never_granted_is_refused_and_the_token_not_used_up() {
    // T13
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    for scope in [
        "accounts:read accounts:write",
        "admin",
        "accounts:reader",
        "email",
    ] {
        let answer = refresh(&app, &first, &[("scope", scope)]).await;
        assert_eq!(answer.outcome(), "400 invalid_scope", "{scope}");
    }
    // not rotated: more than the window later, it is still current
    world.advance(std::time::Duration::from_secs(31));
    let second = Tokens::of(&refresh(&app, &first, &[]).await);
    assert_eq!(refresh(&app, &second, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_taken_from_the_client_since_is_left_out_unless_it_is_named() {
    // T13, RFC6749-6
    let world = World::new().await;
    let client = public_client("public-edited", json!({}));
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let app = world.app("public-edited").scope(BOTH);
    let first = app.sign_in("alice").await;
    let less = json!({ "scope": "openid offline_access accounts:read" });
    let edited = world.admin("PATCH", "/clients/public-edited", less).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let named = refresh(&app, &first, &[("scope", "accounts:write")]).await;
    assert_eq!(named.outcome(), "400 invalid_scope");
    let second = Tokens::of(&refresh(&app, &first, &[]).await);
    assert_eq!(second.scope, "openid offline_access accounts:read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_one_audience_as_a_string() {
    // RFC9068-2.2
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let claims = claims(&tokens.access);
    assert_eq!(claims["aud"], BANK);
    assert_eq!(claims["client_id"], "spa");
    assert_eq!(claims["iss"], world.url);
    assert_eq!(header(&tokens.access)["typ"], "at+jwt");
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 15 * 60);
    for name in ["sub", "jti", "auth_time", "sid", "grant_id", "roles", "amr"] {
        assert!(claims.get(name).is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_openid_scopes_make_a_token_for_the_issuer() {
    // RFC9068-3
    let world = World::new().await;
    let tokens = world
        .app("spa")
        .scope("openid email")
        .sign_in("alice")
        .await;
    assert_eq!(claims(&tokens.access)["aud"], world.url);
    assert_eq!(header(&tokens.access)["alg"], "RS256");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_granted_resources_exactly_one_is_chosen_at_token() {
    // RFC8707-2.2
    let world = World::new().await;
    let app = two_apis(&world);
    let code = app.code("alice").await;
    let both = redeem(&app, &code, &[]).await;
    assert_eq!(both.outcome(), "400 invalid_target");
    let several = redeem(&app, &code, &[("resource", BANK), ("resource", SHOP)]).await;
    assert_eq!(several.outcome(), "400 invalid_target");
    let shop = Tokens::of(&redeem(&app, &code, &[("resource", SHOP)]).await);
    assert_eq!(claims(&shop.access)["aud"], SHOP);
    assert_eq!(shop.scope, "openid orders:read");
    let bank = Tokens::of(&refresh(&app, &shop, &[("resource", BANK)]).await);
    assert_eq!(claims(&bank.access)["aud"], BANK);
    assert_eq!(bank.scope, "openid accounts:read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_the_other_resource_is_refused() {
    // RFC8707-2.2, T16
    let world = World::new().await;
    let app = two_apis(&world);
    let code = app.code("alice").await;
    let fields = [("resource", SHOP), ("scope", "accounts:read")];
    let answer = redeem(&app, &code, &fields).await;
    assert_eq!(answer.outcome(), "400 invalid_scope");
    let fields = [("resource", BANK), ("scope", "accounts:read")];
    assert_eq!(redeem(&app, &code, &fields).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_was_not_granted_is_an_invalid_target_and_changes_nothing() {
    // T16, RFC8707-2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let fragment = format!("{BANK}#x");
    for resource in [
        SHOP,
        "https://evil.example",
        "bank",
        &fragment,
        &format!("{BANK}/"),
    ] {
        let answer = refresh(&app, &first, &[("resource", resource)]).await;
        assert_eq!(answer.outcome(), "400 invalid_target", "{resource}");
    }
    assert_eq!(
        refresh(&app, &first, &[("resource", BANK)]).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_scopes_belong_to_two_apis_must_name_one() {
    // RFC8707-2
    let world = machine("accounts:read orders:read").await;
    let app = world.app("robot");
    let none = app.token(&[GRANT]).await;
    assert_eq!(none.outcome(), "400 invalid_target");
    let why = none.member("error_description");
    assert!(why.contains(BANK) && why.contains(SHOP), "{why}");
    let one = app.token(&[GRANT, ("resource", SHOP)]).await;
    assert_eq!(Tokens::of(&one).scope, "orders:read");
    let unknown = app
        .token(&[GRANT, ("resource", "https://evil.example")])
        .await;
    assert_eq!(unknown.outcome(), "400 invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_no_scope_about_a_person_or_beyond_its_registration() {
    // T13
    let world = machine("accounts:read").await;
    let app = world.app("robot");
    for scope in [
        "openid",
        "offline_access",
        "accounts:write",
        "accounts:nothing",
    ] {
        let answer = app.token(&[GRANT, ("scope", scope)]).await;
        assert_eq!(answer.outcome(), "400 invalid_scope", "{scope}");
    }
    let answer = app.token(&[GRANT, ("scope", "accounts:read")]).await;
    assert_eq!(Tokens::of(&answer).scope, "accounts:read");
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn machine(scope: &str) -> World {
    let robot = json!({
        "client_id": "robot", "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"], "scope": scope,
    });
    World::with_clients([robot]).await
}

fn two_apis(world: &World) -> App<'_> {
    let app = world.app("spa").scope("openid accounts:read orders:read");
    app.with("resource", BANK).also("resource", SHOP)
}

async fn redeem(app: &App<'_>, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", crate::world::VERIFIER),
    ];
    fields.extend_from_slice(more);
    app.token(&fields).await
}

async fn refresh(app: &App<'_>, tokens: &Tokens, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    fields.extend_from_slice(more);
    app.token(&fields).await
}
