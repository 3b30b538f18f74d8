//! The authentication context class (OIDC Core §2, §3.1.2.1, §5.5.1.1).

use serde_json::{Value, json};

use crate::{authorize_endpoint::asked, token::claims, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn tokens_say_by_which_class_a_person_signed_in() {
    // OIDC-Core-2, RFC9068-2.2.1
    let world = World::new().await;
    for wanted in ["", "pwd", "mfa pwd", "mfa"] {
        // OIDC-Core-3.1.2.1: acr_values is a wish
        let app = world.app("spa").with("acr_values", wanted);
        let tokens = app.sign_in("alice").await;
        for token in [&tokens.access, tokens.id.as_ref().unwrap()] {
            let claims = claims(token);
            assert_eq!(
                (&claims["acr"], &claims["amr"]),
                (&json!("pwd"), &json!(["pwd"]))
            );
        }
        let again = app.refresh(tokens.refresh()).await;
        assert_eq!(claims(&again.member("id_token"))["acr"], "pwd");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_essential_class_that_cannot_be_had_is_an_error() {
    // A22, OIDC-Core-5.5.1.1
    let world = World::new().await;
    for (acr, expected) in essential_classes() {
        let wanted = json!({ "id_token": { "acr": acr } }).to_string();
        let app = world.app("spa").with("claims", &wanted);
        assert_eq!(asked(&app).await, expected, "{wanted}");
    }
    let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "mfa" } } });
    let app = world.app("spa").with("claims", &wanted.to_string());
    assert_eq!(asked(&app.with("prompt", "none")).await, UNMET);
}

/// Returns what is asked for of `acr`, and what comes of it.
fn essential_classes() -> [(Value, &'static str); 8] {
    [
        (
            json!({ "essential": true, "values": ["mfa", "phr"] }),
            UNMET,
        ),
        (json!({ "essential": true, "value": "mfa" }), UNMET),
        (
            json!({ "essential": true, "values": ["mfa", "pwd"] }),
            "sign-in",
        ),
        (json!({ "essential": true, "value": "pwd" }), "sign-in"),
        (json!({ "essential": true }), "sign-in"),
        (json!({ "essential": false, "value": "mfa" }), "sign-in"),
        (json!({ "values": ["mfa"] }), "sign-in"),
        (json!(null), "sign-in"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_essential_class_is_met_by_the_session_that_has_it() {
    // A22, OIDC-Core-5.5.1.1
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "pwd" } } });
    let app = app.with("claims", &wanted.to_string());
    assert_eq!(asked(&app).await, "code");
    let sql = "UPDATE session SET amr = '[\"fpt\"]'";
    assert_eq!(world.database().execute(sql, []).unwrap(), 1);
    assert_eq!(asked(&app).await, "sign-in");
    assert_eq!(
        claims(&app.sign_in("alice").await.id.unwrap())["acr"],
        "pwd"
    );
}

const UNMET: &str = "unmet_authentication_requirements";
