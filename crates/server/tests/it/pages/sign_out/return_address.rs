//! The way back to a client after a sign-out without a hint.

use serde_json::json;

use super::{DONE, confirm, open, returning, signed_in};
use crate::{authorize_endpoint::asked, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signed_out_already_is_sent_back_too() {
    // OIDC-RPInitiated-2: there is nothing to confirm
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let params = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", DONE),
    ];
    for _ in 0..2 {
        assert_eq!(open(&app, &params).await.header("location"), DONE);
    }
    let elsewhere = [
        params[0],
        ("post_logout_redirect_uri", "https://evil.example/"),
    ];
    let stays = open(&app, &elsewhere).await;
    assert_eq!(stays.header("location"), "");
    assert!(stays.text().contains(NOT_REGISTERED), "{}", stays.text());
    // nothing was asked for, so that nothing is missing
    let stays = open(&app, &params[..1]).await;
    assert!(!stays.text().contains(NOT_REGISTERED), "{}", stays.text());
}

/// Tells why nobody is sent back.
const NOT_REGISTERED: &str = "The address to return to is not registered";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_hint_gets_the_person_back_once_they_confirm() {
    // OIDC-RPInitiated-2, OIDC-RPInitiated-3
    let world = World::with(returning()).await;
    for hint in [None, Some("x.y.z")] {
        let (app, _) = signed_in(&world, "public-app").await;
        let mut params = vec![
            ("client_id", "public-app"),
            ("post_logout_redirect_uri", DONE),
            ("state", "a b"),
        ];
        params.extend(hint.map(|hint| ("id_token_hint", hint)));
        let page = open(&app, &params).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (200, ""));
        assert!(page.text().contains("public-app"), "{}", page.text());
        assert_eq!(asked(&app).await, "code", "nothing happened yet");
        let back = confirm(&app, &page).await;
        assert_eq!(back.header("location"), format!("{DONE}?state=a+b"));
        assert_eq!(asked(&app).await, "sign-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_hint_gets_nobody_back_to_an_address_that_is_not_its_own() {
    // OIDC-RPInitiated-3, A09
    let world = World::with(returning()).await;
    for (client, uri) in NOT_ITS_OWN {
        let (app, _) = signed_in(&world, "public-app").await;
        let params = [("client_id", client), ("post_logout_redirect_uri", uri)];
        let page = open(&app, &params).await;
        let answer = confirm(&app, &page).await;
        let seen = (answer.status.as_u16(), answer.header("location"));
        assert_eq!(seen, (200, ""), "{client} {uri}");
        assert!(!answer.text().contains(uri), "{client} {uri}");
        assert!(answer.text().contains(NOT_REGISTERED), "{client} {uri}");
        assert_eq!(asked(&app).await, "sign-in");
        // nobody is signed in any more
        let again = open(&app, &params).await;
        assert_eq!((again.status.as_u16(), again.header("location")), (200, ""));
        assert!(!again.text().contains(uri), "{client} {uri}");
    }
}

/// A client, and an address that it has not registered.
const NOT_ITS_OWN: [(&str, &str); 5] = [
    ("public-app", "https://evil.example/"),
    ("public-app", "https://app.example/done/"),
    ("public-other", DONE),
    ("nobody", DONE),
    ("", DONE),
];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_gets_a_link_back_without_a_hint() {
    // OIDC-RPInitiated-3, A09
    let world = World::with(returning()).await;
    let app = world.app("public-app");
    let params = [
        ("client_id", "public-app"),
        ("post_logout_redirect_uri", DONE),
    ];
    let page = open(&app, &params).await;
    assert_eq!((page.status.as_u16(), page.header("location")), (200, ""));
    let link = format!("href=\"{DONE}\">Back to");
    assert!(page.text().contains(&link), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_anywhere_else() {
    // A09, OIDC-RPInitiated-3
    let world = World::with(returning()).await;
    let (_, foreign) = signed_in(&world, "public-other").await;
    for (uri, hint) in [
        ("https://evil.example/", "own"),
        ("https://app.example/done/", "own"),
        ("//evil.example", "own"),
        ("/\\evil.example", "own"),
        ("javascript:alert(1)", "own"),
        (DONE, ""),
        (DONE, "x.y.z"),
        (DONE, &foreign),
    ] {
        let (app, own) = signed_in(&world, "public-app").await;
        let hint = if hint == "own" { own.as_str() } else { hint };
        let page = open(
            &app,
            &[("id_token_hint", hint), ("post_logout_redirect_uri", uri)],
        )
        .await;
        let answer = match hint == own.as_str() {
            true => page,
            false => confirm(&app, &page).await,
        };
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (200, ""),
            "{uri}"
        );
        assert_eq!(asked(&app).await, "sign-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_added_to_the_query_of_the_address() {
    // OIDC-RPInitiated-3
    let uri = "https://app.example/done?from=op";
    let mut setting = returning();
    setting.clients[0]["post_logout_redirect_uris"] = json!([uri]);
    let world = World::with(setting).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let params = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", uri),
        ("state", "s"),
    ];
    let answer = open(&app, &params).await;
    assert_eq!(answer.header("location"), format!("{uri}&state=s"));
}
