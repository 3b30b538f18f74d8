//! OpenID Connect Back-Channel Logout 1.0: who is told of the end of a session, how, and how often.

mod expiry;
mod module;
mod receiver;
mod retry;
mod token;

use std::{sync::Arc, time::Duration};

use airside_server::{Issuer, backchannel::deliver_due};
use airside_testkit::Answer;
use http::StatusCode;
use serde_json::{Value, json};

use self::receiver::{Behaviour, Receiver};
use crate::{
    token::claims,
    world::{App, PASSWORD, Setting, World},
};

/// A client of the world that is told at `uri`.
fn told(id: &str, uri: &str) -> Value {
    json!({
        "client_id": id, "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid offline_access accounts:read",
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_signed_response_alg": "ES256", "backchannel_logout_uri": uri,
    })
}

/// A setting in which only a deliverer sends logout tokens, to `public-1` and so on.
fn setting(receivers: &[&Receiver]) -> Setting {
    let clients = (1..).zip(receivers);
    let clients = clients.map(|(number, it)| told(&format!("public-{number}"), &it.url));
    Setting {
        clients: clients.collect(),
        holds_logouts: true,
        fetch_timeout: Some(Duration::from_millis(300)),
        ..Setting::default()
    }
}

async fn world(receivers: &[&Receiver]) -> (World, Arc<Issuer>) {
    let world = World::with(setting(receivers)).await;
    let deliverer = world.deliverer(setting(receivers)).await;
    (world, deliverer)
}

/// Alice signs in at `client`: the app, and the ID token that it got.
async fn signed_in<'a>(world: &'a World, client: &str) -> (App<'a>, String) {
    let app = world.app(client).scope("openid accounts:read");
    let id = app.sign_in("alice").await.id.unwrap();
    (app, id)
}

