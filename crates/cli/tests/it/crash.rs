//! kill -9 in the middle of refreshes: what was acknowledged is there, and nobody is thrown out.

use std::time::Duration;

use crate::{
    app::CONFIGURATION,
    load::{Chain, Load, Moments, assert_nothing_lost, begin, kills},
    server::Place,
};

const CLIENTS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_lost_nothing_that_it_acknowledged() {
    let place = Place::new(CONFIGURATION);
    let mut server = place.serve();
    let mut chains = begin(&server.url, CLIENTS).await;
    let mut moments = Moments::new();
    let mut slowest = Duration::ZERO;

    let mut killed = 0;
    while killed < kills() || rotations(&chains) < least_rotations() {
        killed += 1;
        let load = Load::start(&[&server.url], chains);
        moments.pass().await;
        server.kill();
        chains = load.stop().await;
        server = place.serve();
        slowest = slowest.max(server.ready_after);
    }

    assert_nothing_lost(&server.url, &place, &chains, kills() * CLIENTS / 4).await;
    let rotations = rotations(&chains);
    println!("{killed} kills, {rotations} rotations, ready again after {slowest:?} at most");
    assert!(
        slowest < Duration::from_secs(3),
        "slow to come back: {slowest:?}"
    );
}

fn rotations(chains: &[Chain]) -> usize {
    chains.iter().map(|chain| chain.acknowledged).sum()
}

/// Returns the number of acknowledged rotations that there must be, however many kills that takes.
fn least_rotations() -> usize {
    std::env::var("AIRSIDE_ROTATIONS").map_or(0, |n| n.parse().unwrap())
}
