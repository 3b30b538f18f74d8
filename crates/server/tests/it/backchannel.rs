//! OpenID Connect Back-Channel Logout 1.0: who is told of the end of a session, how, and how often.

mod expiry;
mod module;
mod receiver;
mod token;

use std::{sync::Arc, time::Duration};

use airside_net::{Drain, Listener};
use airside_server::{Issuer, backchannel::deliver_due};
use airside_testkit::{Answer, Browser};
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
async fn two_hundreds_end_the_delivery_and_400_is_a_final_refusal() {
    // OIDC-BackChannel-2.8
    for (status, event) in [(200, "delivered"), (204, "delivered"), (400, "refused")] {
        let receiver = Receiver::new().await;
        receiver.behave(Behaviour::Status(StatusCode::from_u16(status).unwrap()));
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1);
        world.advance(DAY);
        assert_eq!(deliver(&deliverer).await, 0, "{status}");
        let last = world.events().await.pop().unwrap();
        assert_eq!(last, format!("logout.{event}"));
        let metrics = metrics(&deliverer).await;
        let line = format!("airside_logout_tokens_total{{outcome=\"{event}\"}} 1\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_slow_or_lying_is_tried_again_until_it_answers() {
    // OIDC-BackChannel-2.8, D07
    for behaviour in [
        Behaviour::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Behaviour::Status(StatusCode::CREATED),
        Behaviour::Status(StatusCode::NOT_FOUND),
        Behaviour::Redirect,
        Behaviour::HangUp,
        Behaviour::Silent,
        Behaviour::Garbage,
        Behaviour::Trickle,
        Behaviour::EndlessHead,
    ] {
        let receiver = Receiver::new().await;
        receiver.behave(behaviour);
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1, "{behaviour:?}");
        world.advance(Duration::from_secs(9));
        assert_eq!(
            deliver(&deliverer).await,
            0,
            "{behaviour:?}: not before 10 s"
        );
        receiver.behave(Behaviour::Status(StatusCode::OK));
        world.advance(Duration::from_secs(7));
        assert_eq!(
            deliver(&deliverer).await,
            1,
            "{behaviour:?}: at 15 s at the latest"
        );
        world.advance(DAY);
        assert_eq!(deliver(&deliverer).await, 0, "{behaviour:?}");
        let jtis: Vec<_> = receiver
            .tokens()
            .iter()
            .map(|it| claims(it)["jti"].clone())
            .collect();
        assert!(
            jtis.windows(2).all(|pair| pair[0] != pair[1]),
            "a new token each time"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_status_of_an_answer_counts() {
    // OIDC-BackChannel-2.8, G13
    for behaviour in [Behaviour::Endless, Behaviour::Page] {
        let receiver = Receiver::new().await;
        receiver.behave(behaviour);
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1);
        assert_eq!(world.events().await.pop().unwrap(), "logout.delivered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_grow_to_an_hour_and_after_a_day_it_is_given_up() {
    // OIDC-BackChannel-2.5
    let receiver = Receiver::new().await;
    receiver.behave(Behaviour::Status(StatusCode::SERVICE_UNAVAILABLE));
    let (world, deliverer) = signed_out(&receiver).await;
    let mut pauses = Vec::new();
    deliver(&deliverer).await;
    while pauses.is_empty() || world.events().await.last().unwrap() != "logout.given_up" {
        // exactly at first, then a minute at a time
        let step = if pauses.len() < 2 { 1 } else { 60 };
        let mut pause = 0_u64;
        while pause == 0 || deliver(&deliverer).await == 0 {
            world.advance(Duration::from_secs(step));
            pause += step;
            assert!(pause <= 3_660, "an hour at most");
        }
        pauses.push(pause);
    }
    assert!(pauses[0] >= 10 && pauses[0] <= 15, "{pauses:?}");
    assert!(pauses[1] >= 20 && pauses[1] <= 30, "{pauses:?}");
    let day: u64 = pauses.iter().sum();
    assert!((22 * 3_600..=24 * 3_600 + 60).contains(&day), "{day}");
    let attempts = receiver.tokens().len();
    assert!((25..60).contains(&attempts), "{attempts}");
    world.advance(DAY);
    assert_eq!(deliver(&deliverer).await, 0);
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

async fn metrics(deliverer: &Arc<Issuer>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let (listener, drain) = (Listener::tcp(listener), Drain::new());
    let serving = airside_server::serve_metrics(Arc::clone(deliverer), listener, drain.clone());
    let serving = tokio::spawn(serving);
    let text = Browser::new().get(&url).await.text();
    drain.start();
    serving.await.unwrap();
    text
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