async fn sign_out(app: &App<'_>, hint: &str) {
    let url = app.world.at(&format!("/sign-out?id_token_hint={hint}"));
    let answer = app.browser.get(&url).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// A world with one client, at which alice has signed in and out.
async fn signed_out(receiver: &Receiver) -> (World, Arc<Issuer>) {
    let (world, deliverer) = world(&[receiver]).await;
    let (app, hint) = signed_in(&world, "public-1").await;
    sign_out(&app, &hint).await;
    drop(app);
    // events of different milliseconds are in order
    world.advance(Duration::from_millis(1));
    (world, deliverer)
}

async fn deliver(deliverer: &Arc<Issuer>) -> usize {
    deliver_due(deliverer).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_client_of_a_session_is_told_once_and_no_other() {
    // OIDC-BackChannel-2.5
    let receivers = [
        Receiver::new().await,
        Receiver::new().await,
        Receiver::new().await,
    ];
    let (world, deliverer) = world(&receivers.each_ref()).await;
    let (app, hint) = signed_in(&world, "public-1").await;
    let app = app.then_client("public-2");
    app.sign_in("alice").await;
    // another browser's session goes on
    signed_in(&world, "public-3").await;
    assert_eq!(deliver(&deliverer).await, 0);

    sign_out(&app, &hint).await;

    assert_eq!(deliver(&deliverer).await, 2);
    assert_eq!(deliver(&deliverer).await, 0);
    let received: Vec<_> = receivers.iter().map(|it| it.tokens().len()).collect();
    assert_eq!(received, [1, 1, 0]);
    let sid = &claims(&hint)["sid"];
    for receiver in &receivers[..2] {
        assert_eq!(&claims(&receiver.tokens()[0])["sid"], sid);
    }
    let events = world.events().await;
    let delivered = events.iter().filter(|kind| *kind == "logout.delivered");
    assert_eq!(delivered.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_a_session_tells_its_clients() {
    // OIDC-BackChannel-2.5, ASVS-7.4.2
    let page = async |app: &App<'_>| {
        let url = app.world.at("/sign-out");
        let sealed = app.browser.get(&url).await.hidden("interaction");
        app.browser.post(&url, &[("interaction", &sealed)]).await
    };
    for way in [
        "hint", "page", "replaced", "session", "disable", "delete", "password",
    ] {
        let receiver = Receiver::new().await;
        let (world, deliverer) = world(&[&receiver]).await;
        let (app, hint) = signed_in(&world, "public-1").await;
        let session = claims(&hint)["sid"].as_str().unwrap().to_owned();
        let answer: Answer = match way {
            "hint" => {
                app.browser
                    .get(&world.at(&format!("/sign-out?id_token_hint={hint}")))
                    .await
            }
            "page" => page(&app).await,
            "replaced" => app.with("prompt", "login").code_answer("bob").await,
            "session" => {
                world
                    .admin("DELETE", &format!("/sessions/{session}"), json!({}))
                    .await
            }
            "disable" => {
                world
                    .admin("PATCH", "/users/alice", json!({ "disabled": true }))
                    .await
            }
            "delete" => world.admin("DELETE", "/users/alice", json!({})).await,
            _ => {
                let body = json!({ "password": format!("{PASSWORD} 2") });
                world.admin("POST", "/users/alice/password", body).await
            }
        };
        assert!(answer.status.as_u16() < 400, "{way}: {}", answer.text());
        assert_eq!(deliver(&deliverer).await, 1, "{way}");
        assert_eq!(
            &claims(&receiver.tokens()[0])["sid"],
            &json!(session),
            "{way}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_grant_was_revoked_is_told_and_one_without_openid_is_not() {
    // OIDC-BackChannel-2.5, OIDC-BackChannel-2.7
    let receivers = [Receiver::new().await, Receiver::new().await];
    let (world, deliverer) = world(&receivers.each_ref()).await;
    let app = world
        .app("public-1")
        .scope("openid offline_access accounts:read");
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.revoke(tokens.refresh()).await.status, 200);
    let app = app.then_client("public-2").scope("accounts:read");
    app.sign_in("alice").await;
    sign_out(&app, &tokens.id.unwrap()).await;
    assert_eq!(deliver(&deliverer).await, 1);
    let received: Vec<_> = receivers.iter().map(|it| it.tokens().len()).collect();
    assert_eq!(received, [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_with_offline_access_outlives_the_logout_token() {
    // OIDC-BackChannel-2.7
    let receiver = Receiver::new().await;
    let (world, deliverer) = world(&[&receiver]).await;
    let app = world
        .app("public-1")
        .scope("openid offline_access accounts:read");
    let tokens = app.sign_in("alice").await;
    sign_out(&app, tokens.id.as_deref().unwrap()).await;
    assert_eq!(deliver(&deliverer).await, 1);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_silent_holds_up_no_other() {
    // OIDC-BackChannel-2.5, D07
    let (silent, healthy) = (Receiver::new().await, Receiver::new().await);
    silent.behave(Behaviour::Silent);
    let mut setting = setting(&[&silent, &healthy]);
    // longer than the test
    (setting.holds_logouts, setting.fetch_timeout) = (false, Some(DAY));
    let world = World::with(setting).await;
    // more sessions than may be under way at once to one client
    for _ in 0..6 {
        let (app, hint) = signed_in(&world, "public-1").await;
        sign_out(&app, &hint).await;
    }
    silent.called(4).await;
    let (app, hint) = signed_in(&world, "public-2").await;
    sign_out(&app, &hint).await;
    healthy.called(1).await;
    assert_eq!(silent.tokens().len(), 4, "four at once");
    assert_eq!(app.sign_in("alice").await.scope, "openid accounts:read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_commit_and_sending_loses_nothing() {
    // OIDC-BackChannel-2.5
    let receiver = Receiver::new().await;
    let (mut world, first) = signed_out(&receiver).await;
    // one that was leased and never sent: its process is gone
    receiver.behave(Behaviour::Silent);
    let mut under_way = tokio::task::JoinSet::new();
    let started = airside_server::backchannel::start_due(&first, &mut under_way).await;
    assert_eq!(started.unwrap(), 1);
    drop((under_way, first));
    receiver.behave(Behaviour::Status(StatusCode::OK));
    world.restart(setting(&[&receiver])).await;
    let second = world.deliverer(setting(&[&receiver])).await;
    assert_eq!(
        deliver(&second).await,
        0,
        "another process may be sending it"
    );
    world.advance(Duration::from_secs(30));
    assert_eq!(deliver(&second).await, 1);
    assert_eq!(world.events().await.pop().unwrap(), "logout.delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_send_each_logout_token_once() {
    // OIDC-BackChannel-2.5
    let receiver = Receiver::new().await;
    let (world, one) = world(&[&receiver]).await;
    let two = world.deliverer(setting(&[&receiver])).await;
    for _ in 0..3 {
        let (app, hint) = signed_in(&world, "public-1").await;
        sign_out(&app, &hint).await;
    }
    let (first, second) = tokio::join!(deliver(&one), deliver(&two));
    assert_eq!(first + second, 3);
    assert_eq!(receiver.tokens().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_wants_none_any_more_is_sent_none() {
    let receiver = Receiver::new().await;
    let (world, _) = signed_out(&receiver).await;
    let mut without = setting(&[&receiver]);
    let client = without.clients[0].as_object_mut().unwrap();
    client.remove("backchannel_logout_uri");
    let deliverer = world.deliverer(without).await;
    assert_eq!(deliver(&deliverer).await, 1);
    assert_eq!(deliver(&deliverer).await, 0);
    assert!(receiver.tokens().is_empty());
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
