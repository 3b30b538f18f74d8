use super::*;

const HOUR: i64 = 3600;
const START: i64 = 1_000_000;

fn holding(max_age_seconds: u64) -> Cache<&'static str> {
    let mut cache = Cache::default();
    assert_eq!(cache.current(START), Step::Refresh);
    cache.fetched("first", Some(Duration::from_secs(max_age_seconds)), START);
    cache
}

fn fresh_for(cache: &mut Cache<&'static str>) -> i64 {
    match cache.current(START) {
        Step::Use { until, .. } => until - START,
        step => panic!("{step:?}"),
    }
}

#[test]
fn the_first_token_fetches_and_the_others_wait() {
    let mut cache = Cache::<&str>::default();
    assert_eq!(cache.current(START), Step::Refresh);
    assert_eq!(cache.current(START), Step::Wait);
    cache.fetched("first", None, START);
    assert!(matches!(
        cache.current(START),
        Step::Use { keys: "first", .. }
    ));
}

#[test]
fn without_keys_a_failure_is_retried_after_a_second() {
    let mut cache = Cache::<&str>::default();
    assert_eq!(cache.current(START), Step::Refresh);
    cache.failed(START);
    assert_eq!(cache.current(START), Step::Refuse);
    assert_eq!(cache.current(START + 1), Step::Refresh);
}

#[test]
fn max_age_is_honoured_within_bounds() {
    assert_eq!(fresh_for(&mut holding(300)), 225);
    assert_eq!(fresh_for(&mut holding(0)), 45);
    assert_eq!(fresh_for(&mut holding(u64::MAX)), 18 * HOUR);
    let mut unsaid = Cache::default();
    unsaid.fetched("first", None, START);
    assert_eq!(fresh_for(&mut unsaid), 225);
}

#[test]
fn keys_are_refreshed_ahead_of_expiry_by_one() {
    let mut cache = holding(300);
    assert!(matches!(cache.current(START + 224), Step::Use { .. }));
    assert_eq!(cache.current(START + 225), Step::UseAndRefresh("first"));
    assert!(matches!(
        cache.current(START + 225),
        Step::Use { keys: "first", .. }
    ));
    cache.fetched("second", None, START + 226);
    assert!(matches!(
        cache.current(START + 227),
        Step::Use { keys: "second", .. }
    ));
}

#[test]
fn a_rotation_is_seen_by_its_unknown_kid() {
    let mut cache = holding(300);
    assert_eq!(cache.unknown_kid(START + 1), Step::Refresh);
    cache.fetched("rotated", None, START + 1);
    assert!(matches!(
        cache.current(START + 1),
        Step::Use {
            keys: "rotated",
            ..
        }
    ));
}

#[test]
fn a_flood_of_unknown_kids_fetches_once_in_30_seconds() {
    // J21
    let mut cache = holding(300);
    let mut fetches = 0;
    for token in 0..100_000 {
        let now = START + token / 1_000;
        match cache.unknown_kid(now) {
            Step::Refresh => {
                fetches += 1;
                cache.fetched("same", Some(Duration::from_secs(300)), now);
            }
            step => assert_eq!(step, Step::Refuse),
        }
        assert!(
            matches!(cache.current(now), Step::Use { .. }),
            "known keys go on"
        );
    }
    assert_eq!(fetches, 4, "at 0, 30, 60 and 90 seconds");
}

#[test]
fn a_failed_fetch_counts_for_unknown_kids_too() {
    let mut cache = holding(300);
    assert_eq!(cache.unknown_kid(START), Step::Refresh);
    cache.failed(START);
    assert_eq!(cache.unknown_kid(START + 29), Step::Refuse);
    assert_eq!(cache.unknown_kid(START + 30), Step::Refresh);
}

#[test]
fn unknown_kids_share_the_fetch_under_way() {
    let mut cache = holding(300);
    assert_eq!(cache.unknown_kid(START), Step::Refresh);
    assert_eq!(cache.unknown_kid(START), Step::Wait);
}

#[test]
fn stale_keys_serve_a_day_while_the_issuer_is_down() {
    let mut cache = holding(300);
    let mut fetches = 0;
    for now in START + 225..=START + 300 + 24 * HOUR {
        match cache.current(now) {
            Step::Use { keys: "first", .. } => {}
            Step::UseAndRefresh("first") => {
                fetches += 1;
                cache.failed(now);
            }
            step => panic!("{step:?} at {}", now - START),
        }
    }
    assert_eq!(fetches, (24 * HOUR + 75) / 30 + 1, "one in 30 seconds");
    assert_eq!(cache.current(START + 300 + 24 * HOUR + 1), Step::Refresh);
    cache.failed(START + 300 + 24 * HOUR + 1);
    assert_eq!(cache.current(START + 300 + 24 * HOUR + 1), Step::Refuse);
}

#[test]
fn a_fetch_that_never_reports_does_not_block_the_next() {
    let mut cache = Cache::<&str>::default();
    assert_eq!(cache.current(START), Step::Refresh);
    assert_eq!(cache.current(START + 29), Step::Wait);
    assert_eq!(cache.current(START + 30), Step::Refresh);
}

#[test]
fn a_clock_set_back_blocks_no_fetch() {
    let mut cache = holding(300);
    assert_eq!(cache.unknown_kid(START), Step::Refresh);
    cache.failed(START);
    assert_eq!(cache.unknown_kid(START - HOUR), Step::Refresh);
}
