//! The authentication context class (OIDC Core §2, §3.1.2.1, §5.5.1.1).

use serde_json::json;

use crate::{token::claims, world::World};

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
