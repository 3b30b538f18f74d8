//! Callers that lack something in the value.

use super::*;

#[test]
fn a_rotation_is_seen_by_its_unknown_kid() {
    let mut plan = holding(freshness(START));
    let flight = newer(&mut plan, START + 1);
    assert_eq!(plan.ask_newer(START + 1), Newer::Wait);
    assert_eq!(served(&mut plan, START + 1), "first");
    plan.fetched(flight, "rotated", freshness(START + 1));
    assert_eq!(served(&mut plan, START + 1), "rotated");
}

#[test]
fn a_flood_of_unknown_kids_fetches_once_in_30_seconds() {
    // J21
    let mut plan = holding(freshness(START));
    let mut fetches = 0;
    for token in 0..100_000 {
        let now = START + token / 1_000;
        match plan.ask_newer(now) {
            Newer::Fetch(flight) => {
                fetches += 1;
                plan.fetched(flight, "same", freshness(now));
            }
            other => assert_eq!(other, Newer::CoolingDown),
        }
        assert!(
            matches!(answer(&mut plan, now), Answer::Serve { .. }),
            "the control: known keys are served"
        );
    }
    assert_eq!(fetches, 4, "at 0, 30, 60 and 90 seconds");
}

#[test]
fn a_failed_fetch_counts_for_unknown_kids_too() {
    let mut plan = holding(freshness(START));
    let flight = newer(&mut plan, START);
    plan.failed(flight, "no answer", 0, START);
    assert_eq!(plan.ask_newer(START + 29), Newer::CoolingDown);
    let _flight = newer(&mut plan, START + 30);
}

#[test]
fn a_value_that_is_said_to_have_changed_is_fetched_at_once() {
    let mut plan = holding(freshness(START));
    let flight = newer(&mut plan, START);
    plan.failed(flight, "no answer", 0, START);
    let flight = plan
        .demand()
        .expect("neither a pause nor a cooldown counts");
    plan.fetched(flight, "second", freshness(START));
    assert_eq!(served(&mut plan, START), "second");
}
