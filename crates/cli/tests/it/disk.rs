//! A disk that gets full in the middle of refreshes: told as 503, nobody is thrown out, and it goes
//! on when there is room again.

mod full;

use std::time::{Duration, Instant};

use airside_testkit::{Answer, Browser, assert_contains};
use serde_json::json;

use self::full::Full;
use crate::{
    app::{App, post, redeem, refresh},
    server::{Ended, Place, Server},
};

const CHAINS: usize = 8;

/// Every chain goes on, and nothing was taken for an attack.
async fn assert_nothing_was_lost(place: &Place, server: &Server, chains: &[String]) {
    for chain in chains {
        let answer = refresh(&server.url, chain).await.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    for kind in [
        "refresh_token.reused",
        "refresh_token.unissued",
        "code.reused",
        "grant.revoked",
    ] {
        let query = format!("kind:{kind}");
        let events = place.run(&["-o", "json", "events", "search", &query]);
        assert_eq!(events.json(), json!([]), "{kind}");
    }
}

/// The answer that tells an app to keep what it has and try again.
fn assert_come_back_later(answer: &Answer) {
    assert_eq!(answer.outcome(), "503 temporarily_unavailable");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_ne!(answer.header("retry-after"), "");
}

/// Paths whose answers change nothing.
const READ: [&str; 5] = [
    "/jwks",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/health/live",
    "/metrics",
];

#[tokio::test]
async fn on_a_full_disk_tokens_are_refused_as_503_and_what_only_reads_is_answered() {
    let full = Full::new().await;
    let url = &full.server.url;
    for chain in &full.chains {
        assert_come_back_later(&refresh(url, chain).await.expect("an answer"));
    }
    assert_come_back_later(&redeem(url, &full.code).await.expect("an answer"));
    for path in READ {
        let answer = Browser::new().get(&full.server.at(path)).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let (_, answer) = App::try_sign_in(url).await.expect("an answer");
    assert_eq!(answer.status, 503);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_ne!(answer.header("retry-after"), "");
    let code = full.app.code().await;
    assert_ne!(code, "", "a code is no change of the store");
    let introspected = async |token: &str| {
        let fields = [("token", token)];
        let answer = post(&full.server.at("/introspect"), &fields).await;
        answer.expect("an answer").json()["active"].clone()
    };
    assert_eq!(introspected(&full.access_token).await, true);
    assert!(introspected(&full.chains[0]).await.is_boolean());
}

/// The status and the `status` of `/health/ready`, once it says `expected`: half a second may pass.
async fn hear_ready(server: &Server, expected: &str) -> u16 {
    let begun = Instant::now();
    loop {
        let answer = Browser::new().get(&server.at("/health/ready")).await;
        if answer.json()["status"] == expected {
            return answer.status.as_u16();
        }
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(10), "{}", answer.text());
    }
}

#[tokio::test]
async fn on_a_full_disk_health_is_degraded_until_there_is_room() {
    let mut full = Full::new().await;
    assert_eq!(hear_ready(&full.server, "degraded").await, 200);
    full.limit_files_to(None);
    assert_eq!(hear_ready(&full.server, "ready").await, 200);

    // where a balancer must notice
    assert_eq!(full.server.terminate(), 0);
    full.place.set("AIRSIDE_HEALTH__READY", "writes");
    full.server = full.place.serve_on_a_disk_of(1024 * 1024);
    assert_eq!(hear_ready(&full.server, "ready").await, 200);
    full.limit_files_to(Some(4096));
    assert_eq!(hear_ready(&full.server, "degraded").await, 503);
    full.limit_files_to(None);
    assert_eq!(hear_ready(&full.server, "ready").await, 200);
}

#[tokio::test]
async fn after_a_full_disk_a_restarted_server_has_lost_nothing_that_it_acknowledged() {
    let full = Full::new().await;
    let answer = redeem(&full.server.url, &full.code).await;
    assert_come_back_later(&answer.expect("an answer"));
    full.server.kill();
    let server = full.place.serve();
    assert_nothing_was_lost(&full.place, &server, &full.chains).await;
    let answer = redeem(&server.url, &full.code).await.expect("an answer");
    assert_eq!(
        answer.status,
        200,
        "a refused code is not used: {}",
        answer.text()
    );
}

#[tokio::test]
async fn when_there_is_room_again_the_same_server_goes_on_within_5_seconds() {
    let full = Full::new().await;
    full.limit_files_to(None);
    let room = Instant::now();
    while refresh(&full.server.url, &full.chains[0])
        .await
        .expect("an answer")
        .status
        != 200
    {
        assert!(room.elapsed() < Duration::from_secs(5), "it did not go on");
    }
    assert_nothing_was_lost(&full.place, &full.server, &full.chains[1..]).await;
    assert_eq!(full.app.authorize().await.status, 303);
    let answer = redeem(&full.server.url, &full.code).await;
    assert_eq!(answer.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_full_disk_refuses_administration_keeps_answering_and_loses_nothing() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    let server = place.serve_on_a_disk_of(256);
    let uri = format!("https://app.example/{}", "x".repeat(480));
    let mut made = Vec::new();
    let refused = loop {
        let name = format!("client{}", made.len());
        let ended = place.run(&format!(
            "client create {name} --public --redirect-uri {uri}"
        ));
        match ended.code {
            0 => made.push(name),
            _ => break ended,
        }
        assert!(made.len() < 2_000, "the disk never got full");
    };
    refused.assert_ended(1, "unavailable");
    for path in ["/jwks", "/.well-known/openid-configuration", "/health/live"] {
        assert_eq!(
            Browser::new().get(&server.at(path)).await.status,
            200,
            "{path}"
        );
    }

    drop(server);
    let server = place.serve();
    let kept = place.json("client list");
    let kept: Vec<_> = kept
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["client_id"].clone())
        .collect();
    for name in &made {
        assert!(
            kept.contains(&name.as_str().into()),
            "{name} was acknowledged and lost"
        );
    }
    let again = &format!("client create after --public --redirect-uri {uri}");
    place.run(again).assert_code(0);
    assert_eq!(server.terminate(), 0);
}

/// Asks until health is told so: whether a write succeeds is tried at most once in half a second.
fn ask_until_health_is(place: &Place, status: &str) -> Ended {
    let begun = Instant::now();
    loop {
        let ended = place.run("health");
        if ended.out.contains(status) {
            return ended;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", ended.out);
    }
}

/// As a probe of a container and an operator hear of it.
#[tokio::test]
async fn on_a_full_disk_health_says_degraded_and_the_doctor_what_to_do() {
    let full = Full::new().await;
    assert_eq!(ask_until_health_is(&full.place, "degraded").code, 0);
    let found = full.place.run("doctor");
    found.assert_code(7);
    let said = "the server says `degraded`";
    assert_contains(&found.out, said);
    full.limit_files_to(None);
    assert_eq!(ask_until_health_is(&full.place, "ready").code, 0);
}

/// A server is not healthy when a balancer is to send its requests elsewhere.
#[test]
fn a_server_that_is_not_ready_fails_its_health_check() {
    let place = Place::new("[health]\nready = \"writes\"\n");
    let server = place.serve_on_a_disk_of(1024 * 1024);
    place.run("health").assert_code(0);
    full::limit_files_of(&server, Some(4096));
    ask_until_health_is(&place, "degraded").assert_ended(7, "not ready: degraded");
}
