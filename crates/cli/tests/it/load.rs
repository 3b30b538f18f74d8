//! Clients that refresh as fast as they can, and write down what was acknowledged.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::task::JoinSet;

use crate::{
    app::{App, redeem, refresh},
    server::Place,
};

/// One chain of refresh tokens: the newest that was acknowledged, and how many were.
#[derive(Clone)]
pub struct Chain {
    pub token: String,
    pub acknowledged: usize,
}

/// Signs in once at the server with this address, and gets a grant for every client.
pub async fn begin(url: &str, clients: usize) -> Vec<Chain> {
    let app = App::sign_in(url).await;
    let mut chains = Vec::new();
    for _ in 0..clients {
        let code = app.code().await;
        let answer = redeem(url, &code).await.expect("an answer");
        chains.push(Chain {
            token: answer.member("refresh_token"),
            acknowledged: 0,
        });
    }
    chains
}

/// Every client refreshes, at one server after the other, until [`Load::stop`].
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: JoinSet<(usize, Chain)>,
}

impl Load {
    pub fn start(urls: &[&str], chains: Vec<Chain>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let urls: Arc<Vec<String>> = Arc::new(urls.iter().map(|&url| url.to_owned()).collect());
        let mut clients = JoinSet::new();
        for (i, chain) in chains.into_iter().enumerate() {
            let (urls, stop) = (Arc::clone(&urls), Arc::clone(&stop));
            clients.spawn(async move { (i, refresh_until(&stop, &urls, i, chain).await) });
        }
        Self { stop, clients }
    }

    /// Lets every client finish its request.
    pub async fn stop(self) -> Vec<Chain> {
        self.stop.store(true, Ordering::SeqCst);
        let mut chains = self.clients.join_all().await;
        chains.sort_by_key(|(i, _)| *i);
        chains.into_iter().map(|(_, chain)| chain).collect()
    }
}

async fn refresh_until(
    stop: &AtomicBool,
    urls: &[String],
    first: usize,
    mut chain: Chain,
) -> Chain {
    let mut turn = first;
    while !stop.load(Ordering::SeqCst) {
        turn += 1;
        // no answer: it may have happened or not; the same token again, maybe elsewhere, tells
        let asked = refresh(&urls[turn % urls.len()], &chain.token);
        let Ok(Some(answer)) = tokio::time::timeout(PATIENCE, asked).await else {
            tokio::task::yield_now().await;
            continue;
        };
        if answer.status == 503 {
            continue;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        chain.token = answer.member("refresh_token");
        chain.acknowledged += 1;
    }
    chain
}

/// A client whose connection a killed node took with it does not wait for ever; within the time in
/// which the same token may be tried again.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Nothing acknowledged was lost, and nobody was thrown out by mistake: `least` is how many
/// refreshes there must have been, so that something was tried.
pub async fn assert_nothing_lost(url: &str, place: &Place, chains: &[Chain], least: usize) {
    for chain in chains {
        let answer = refresh(url, &chain.token).await.expect("an answer");
        let text = answer.text();
        assert_eq!(answer.status, 200, "an acknowledged token was lost: {text}");
    }
    let acknowledged: usize = chains.iter().map(|chain| chain.acknowledged).sum();
    assert!(acknowledged > least, "too little happened: {acknowledged}");
    for kind in [
        "refresh_token.reused",
        "refresh_token.unissued",
        "grant.revoked",
    ] {
        let events = place.run(&["-o", "json", "events", "search", &format!("kind:{kind}")]);
        let none = serde_json::json!([]);
        assert_eq!(events.json(), none, "a chain was revoked by mistake");
    }
}

/// A moment of the load that nobody can foresee, the same in every run.
pub struct Moments(u64);

impl Moments {
    pub fn new() -> Self {
        Self(42)
    }

    /// Waits between 50 and 500 ms: the one place where time must really pass.
    pub async fn pass(&mut self) {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let wait = std::time::Duration::from_millis(50 + (self.0 >> 33) % 450);
        tokio::time::sleep(wait).await;
    }
}

/// Returns the number of times that something is killed.
pub fn kills() -> usize {
    std::env::var("AIRSIDE_KILLS").map_or(10, |n| n.parse().unwrap())
}
