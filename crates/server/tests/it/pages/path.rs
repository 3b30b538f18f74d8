//! An issuer below a path.

use crate::world::{Setting, Tokens, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_below_a_path_answers_at_both_well_known_addresses() {
    // RFC8414-3.1
    let world = tenant().await;
    let root = world.url.strip_suffix("/tenant").unwrap();
    for name in ["openid-configuration", "oauth-authorization-server"] {
        for url in [
            format!("{root}/.well-known/{name}/tenant"),
            format!("{root}/tenant/.well-known/{name}"),
        ] {
            let answer = world.browser().get(&url).await;
            assert_eq!(answer.member("issuer"), world.url, "{url}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_below_a_path_serves_the_whole_flow() {
    // RFC8414-2
    let world = tenant().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    Tokens::of(&app.refresh(tokens.refresh()).await);
}

pub(super) async fn tenant() -> World {
    World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_of_the_metadata_is_there() {
    // RFC8414-2
    for world in [World::new().await, tenant().await] {
        let url = world.at("/.well-known/oauth-authorization-server");
        let metadata = world.browser().get(&url).await;
        assert_eq!(metadata.member("issuer"), world.url);
        let json = metadata.json();
        let members = json.as_object().unwrap().iter();
        for (name, url) in members.filter(|(n, _)| n.ends_with("_endpoint") || *n == "jwks_uri") {
            let answer = world.browser().get(url.as_str().unwrap()).await;
            assert_ne!(answer.status, 404, "{name}");
        }
    }
}
