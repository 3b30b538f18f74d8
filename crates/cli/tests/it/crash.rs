//! kill -9 in the middle of refreshes: what was acknowledged is there, and nobody is thrown out.

use std::time::Duration;

use crate::{
    app::CONFIGURATION,
    load::{Load, Moments, assert_nothing_lost, begin, kills},
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

    for _ in 0..kills() {
        let load = Load::start(&[&server.url], chains);
        moments.pass().await;
        server.kill();
        chains = load.stop().await;
        server = place.serve();
        slowest = slowest.max(server.ready_after);
    }

    assert_nothing_lost(&server.url, &place, &chains, kills() * CLIENTS / 4).await;
    println!("{} kills, ready again after {slowest:?} at most", kills());
    assert!(
        slowest < Duration::from_secs(3),
        "slow to come back: {slowest:?}"
    );
}
