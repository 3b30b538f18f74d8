//! More is asked than can be done: what matters less is refused first, and says when to come back.

use std::sync::atomic::Ordering;

use airside_testkit::Answer;
use serde_json::json;

use crate::world::{App, Setting, World};

const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test(flavor = "multi_thread")]
async fn what_matters_less_is_refused_first_and_an_end_never() {
    // D07, decision 12
    let setting = Setting {
        admin_api: true,
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let (app, machine) = (world.app("web"), world.app("billing"));
    let expected = [
        (0, [true; 5]),
        (300, [false, true, true, true, true]),
        (600, [false, false, true, true, true]),
        (1100, [false, false, false, true, true]),
        (2100, [false, false, false, false, true]),
    ];
    for (delay_ms, served) in expected {
        let (tokens, code) = (app.sign_in("alice").await, app.code("alice").await);
        world.delay_ms.store(delay_ms, Ordering::SeqCst);
        let answers = [
            world.browser().get(&world.at("/api/admin/v1/issuer")).await,
            app.authorize().await,
            app.redeem(&code).await,
            app.refresh(tokens.refresh()).await,
            machine.token(&MACHINE).await,
        ];
        for (answer, served) in answers.iter().zip(served) {
            let refused = is_refused(answer);
            assert_eq!(refused, !served, "{delay_ms} ms: {}", answer.outcome());
        }
        assert_never_refused(&world, &app, &tokens.access).await;
        world.delay_ms.store(0, Ordering::SeqCst);
        // nothing of what was refused was done
        if !served[2] {
            assert_eq!(app.redeem(&code).await.status, 200);
        }
    }
}

/// Keys, whether a token is good, revocation, the feed of revocations and the sign-out.
async fn assert_never_refused(world: &World, app: &App<'_>, access: &str) {
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/sign-out",
        "/health/ready",
    ] {
        assert_eq!(
            world.browser().get(&world.at(path)).await.status,
            200,
            "{path}"
        );
    }
    assert_eq!(app.introspect(access).await.status, 200);
    assert_eq!(app.userinfo(access).await.status, 200);
    assert_eq!(app.revoke(access).await.status, 200);
    assert_eq!(world.app("bank-api").revocations(&[]).await.status, 200);
    // over the socket: the operator's own hand
    let operator = world.admin("GET", "/issuer", json!(null)).await;
    assert_eq!(operator.status, 200);
}

fn is_refused(answer: &Answer) -> bool {
    let refused = answer.status == 503;
    if refused {
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=3).contains(&seconds), "{seconds}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_is_refused() {
    let world = World::new().await;
    world.delay_ms.store(700, Ordering::SeqCst);
    for _ in 0..3 {
        let page = world.app("spa").authorize().await;
        assert!(is_refused(&page));
        // no line of the log is about this one
        assert!(page.text().contains("Nothing was changed") && !page.text().contains("Error id"));
    }
    let metrics = world.browser().get(&world.at("/metrics")).await.text();
    assert!(
        metrics.contains("airside_requests_shed{class=\"sign_in\"} 3\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("airside_requests_shed{class=\"refresh\"} 0\n"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_for_those_who_have_proved_that_they_belong_to_it() {
    // D07: a caller that only claims to be a machine or to have a refresh token takes no permit
    let world = World::new().await;
    let (app, machine) = (world.app("web"), world.app("billing"));
    let tokens = app.sign_in("alice").await;
    // every priority but the last is refused now: a refusal shows which request needed a permit
    world.delay_ms.store(2100, Ordering::SeqCst);
    assert_eq!(
        app.refresh("art_made_up").await.outcome(),
        "400 invalid_grant"
    );
    assert_eq!(app.redeem("made up").await.outcome(), "400 invalid_grant");
    let stranger = world.app("nobody").token(&MACHINE).await;
    assert_eq!(stranger.outcome(), "401 invalid_client");
    // the controls
    assert!(is_refused(&app.refresh(tokens.refresh()).await));
    assert_eq!(machine.token(&MACHINE).await.status, 200);
}
