//! The wakeups of a server that nobody asks anything.

use std::{
    marker::PhantomData,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use super::{
    runner::{Job, Next},
    *,
};
use crate::issuer::StartError;

/// A job with the period of another, which hears no hint and finds nothing to do.
struct Idle<J> {
    runs: Arc<AtomicUsize>,
    of: PhantomData<J>,
}

impl<J: Job + Sync> Job for Idle<J> {
    const NAME: &'static str = J::NAME;
    const PERIOD: Duration = J::PERIOD;
    const FAILURE: &'static str = J::FAILURE;

    async fn run(&mut self) -> Result<Next, StartError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        Ok(Next::AfterPeriod)
    }
}

fn idle<J>(runs: &Arc<AtomicUsize>) -> Idle<J> {
    Idle {
        runs: Arc::clone(runs),
        of: PhantomData,
    }
}

/// The watch of the feed is not among them: without a follower it waits for a hint.
#[tokio::test(start_paused = true)]
async fn an_idle_server_runs_two_jobs_a_second_at_most() {
    let runs = Arc::default();
    let mut jobs = Jobs::new(Drain::new());
    jobs.start(idle::<NodeChanges>(&runs));
    jobs.start(idle::<SubscriberExchange>(&runs));
    jobs.start(idle::<PrecisNames>(&runs));
    jobs.start(idle::<StatusIndexLease>(&runs));
    jobs.start(idle::<LogoutDelivery>(&runs));
    jobs.start(idle::<KeyRotation>(&runs));
    jobs.start(idle::<AuditFlush>(&runs));
    jobs.start(idle::<RowSweep>(&runs));
    jobs.start(idle::<OverloadReport>(&runs));
    tokio::time::sleep(Duration::from_millis(1)).await;
    let at_the_start = runs.swap(0, Ordering::SeqCst);

    tokio::time::sleep(Duration::from_secs(60)).await;

    assert_eq!(at_the_start, 9);
    let runs = runs.load(Ordering::SeqCst);
    assert!(runs <= 120, "{runs} in a minute");
}
