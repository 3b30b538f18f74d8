use std::{
    error::Error as _,
    sync::atomic::{AtomicI64, AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::*;

const START: i64 = 1_000_000;

const POLICY: RefreshPolicy = RefreshPolicy {
    jitter: || 0,
    ..RefreshPolicy::DEFAULT
};

#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct NoAnswer(#[source] std::io::Error);

/// A value with a clock and a source that a test owns.
#[derive(Clone)]
struct World {
    value: Refreshed<usize>,
    time: Arc<AtomicI64>,
    fetches: Arc<AtomicUsize>,
    is_down: Arc<AtomicUsize>,
    /// A fetch ends when this says so.
    gate: Arc<Notify>,
}

impl World {
    fn new() -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let clock = Arc::clone(&time);
        Self {
            value: Refreshed::new(POLICY, Arc::new(move || clock.load(Ordering::SeqCst))),
            time,
            fetches: Arc::default(),
            is_down: Arc::default(),
            gate: Arc::default(),
        }
    }

    async fn fetch(self) -> FetchResult<usize> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        self.gate.notified().await;
        match self.is_down.load(Ordering::SeqCst) {
            0 => {
                let freshness = Freshness::new(self.time.load(Ordering::SeqCst), 300);
                Ok((number, freshness))
            }
            _ => Err(RefreshError::new(NoAnswer(std::io::Error::other(
                "connection refused",
            )))),
        }
    }

    async fn get(&self) -> Result<usize, String> {
        let value = self.value.get(|| self.clone().fetch()).await;
        value.map_err(|error| format!("{error}: {}", error.source().unwrap()))
    }

    fn spawn_get(&self) -> tokio::task::JoinHandle<Result<usize, String>> {
        let world = self.clone();
        tokio::spawn(async move { world.get().await })
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    /// Lets every task go as far as it can.
    async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn many_callers_share_one_fetch_and_its_value() {
    let world = World::new();
    let callers: Vec<_> = (0..50).map(|_| world.spawn_get()).collect();
    world.settle().await;
    assert_eq!(world.fetches(), 1);
    world.gate.notify_one();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(1));
    }
    assert_eq!(world.get().await, Ok(1));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn every_waiter_of_a_failed_fetch_gets_the_cause() {
    let world = World::new();
    world.is_down.store(1, Ordering::SeqCst);
    let callers: Vec<_> = (0..50).map(|_| world.spawn_get()).collect();
    world.settle().await;
    world.gate.notify_one();
    for caller in callers {
        let cause = caller.await.unwrap().unwrap_err();
        assert_eq!(cause, "no answer: connection refused");
    }
    assert_eq!(world.fetches(), 1);
    assert_eq!(world.value.failure().unwrap().to_string(), "no answer");
    assert_eq!(world.value.cached(), None);
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_end_the_fetch_for_the_others() {
    let world = World::new();
    let first = world.spawn_get();
    world.settle().await;
    let second = world.spawn_get();
    world.settle().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    world.gate.notify_one();
    assert_eq!(second.await.unwrap(), Ok(1));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn a_fetch_that_panics_fails_its_waiters_and_not_the_next_fetch() {
    let world = World::new();
    let broken = async || -> FetchResult<usize> { panic!("a bug") };
    let error = world.value.get(broken).await.unwrap_err();
    assert_eq!(error.to_string(), "the fetch was stopped");
    world.time.fetch_add(2, Ordering::SeqCst);
    world.gate.notify_one();
    assert_eq!(world.get().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_hangs_ends_after_a_minute() {
    let world = World::new();
    let error = world.value.get(|| world.clone().fetch()).await.unwrap_err();
    assert_eq!(error.to_string(), "the fetch did not end in time");
}

#[tokio::test]
async fn a_value_is_served_while_a_newer_one_is_fetched_beside_it() {
    let world = World::new();
    world.gate.notify_one();
    assert_eq!(world.get().await, Ok(1));
    world.time.fetch_add(225, Ordering::SeqCst);
    let mut finished = world.value.finished();
    assert_eq!(world.get().await, Ok(1));
    world.gate.notify_one();
    finished.changed().await.unwrap();
    assert_eq!(world.get().await, Ok(2));
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn a_change_is_fetched_after_the_fetch_that_may_have_begun_before_it() {
    let world = World::new();
    let earlier = world.spawn_get();
    world.settle().await;
    let told = {
        let world = world.clone();
        tokio::spawn(async move {
            world
                .value
                .fetch_now(|| world.clone().fetch())
                .await
                .is_ok()
        })
    };
    world.settle().await;
    world.gate.notify_one();
    assert_eq!(earlier.await.unwrap(), Ok(1));
    world.settle().await;
    world.gate.notify_one();
    assert!(told.await.unwrap());
    assert_eq!(world.get().await, Ok(2));
}

#[tokio::test]
async fn callers_that_lack_something_cause_one_fetch_in_the_cooldown() {
    // J21
    let world = World::new();
    let lacking = async || world.value.fetch_newer(|| world.clone().fetch()).await;
    world.gate.notify_one();
    assert!(lacking().await);
    for _ in 0..100 {
        assert!(!lacking().await);
    }
    world.time.fetch_add(30, Ordering::SeqCst);
    world.gate.notify_one();
    assert!(lacking().await);
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn a_restored_or_replaced_value_is_what_the_next_caller_gets() {
    let world = World::new();
    world.value.restore(7, Freshness::new(START, 300));
    assert_eq!(world.get().await, Ok(7));
    world.value.replace(|value| Some(value + 1));
    assert_eq!(world.get().await, Ok(8));
    world.value.replace(|_| None);
    world.gate.notify_one();
    assert_eq!(world.get().await, Ok(1));
}
