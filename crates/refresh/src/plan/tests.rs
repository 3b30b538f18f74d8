mod newer;
mod simulation;

use super::*;

const START: i64 = 1_000_000;
const FRESH: i64 = 300;
const DAY: i64 = 24 * 60 * 60;

const POLICY: RefreshPolicy = RefreshPolicy {
    first_retry_seconds: 2,
    max_retry_seconds: 30,
    max_retry_seconds_without_value: 4,
    no_wait_seconds: 60,
    cooldown_seconds: 30,
    jitter: || 0,
};

type TestPlan = Plan<&'static str, &'static str>;

fn new() -> TestPlan {
    Plan::new(POLICY)
}

/// Five minutes, and a day while fetches fail.
fn freshness(fetched_at: i64) -> Freshness {
    Freshness::new(fetched_at, FRESH).stale_for(DAY)
}

/// A plan that fetched "first" at the start.
fn holding(freshness: Freshness) -> TestPlan {
    let mut plan = new();
    let flight = wait_and_fetch(&mut plan, START);
    plan.fetched(flight, "first", freshness);
    plan
}

fn wait_and_fetch(plan: &mut TestPlan, now: i64) -> Flight {
    let step = plan.ask(now);
    assert_eq!(step.answer, Answer::Wait);
    step.fetch.expect("a fetch")
}

fn serve_and_fetch(plan: &mut TestPlan, now: i64) -> Flight {
    let step = plan.ask(now);
    assert!(matches!(step.answer, Answer::Serve { value: "first", .. }));
    step.fetch.expect("a fetch")
}

fn answer(plan: &mut TestPlan, now: i64) -> Answer<&'static str, &'static str> {
    let step = plan.ask(now);
    assert_eq!(step.fetch, None);
    step.answer
}

fn served(plan: &mut TestPlan, now: i64) -> &'static str {
    match answer(plan, now) {
        Answer::Serve { value, .. } => value,
        other => panic!("{other:?}"),
    }
}

