use std::sync::LazyLock;

use tracing::dispatcher;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::log::{Format, queue::Queue};

const SECOND: Duration = Duration::from_secs(1);

fn admitted(causes: &mut Causes<&str>, cause: &'static str, count: u64, now: Instant) -> u64 {
    let admissions = (0..count).map(|_| causes.admit(&cause, "target", now));
    u64::try_from(admissions.filter(|one| *one == Admission::Whole).count()).unwrap()
}

/// D11
#[test]
fn one_cause_has_fifteen_lines_a_minute_and_one_that_sums_up_the_others() {
    let (mut causes, start) = (Causes::default(), Instant::now());
    for minute in 0..3 {
        let mut whole = 0;
        for second in 0..60 {
            let now = start + (minute * 60 + second) * SECOND;
            whole += admitted(&mut causes, "flood", 1000, now);
        }
        assert_eq!(whole, 15);
        assert_eq!(causes.ended(start + (minute * 60 + 59) * SECOND), []);
        let summaries = causes.ended(start + (minute + 1) * 60 * SECOND);
        assert_eq!(summaries.len(), 1);
        assert_eq!(summaries[0].suppressed, 60_000 - 15);
    }
}

/// D11: the control.
#[test]
fn a_cause_is_not_suppressed_by_another_one() {
    let (mut causes, now) = (Causes::default(), Instant::now());
    assert_eq!(admitted(&mut causes, "flood", 1000, now), 15);
    assert_eq!(admitted(&mut causes, "other", 10, now), 10);
    assert_eq!(
        causes.rest().len(),
        1,
        "nothing of the other one is missing"
    );
}

/// The writer's thread sleeps until a line comes, unless a summary may come without one.
#[test]
fn a_summary_can_come_only_of_a_cause_that_has_had_its_lines() {
    let (mut causes, now) = (Causes::default(), Instant::now());
    admitted(&mut causes, "quiet", 14, now);
    assert!(!causes.may_suppress());
    admitted(&mut causes, "loud", 15, now);
    assert!(causes.may_suppress());
    admitted(&mut causes, "loud", 1, now);
    admitted(&mut causes, "loud", 1, now + MINUTE);
    assert!(causes.may_suppress(), "the last minute is not summed up");
    causes.ended(now + 2 * MINUTE);
    assert!(!causes.may_suppress());
}

#[test]
fn a_cause_that_ended_is_summed_up_and_one_that_was_written_whole_is_not() {
    let (mut causes, now) = (Causes::default(), Instant::now());
    admitted(&mut causes, "flood", 20, now);
    admitted(&mut causes, "other", 15, now);
    causes.name(&"flood", "a message".to_owned());
    let summary = Summary {
        message: "a message".to_owned(),
        target: "target",
        suppressed: 5,
    };
    assert_eq!(causes.ended(now + MINUTE), [summary]);
    assert_eq!(causes.rest(), [], "nothing is told twice");
}

#[test]
fn what_a_late_writer_did_not_sum_up_goes_into_the_next_summary() {
    let (mut causes, now) = (Causes::default(), Instant::now());
    assert_eq!(admitted(&mut causes, "flood", 20, now), 15);
    assert_eq!(admitted(&mut causes, "flood", 20, now + 2 * MINUTE), 15);
    assert_eq!(causes.ended(now + 3 * MINUTE)[0].suppressed, 10);
}

fn frozen() -> Instant {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    *NOW
}

/// D11: every cause of every crate; but what an operator switches on comes whole.
#[test]
fn every_place_that_logs_is_a_cause_and_debug_lines_all_pass() {
    let (queue, throttle) = (Queue::default(), Throttle::new(frozen));
    let subscriber = tracing_subscriber::registry().with(throttle.clone());
    let dispatch = subscriber.with(Format::Json.lines(queue.clone())).into();
    dispatcher::with_default(&dispatch, || {
        for number in 0..100 {
            tracing::warn!(target: "h2::proto", "unasked {number}");
            tracing::info!("refused");
            tracing::debug!("a detail");
            tracing::info!(target: access::TARGET, "request");
        }
    });
    assert_eq!(queue.take(Duration::ZERO).0.len(), 15 + 15 + 100 + 100);
    let mut summaries = throttle.rest();
    summaries.sort_by_key(|summary| summary.message.clone());
    assert_eq!(summaries.len(), 2);
    assert_eq!(summaries[1].message, "unasked 15");
    assert_eq!(summaries[1].target, "h2::proto");
    assert!(summaries.iter().all(|summary| summary.suppressed == 85));
}
