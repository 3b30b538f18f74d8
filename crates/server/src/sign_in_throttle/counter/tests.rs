use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

const LIMIT: u32 = 3;
const WINDOW: Duration = Duration::from_secs(60);

fn at(seconds: u32) -> Time {
    Time::from_millis(i64::from(seconds) * 1_000)
}

/// The same with a map that knows every key.
#[derive(Default)]
struct Model {
    counts: HashMap<u32, Failures>,
    begun: u64,
}

impl Model {
    fn is_refused(&mut self, key: u32, now: Time) -> bool {
        let count = self.counts.get(&key);
        count.is_some_and(|count| count.is_live(now, WINDOW) && count.count >= LIMIT)
    }

    fn count(&mut self, key: u32, now: Time) -> u64 {
        self.begun += 1;
        let begun = self.begun;
        let count = self.counts.entry(key).or_default();
        if !count.is_live(now, WINDOW) {
            *count = Failures {
                since: now,
                count: 0,
                window: begun,
            };
        }
        count.count += 1;
        count.window
    }

    fn undo(&mut self, key: u32, window: u64) {
        if let Some(count) = self.counts.get_mut(&key)
            && count.window == window
        {
            count.count = count.count.saturating_sub(1);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Take(u32),
    Undo(usize),
    Clear(usize),
    Pass(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..60_u32).prop_map(Step::Take),
        1 => any::<usize>().prop_map(Step::Undo),
        1 => any::<usize>().prop_map(Step::Clear),
        1 => (0..40_u32).prop_map(Step::Pass),
    ]
}

proptest! {
    /// T32
    #[test]
    fn whatever_shares_a_count_no_key_has_more_attempts_than_its_own_failures_leave_it(
        steps in proptest::collection::vec(step(), 1..400),
    ) {
        let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
        let (mut model, mut taken, mut now) = (Model::default(), Vec::new(), 0);
        for step in steps {
            match step {
                Step::Take(key) => {
                    let refused = counter.wait(&key, at(now)).is_some();
                    if model.is_refused(key, at(now)) {
                        prop_assert!(refused, "{key} has one attempt too many");
                    }
                    if !refused {
                        taken.push((key, counter.count(&key, at(now)), model.count(key, at(now))));
                    }
                }
                Step::Undo(which) if !taken.is_empty() => {
                    let (key, counted, window) = taken.swap_remove(which % taken.len());
                    counter.undo(&counted);
                    model.undo(key, window);
                }
                Step::Clear(which) if !taken.is_empty() => {
                    let (key, counted, _) = taken.swap_remove(which % taken.len());
                    counter.clear(&counted);
                    model.counts.remove(&key);
                }
                Step::Pass(seconds) => now += seconds,
                Step::Undo(_) | Step::Clear(_) => {}
            }
        }
    }

    #[test]
    fn while_there_is_room_every_key_has_its_own_count(
        steps in proptest::collection::vec((0..16_u32, 0..20_u32), 1..200),
    ) {
        let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
        let (mut model, mut now) = (Model::default(), 0);
        for (key, seconds) in steps {
            now += seconds;
            let refused = counter.wait(&key, at(now)).is_some();
            prop_assert_eq!(refused, model.is_refused(key, at(now)));
            if !refused {
                let _ = counter.count(&key, at(now));
                model.count(key, at(now));
            }
        }
    }
}

#[test]
fn an_attempt_looks_at_one_set_and_a_set_never_grows_past_its_ways() {
    let mut counter = FailureCounter::<u32>::new(64, LIMIT, WINDOW);
    for key in 0..50_000 {
        let before = (key % 1_000 == 0).then(|| counts(&counter));
        let _ = counter.count(&key, at(0));
        if let Some(before) = before {
            let after = counts(&counter);
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b);
            assert_eq!(changed.count(), 1);
        }
    }
    assert!(counter.sets.iter().all(|set| set.own.len() == WAYS));
    assert!(counter.sets.iter().all(|set| set.own.capacity() <= WAYS));
}

/// The attempts that each set has counted.
fn counts(counter: &FailureCounter<u32>) -> Vec<u32> {
    let counts = counter.sets.iter().map(|set| {
        let own: u32 = set.own.iter().map(|(_, own)| own.count).sum();
        own.saturating_add(set.shared.count)
    });
    counts.collect()
}

#[test]
fn a_key_at_its_limit_stays_there_whatever_comes_after_it() {
    // T32
    let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
    for _ in 0..LIMIT {
        let _ = counter.count(&0, at(0));
    }
    for other in 1..10_000 {
        let _ = counter.count(&other, at(1));
    }
    assert_eq!(counter.wait(&0, at(1)), Some(Duration::from_secs(59)));
    assert_eq!(counter.wait(&0, at(62)), None, "its window has ended");
}

#[test]
fn a_key_without_failures_gives_its_room_back() {
    let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
    for key in 0..1_000 {
        let counted = counter.count(&key, at(0));
        counter.undo(&counted);
        let counted = counter.count(&key, at(0));
        counter.clear(&counted);
    }
    assert!(counter.sets[0].own.is_empty());
    assert_eq!(counter.sets[0].shared.count, 0);
}

#[test]
fn a_clock_that_went_back_prolongs_no_wait() {
    let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
    for key in 0..40 {
        for _ in 0..LIMIT {
            let _ = counter.count(&key, at(1_000_000));
        }
    }
    for key in [39, 0] {
        assert_eq!(counter.wait(&key, at(10)), Some(WINDOW));
        assert_eq!(counter.wait(&key, at(71)), None);
    }
}

#[test]
fn an_attempt_of_an_earlier_window_gives_nothing_back_to_this_one() {
    let mut counter = FailureCounter::<u32>::new(1, LIMIT, WINDOW);
    let early = counter.count(&0, at(0));
    for _ in 0..LIMIT {
        let _ = counter.count(&0, at(61));
    }
    counter.undo(&early);
    assert!(counter.wait(&0, at(61)).is_some());
}
