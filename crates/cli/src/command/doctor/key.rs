//! The signing keys and their next change.

use std::time::Duration;

use airside_jose::Algorithm;
use airside_oauth::{
    key::{self, Purpose, StoredKey},
    time::Time,
};
use airside_server::{
    clock::{Clock as _, SystemClock},
    settings::Settings,
};
use airside_store_sql::Inspection;

use super::finding::Finding;

/// Returns a finding for each algorithm that tokens are signed with.
pub fn examine(settings: &Settings, stored: Option<&Inspection>) -> Vec<Finding> {
    let keys = stored
        .map(|stored| stored.keys.as_slice())
        .unwrap_or_default();
    if keys.is_empty() {
        return vec![Finding::unknown(
            KEYS,
            "there are none yet, or they cannot be read from here: the first start makes them",
        )];
    }
    let now = SystemClock.now();
    let algorithms = settings.algorithms.iter();
    algorithms
        .map(|algorithm| of(*algorithm, keys, settings.rotation.interval, now))
        .collect()
}

fn of(algorithm: Algorithm, keys: &[StoredKey], interval: Duration, now: Time) -> Finding {
    let purpose = Purpose::Signing(algorithm);
    let name = algorithm.as_str();
    let Some(active) = key::active(purpose, keys, now) else {
        return Finding::problem(
            KEYS,
            format!("no {name} key signs"),
            "start the server, which makes one; `airside key list` shows the keys",
        );
    };
    let since = shown(active.active_from);
    let next = next_change(active, keys, interval, now);
    if next < now {
        let next = shown(next);
        return Finding::problem(
            KEYS,
            format!("the {name} key that signs since {since} should have been followed on {next}"),
            "look in the log why the server could not make the next one, or do it: `airside key rotate`",
        );
    }
    let next = shown(next);
    Finding::good(
        KEYS,
        format!("{name} signs since {since}, the next key from {next}"),
    )
}

/// Returns when another key signs: one that is published already, or the one that is due then.
fn next_change(active: &StoredKey, keys: &[StoredKey], interval: Duration, now: Time) -> Time {
    let usable = keys.iter().filter(|key| {
        key.purpose == active.purpose && key.dropped_at.is_none() && key.retired_at.is_none()
    });
    let last = usable.map(|key| key.active_from).max();
    match last.unwrap_or(active.active_from) {
        last if last > now => last,
        last => last.plus(interval),
    }
}

fn shown(time: Time) -> String {
    let time = jiff::Timestamp::from_millisecond(time.as_millis());
    time.map_or_else(
        |_| "another age".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%MZ").to_string(),
    )
}

const KEYS: &str = "keys";

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn day(days: u32) -> Time {
        Time::from_millis(0).plus(DAY * days)
    }

    fn key(version: u32, active_from: Time) -> StoredKey {
        StoredKey {
            kid: format!("k{version}"),
            purpose: Purpose::Signing(Algorithm::ES256),
            version,
            wrapped: Vec::new(),
            public: String::new(),
            created_at: Time::from_millis(0),
            active_from,
            dropped_at: None,
            retired_at: None,
        }
    }

    #[track_caller]
    fn assert_found(keys: &[StoredKey], now: Time, is_open: bool, said: &str) {
        let found = of(Algorithm::ES256, keys, DAY * 30, now);
        assert_eq!(found.is_open(), is_open, "{found:?}");
        assert!(found.lines()[0].contains(said), "{found:?}");
    }

    #[test]
    fn the_next_change_of_keys_is_told_and_one_that_is_overdue_is_a_problem() {
        let due = "signs since 1970-01-02 00:00Z, the next key from 1970-02-01";
        assert_found(&[key(1, day(1))], day(31), false, due);
        let published = [key(1, day(1)), key(2, day(40))];
        assert_found(&published, day(39), false, "the next key from 1970-02-10");
        let overdue = "should have been followed on 1970-02-01";
        assert_found(&[key(1, day(1))], day(32), true, overdue);
    }

    #[test]
    fn an_algorithm_without_a_key_is_a_problem() {
        assert_found(&[], day(1), true, "no ES256 key signs");
        let mut dropped = key(1, day(1));
        dropped.dropped_at = Some(day(2));
        assert_found(&[dropped], day(3), true, "no ES256 key signs");
    }
}
