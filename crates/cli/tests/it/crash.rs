//! kill -9 in the middle of refreshes: what was acknowledged is there, and nobody is thrown out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use airside_testkit::{Answer, Browser};
use tokio::task::JoinSet;

use crate::server::{Place, Server};

const CLIENTS: usize = 64;

const CONFIGURATION: &str = r#"
[keys]
algorithms = ["RS256", "ES256"]

[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_post"
client_secret = "a secret of the test"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access read"
id_token_signed_response_alg = "ES256"
first_party = true
refresh_token_rotation = true

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
signing_alg = "ES256"

[[user]]
username = "alice"
password = "correct horse battery"
"#;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

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
    let browser = Browser::new();
    let authorize = server.at(&format!(
        "/authorize?response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb\
         &scope=openid+offline_access+read&code_challenge={CHALLENGE}&code_challenge_method=S256"
    ));
    let page = browser.get(&authorize).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", "correct horse battery"),
    ];
    assert_eq!(
        browser.post(&server.at("/sign-in"), &fields).await.status,
        303
    );
    let mut chains = Vec::new();
    for _ in 0..CLIENTS {
        let code = browser
            .get(&authorize)
            .await
            .returned("code")
            .expect("a code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = token(&browser, &server.url, &fields)
            .await
            .expect("an answer");
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

async fn refresh(url: &str, refresh_token: &str) -> Option<Answer> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    token(&Browser::new(), url, &fields).await
}

async fn token(browser: &Browser, url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let mut all = vec![
        ("client_id", "web"),
        ("client_secret", "a secret of the test"),
    ];
    all.extend_from_slice(fields);
    browser.try_post(&format!("{url}/token"), &all).await
}