fn newer(plan: &mut TestPlan, now: i64) -> Flight {
    match plan.ask_newer(now) {
        Newer::Fetch(flight) => flight,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_caller_fetches_and_the_others_wait() {
    let mut plan = new();
    let flight = wait_and_fetch(&mut plan, START);
    assert_eq!(answer(&mut plan, START), Answer::Wait);
    assert_eq!(plan.ask_newer(START), Newer::Wait);
    assert_eq!(plan.demand(), None);
    plan.fetched(flight, "first", freshness(START));
    assert_eq!(plan.outcome(START), Some(Ok("first")));
    assert_eq!(served(&mut plan, START), "first");
}

#[test]
fn a_waiter_whose_fetch_fails_gets_the_cause() {
    let mut plan = new();
    let flight = wait_and_fetch(&mut plan, START);
    assert_eq!(answer(&mut plan, START), Answer::Wait);
    plan.failed(flight, "no answer", 0, START + 5);
    assert_eq!(plan.outcome(START + 5), Some(Err("no answer")));
    // who comes a second later is not told to wait, however the seconds fall
    assert_eq!(answer(&mut plan, START + 6), Answer::Fail("no answer"));
}

#[test]
fn a_value_is_refreshed_ahead_of_expiry_while_it_is_served() {
    let mut plan = holding(freshness(START));
    let fresh = Answer::Serve {
        value: "first",
        until: START + 225,
    };
    assert_eq!(answer(&mut plan, START + 224), fresh);
    let flight = serve_and_fetch(&mut plan, START + 225);
    assert_eq!(served(&mut plan, START + 226), "first");
    plan.fetched(flight, "second", freshness(START + 227));
    assert_eq!(served(&mut plan, START + 228), "second");
}

/// A caller comes back after an hour without any: what is cached says nothing about now.
#[test]
fn a_value_that_is_no_longer_fresh_is_not_served_before_a_fetch_was_tried() {
    let mut plan = holding(freshness(START));
    let flight = wait_and_fetch(&mut plan, START + FRESH);
    assert_eq!(answer(&mut plan, START + FRESH), Answer::Wait);
    plan.failed(flight, "no answer", 0, START + FRESH);
    assert_eq!(plan.outcome(START + FRESH), Some(Ok("first")));
}

#[test]
fn a_value_without_waiting_is_served_stale_with_a_fetch_beside_it() {
    let mut plan = holding(freshness(START).without_waiting());
    let flight = serve_and_fetch(&mut plan, START + DAY);
    plan.failed(flight, "no answer", 0, START + DAY);
    let until = START + DAY + 2;
    let paused = Answer::Serve {
        value: "first",
        until,
    };
    assert_eq!(answer(&mut plan, START + DAY), paused);
    let _flight = serve_and_fetch(&mut plan, until);
}

#[test]
fn a_stale_value_serves_up_to_its_limit_while_fetches_fail_and_no_caller_waits() {
    let mut plan = holding(freshness(START));
    let end = START + FRESH + DAY;
    let flight = wait_and_fetch(&mut plan, START + FRESH);
    plan.failed(flight, "no answer", 0, START + FRESH);
    let mut fetches = 0;
    for now in START + FRESH..end {
        let step = plan.ask(now);
        assert!(matches!(step.answer, Answer::Serve { value: "first", .. }));
        if let Some(flight) = step.fetch {
            fetches += 1;
            plan.failed(flight, "no answer", 0, now);
        }
    }
    // after 2, 4, 8, 16 seconds, then every 30
    assert_eq!(fetches, 4 + (DAY - 1 - 30) / 30);
    assert_eq!(plan.ask(end).answer, Answer::Fail("no answer"));
    assert_eq!(plan.cached(end), None);
}

#[test]
fn after_failures_the_pauses_double_up_to_their_limit() {
    let mut plan = new();
    let mut flight = wait_and_fetch(&mut plan, START);
    let mut now = START;
    for pause in [2, 4, 4, 4] {
        plan.failed(flight, "no answer", 0, now);
        now += pause;
        assert_eq!(answer(&mut plan, now - 1), Answer::Fail("no answer"));
        let step = plan.ask(now);
        assert_eq!(step.answer, Answer::Fail("no answer"), "and none waits");
        flight = step.fetch.expect("a fetch");
    }
    plan.fetched(flight, "first", freshness(now));
    assert_eq!(plan.failure(), None);
    let flight = serve_and_fetch(&mut plan, now + 225);
    plan.failed(flight, "no answer", 0, now + 225);
    let _flight = serve_and_fetch(&mut plan, now + 227);
}

#[test]
fn jitter_shortens_a_pause_by_a_quarter_at_most() {
    for (jitter, pause) in [(0, 30), (128, 27), (255, 23)] {
        let mut plan: TestPlan = Plan::new(RefreshPolicy {
            first_retry_seconds: 30,
            ..POLICY
        });
        let flight = wait_and_fetch(&mut plan, START);
        plan.fetched(flight, "first", freshness(START).without_waiting());
        let flight = serve_and_fetch(&mut plan, START + 225);
        plan.failed(flight, "no answer", jitter, START + 225);
        assert_eq!(served(&mut plan, START + 225 + pause - 1), "first");
        let _flight = serve_and_fetch(&mut plan, START + 225 + pause);
    }
}

#[test]
fn callers_wait_again_when_the_last_failure_is_long_ago() {
    let mut plan = holding(freshness(START));
    let flight = wait_and_fetch(&mut plan, START + FRESH);
    plan.failed(flight, "no answer", 0, START + FRESH);
    let _flight = wait_and_fetch(&mut plan, START + FRESH + 60);
}

#[test]
fn a_clock_that_was_set_back_blocks_no_fetch() {
    let mut plan = holding(freshness(START));
    let flight = newer(&mut plan, START + FRESH);
    plan.failed(flight, "no answer", 0, START + FRESH);
    assert!(plan.ask(START + FRESH - 1).fetch.is_some());
    let mut plan = holding(freshness(START));
    let flight = newer(&mut plan, START);
    plan.failed(flight, "no answer", 0, START);
    let _flight = newer(&mut plan, START - 3600);
}

#[test]
fn a_value_that_expires_before_it_is_due_is_not_served() {
    let mut plan = holding(Freshness {
        expires_at: START + 20,
        ..freshness(START)
    });
    let until = START + 20;
    let last = Answer::Serve {
        value: "first",
        until,
    };
    assert_eq!(answer(&mut plan, START + 19), last);
    let _flight = wait_and_fetch(&mut plan, START + 20);
}

#[test]
fn a_replaced_value_is_served_for_as_long_and_a_withdrawn_one_is_not() {
    let mut plan = holding(freshness(START));
    plan.replace(|_| Some("again"));
    assert_eq!(served(&mut plan, START + 224), "again");
    assert!(plan.ask(START + 225).fetch.is_some());
    let mut plan = holding(freshness(START));
    plan.replace(|_| None);
    let flight = wait_and_fetch(&mut plan, START);
    plan.failed(flight, "no answer", 0, START);
    assert_eq!(plan.outcome(START), Some(Err("no answer")));
}
