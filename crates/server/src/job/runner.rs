//! Runs jobs, each in a task of its own: an error or a panic of one is logged, and it runs again.

use std::{panic::AssertUnwindSafe, time::Duration};

use airside_net::Drain;
use futures_util::FutureExt as _;
use tokio::{
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval, sleep},
};

use crate::{issuer::StartError, respond::chain};

/// Work that is done again and again.
pub(super) trait Job: Send + 'static {
    /// The name of the job in the log.
    const NAME: &'static str;
    /// The time between the end of a run and the next one, unless the run says otherwise.
    const PERIOD: Duration;
    /// The log line of a run that failed.
    const FAILURE: &'static str;

    /// Runs the job once. If the process stops and the run takes too long, it is cancelled at an
    /// `await`.
    fn run(&mut self) -> impl Future<Output = Result<Next, StartError>> + Send;

    /// Returns when there is a reason to run before the period has passed; by default, never.
    fn hint(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// The time of the next run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// After the job's period.
    AfterPeriod,
    /// Sooner, because there is more to do.
    After(Duration),
    /// Not before the next hint.
    AtHint,
}

/// The jobs that are running; dropped, it cancels them.
pub(super) struct Jobs {
    running: JoinSet<()>,
    drain: Drain,
}

impl Jobs {
    /// Runs no job yet. Those that are started end when `drain` starts.
    pub(super) fn new(drain: Drain) -> Self {
        Self {
            running: JoinSet::new(),
            drain,
        }
    }

    /// Starts a job.
    pub(super) fn start<J: Job>(&mut self, job: J) {
        self.running.spawn(repeat(job, self.drain.clone()));
    }

    /// Waits until every job has ended.
    pub(super) async fn ended(mut self) {
        while let Some(ended) = self.running.join_next().await {
            if let Err(cause) = ended {
                tracing::error!(error = chain(&cause), "a job has ended unexpectedly");
            }
        }
    }
}

async fn repeat<J: Job>(mut job: J, drain: Drain) {
    let mut due = every(J::PERIOD);
    loop {
        tokio::select! {
            () = drain.started() => return,
            _ = due.tick() => {}
            () = job.hint() => {}
        }
        let next = tokio::select! {
            next = run_once(&mut job) => next,
            () = grace_over(&drain) => {
                tracing::warn!(job = J::NAME, "job cancelled: the process stops");
                return;
            }
        };
        match next {
            Next::AfterPeriod => due.reset(),
            Next::After(pause) => due.reset_after(pause),
            Next::AtHint => due.reset_after(A_YEAR),
        }
    }
}

/// Runs the job once; logs an error or a panic.
async fn run_once<J: Job>(job: &mut J) -> Next {
    let name = J::NAME;
    // a job keeps nothing that a panic could leave half done
    match AssertUnwindSafe(job.run()).catch_unwind().await {
        Ok(Ok(next)) => return next,
        Ok(Err(cause)) => {
            tracing::warn!(job = name, error = chain(&cause), "{}", J::FAILURE);
        }
        Err(_) => tracing::error!(job = name, "internal error: a job panicked"),
    }
    Next::AfterPeriod
}

/// Returns when the stop has started and the time for what is under way is over.
async fn grace_over(drain: &Drain) {
    drain.started().await;
    sleep(drain.grace()).await;
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Longer than any process runs.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(test)]
mod tests;
