//! Jobs: each runs by itself, whatever the others do.

use std::time::Duration;

use tokio::time::timeout;

use crate::world::{Setting, World};

#[tokio::test]
async fn a_sweep_that_never_ends_does_not_delay_the_feed() {
    for sweep_hangs in [false, true] {
        let world = World::with(Setting {
            sweep_hangs,
            ..Setting::default()
        })
        .await;
        let alice = world.app("spa").sign_in("alice").await;
        let mut feed = world.issuer.feed.follow();
        feed.borrow_and_update();
        world.app("spa").revoke(alice.refresh()).await;

        let heard = timeout(PATIENCE, feed.changed()).await;

        assert!(heard.is_ok(), "with a sweep that hangs: {sweep_hangs}");
    }
}

/// Before a server says that it is ready: its first request is as fast as the others.
#[tokio::test]
async fn every_algorithm_signs_once_before_a_request_needs_it() {
    let world = World::new().await;
    let algorithms = world.issuer.algorithms.len();
    assert!(algorithms > 0);
    assert_eq!(world.issuer.warm_up(), algorithms);
}

/// Forty times the period of the feed's job: only a job that does not run at all takes longer.
const PATIENCE: Duration = Duration::from_secs(10);
