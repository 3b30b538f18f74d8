//! kill -9 in the middle of refreshes: what was acknowledged is there, and nobody is thrown out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;

use crate::{
    app::{App, CONFIGURATION, redeem, refresh},
    server::{Place, Server},
};

const CLIENTS: usize = 64;

/// One chain of refresh tokens: the newest that was acknowledged, and how many were.
#[derive(Clone)]
struct Chain {
    token: String,
    acknowledged: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_lost_nothing_that_it_acknowledged() {
    let kills: usize = std::env::var("AIRSIDE_KILLS").map_or(10, |n| n.parse().unwrap());
    let place = Place::new(CONFIGURATION);
    let mut server = place.serve();
    let mut chains = begin(&server).await;
    let mut seed: u64 = 42;
    let mut slowest = Duration::ZERO;

    for _ in 0..kills {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let load = Duration::from_millis(50 + (seed >> 33) % 450);
        chains = refresh_until_killed(server, chains, load).await;
        server = place.serve();
        slowest = slowest.max(server.ready_after);
    }

    for chain in &chains {
        let answer = refresh(&server.url, &chain.token).await.expect("an answer");
        assert_eq!(
            answer.status,
            200,
            "an acknowledged token was lost: {}",
            answer.text()
        );
    }
    let acknowledged: usize = chains.iter().map(|chain| chain.acknowledged).sum();
    assert!(
        acknowledged > kills * CLIENTS / 4,
        "too little happened: {acknowledged}"
    );
    for kind in [
        "refresh_token.reused",
        "refresh_token.unissued",
        "grant.revoked",
    ] {
        let events = place.run(&["-o", "json", "events", "search", &format!("kind:{kind}")]);
        assert_eq!(
            events.json(),
            serde_json::json!([]),
            "a chain was revoked by mistake"
        );
    }
    println!("{acknowledged} refreshes, {kills} kills, ready again after {slowest:?} at most");
    assert!(
        slowest < Duration::from_secs(3),
        "slow to come back: {slowest:?}"
    );
}

/// Signs in once, and gets a grant for every client.
async fn begin(server: &Server) -> Vec<Chain> {
    let app = App::sign_in(&server.url).await;
    let mut chains = Vec::new();
    for _ in 0..CLIENTS {
        let code = app.code().await;
        let answer = redeem(&server.url, &code).await.expect("an answer");
        chains.push(Chain {
            token: answer.member("refresh_token"),
            acknowledged: 0,
        });
    }
    chains
}

/// Every client refreshes as fast as it can, and writes down what is acknowledged; after `load` the
/// server is killed.
async fn refresh_until_killed(server: Server, chains: Vec<Chain>, load: Duration) -> Vec<Chain> {
    let dead = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for (i, mut chain) in chains.into_iter().enumerate() {
        let (url, dead) = (server.url.clone(), Arc::clone(&dead));
        clients.spawn(async move {
            while !dead.load(Ordering::SeqCst) {
                // no answer: it may have happened or not; the same token again tells
                let Some(answer) = refresh(&url, &chain.token).await else {
                    continue;
                };
                assert_eq!(answer.status, 200, "{}", answer.text());
                chain.token = answer.member("refresh_token");
                chain.acknowledged += 1;
            }
            (i, chain)
        });
    }
    // the one place where time must really pass: the kill has to hit a moment of the load
    tokio::time::sleep(load).await;
    server.kill();
    dead.store(true, Ordering::SeqCst);
    let mut chains = clients.join_all().await;
    chains.sort_by_key(|(i, _)| *i);
    chains.into_iter().map(|(_, chain)| chain).collect()
}
