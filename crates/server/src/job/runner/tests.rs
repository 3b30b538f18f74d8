use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use airside_store::Unavailable;
use tokio::{sync::Notify, time::Instant};

use super::*;

/// Counts its runs.
#[derive(Clone, Default)]
struct Counting {
    runs: Arc<AtomicUsize>,
    hint: Arc<Notify>,
}

impl Counting {
    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Job for Counting {
    const NAME: &'static str = "counting";
    const PERIOD: Duration = Duration::from_millis(250);
    const FAILURE: &'static str = "counting failed";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        Ok(Next::AfterPeriod)
    }

    async fn hint(&self) {
        self.hint.notified().await;
    }
}

/// Never ends a run.
struct Blocked;

impl Job for Blocked {
    const NAME: &'static str = "blocked";
    const PERIOD: Duration = Duration::from_secs(30);
    const FAILURE: &'static str = "blocked failed";

    async fn run(&mut self) -> Result<Next, StartError> {
        std::future::pending().await
    }
}

/// Fails, panics, asks to run again at once, then is content.
#[derive(Clone, Default)]
struct Unsteady(Counting);

impl Job for Unsteady {
    const NAME: &'static str = "unsteady";
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "unsteady failed";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.0.run().await?;
        match self.0.runs() {
            1 => Err(Unavailable::new("the disk is gone").into()),
            2 => panic!("a bug"),
            3 => Ok(Next::After(Duration::from_millis(100))),
            _ => Ok(Next::AfterPeriod),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_blocked_job_does_not_delay_another_one() {
    let (drain, counting) = (Drain::new(), Counting::default());
    let mut jobs = Jobs::new(drain);
    jobs.start(Blocked);
    jobs.start(counting.clone());

    sleep(Duration::from_millis(1_001)).await;

    assert_eq!(counting.runs(), 5, "at 0, 250, 500, 750 and 1000 ms");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_or_panics_runs_again_and_the_others_go_on() {
    let (unsteady, counting) = (Unsteady::default(), Counting::default());
    let mut jobs = Jobs::new(Drain::new());
    jobs.start(unsteady.clone());
    jobs.start(counting.clone());

    sleep(Duration::from_millis(19_999)).await;
    assert_eq!(unsteady.0.runs(), 2, "failed at 0 s, panicked at 10 s");
    sleep(Duration::from_millis(2)).await;
    assert_eq!(unsteady.0.runs(), 3);
    sleep(Duration::from_millis(100)).await;
    assert_eq!(unsteady.0.runs(), 4, "there was more to do");
    assert_eq!(counting.runs(), 81);
}

#[tokio::test(start_paused = true)]
async fn a_hint_comes_before_the_period() {
    let counting = Counting::default();
    let mut jobs = Jobs::new(Drain::new());
    jobs.start(counting.clone());
    sleep(Duration::from_millis(1)).await;
    assert_eq!(counting.runs(), 1);

    counting.hint.notify_one();
    sleep(Duration::from_millis(1)).await;

    assert_eq!(counting.runs(), 2);
}

/// Waits for its hint after each run.
#[derive(Clone, Default)]
struct Hinted(Counting);

impl Job for Hinted {
    const NAME: &'static str = "hinted";
    const PERIOD: Duration = Duration::from_millis(250);
    const FAILURE: &'static str = "hinted failed";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.0.run().await?;
        match self.0.runs() {
            2 => Ok(Next::AfterPeriod),
            _ => Ok(Next::AtHint),
        }
    }

    async fn hint(&self) {
        self.0.hint().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_for_its_hint_is_not_woken_before() {
    let hinted = Hinted::default();
    let mut jobs = Jobs::new(Drain::new());
    jobs.start(hinted.clone());
    sleep(Duration::from_secs(60)).await;
    assert_eq!(hinted.0.runs(), 1, "at the start");

    hinted.0.hint.notify_one();
    sleep(Duration::from_millis(249)).await;
    assert_eq!(hinted.0.runs(), 2, "at the hint");
    sleep(Duration::from_secs(60)).await;
    assert_eq!(hinted.0.runs(), 3, "and once more after the period");
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_a_blocked_job_as_long_as_for_a_request() {
    let drain = Drain::with_grace(Duration::from_secs(7));
    let mut jobs = Jobs::new(drain.clone());
    jobs.start(Blocked);
    jobs.start(Counting::default());
    sleep(Duration::from_millis(1)).await;
    let started = Instant::now();

    drain.start();
    jobs.ended().await;

    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_no_job_that_is_not_running() {
    let drain = Drain::new();
    let mut jobs = Jobs::new(drain.clone());
    jobs.start(Counting::default());
    sleep(Duration::from_millis(1)).await;
    let started = Instant::now();

    drain.start();
    jobs.ended().await;

    assert_eq!(started.elapsed(), Duration::ZERO);
}
