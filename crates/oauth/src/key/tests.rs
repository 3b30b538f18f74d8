use std::time::Duration;

use super::{schedule::CLOCK_TOLERANCE, *};
use crate::fixture::longest;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ROTATION: Rotation = Rotation {
    interval: Duration::from_secs(30 * 24 * 60 * 60),
    publish_ahead: DAY,
};
const ES256: Purpose = Purpose::Signing(Algorithm::ES256);

fn key(version: u32, active_from: Time) -> StoredKey {
    StoredKey {
        kid: format!("k{version}"),
        purpose: ES256,
        version,
        wrapped: Vec::new(),
        public: String::new(),
        created_at: Time::from_millis(0),
        active_from,
        dropped_at: None,
        retired_at: None,
    }
}

fn day(days: u32) -> Time {
    Time::from_millis(0).plus(DAY * days)
}

#[test]
fn the_first_key_signs_at_once() {
    let next = due(ES256, &[], ROTATION, day(3));
    assert_eq!(
        next,
        Some(NextKey {
            version: 1,
            active_from: day(3)
        })
    );
}

#[test]
fn a_clock_that_went_back_signs_with_the_first_key_and_brings_no_dropped_key_back() {
    let mut keys = [key(1, day(10)), key(2, day(40))];
    let at = |keys: &[StoredKey], now| active(ES256, keys, now).map(|key| key.version);
    assert_eq!(at(&keys, day(9)), Some(1));
    let longest = longest();
    assert_eq!(state(&keys[0], &keys, &longest, day(9)), KeyState::Signing);
    assert_eq!(
        state(&keys[1], &keys, &longest, day(9)),
        KeyState::Published
    );
    keys[0].dropped_at = Some(day(12));
    assert_eq!(state(&keys[0], &keys, &longest, day(11)), KeyState::Dropped);
    assert_eq!(at(&keys, day(11)), Some(2));
    assert_eq!(due(ES256, &keys, ROTATION, day(9)), None);
}

#[test]
fn the_next_key_is_published_a_day_before_it_signs() {
    let keys = [key(1, day(0))];
    assert_eq!(due(ES256, &keys, ROTATION, day(28)), None);
    let next = due(ES256, &keys, ROTATION, day(29));
    assert_eq!(
        next,
        Some(NextKey {
            version: 2,
            active_from: day(30)
        })
    );
}

#[test]
fn a_key_that_a_clock_ahead_has_made_stops_no_change_until_its_time() {
    let mut keys = vec![key(1, day(0)), key(2, day(400))];
    for (version, begins) in [(3, 30), (4, 60)] {
        assert_eq!(due(ES256, &keys, ROTATION, day(begins - 2)), None);
        let next = due(ES256, &keys, ROTATION, day(begins - 1)).unwrap();
        let active_from = day(begins);
        let made = NextKey {
            version,
            active_from,
        };
        assert_eq!(next, made);
        keys.push(key(version, active_from));
        let signs = active(ES256, &keys, active_from).unwrap();
        assert_eq!(signs.version, version);
    }
    // then it takes its turn
    assert_eq!(due(ES256, &keys, ROTATION, day(375)), None);
    assert_eq!(active(ES256, &keys, day(401)).unwrap().version, 2);
}

#[test]
fn a_key_made_late_is_still_published_before_it_signs() {
    let next = due(ES256, &[key(1, day(0))], ROTATION, day(90));
    assert_eq!(
        next,
        Some(NextKey {
            version: 2,
            active_from: day(91)
        })
    );
}

#[test]
fn a_key_goes_from_published_to_signing_to_retired_to_gone() {
    let longest = longest();
    let keys = [key(1, day(0)), key(2, day(30)), key(3, day(60))];
    let at = |now| state(&keys[1], &keys, &longest, now);
    assert_eq!(at(day(29)), KeyState::Published);
    assert_eq!(at(day(30)), KeyState::Signing);
    assert_eq!(at(day(60)), KeyState::Retired);
    assert_eq!(
        at(day(60).plus(Duration::from_secs(16 * 60))),
        KeyState::Retired
    );
    assert_eq!(at(day(61)), KeyState::Gone);
    assert_eq!(active(ES256, &keys, day(59)).unwrap().version, 2);
}

#[test]
fn a_dropped_key_neither_signs_nor_supersedes() {
    let longest = longest();
    let mut keys = [key(1, day(0)), key(2, day(30))];
    keys[1].dropped_at = Some(day(31));
    assert_eq!(state(&keys[1], &keys, &longest, day(31)), KeyState::Dropped);
    assert_eq!(active(ES256, &keys, day(32)).unwrap().version, 1);
    assert_eq!(next_version(ES256, &keys), 3);
}

#[test]
fn a_wrapped_key_opens_only_with_its_own_key_and_for_its_own_row() {
    let kek = KeyEncryptionKey::new([1; 32]);
    let mut stored = key(1, day(0));
    stored.wrapped = kek.wrap(ES256, "k1", [2; 16], b"private");
    assert_eq!(kek.unwrap(&stored).unwrap().as_slice(), b"private");
    assert_eq!(
        KeyEncryptionKey::new([3; 32]).unwrap(&stored).unwrap_err(),
        UnwrapKeyError
    );
    stored.kid = "k2".to_owned();
    assert_eq!(kek.unwrap(&stored).unwrap_err(), UnwrapKeyError);
}

/// Two nodes read the same rows with clocks up to 2 s apart: whatever one signs with, the other
/// publishes, and both make the same version next, of which the store keeps one.
#[test]
fn nodes_whose_clocks_differ_agree_on_the_keys() {
    let longest = longest();
    let keys = [key(1, day(0)), key(2, day(30)), key(3, day(60))];
    let moments = [0, 29, 30, 59, 60, 89, 90].map(day);
    let offsets = -4000_i64..=4000;
    for moment in moments {
        for offset in offsets.clone().step_by(250) {
            let ahead = Time::from_millis(moment.as_millis() + offset.max(0));
            for apart in [0, 500, 1000, 2000] {
                let behind = Time::from_millis(ahead.as_millis() - apart);
                let Some(signing) = active(ES256, &keys, ahead) else {
                    continue;
                };
                let seen = state(signing, &keys, &longest, behind);
                assert!(
                    matches!(seen, KeyState::Published | KeyState::Signing),
                    "{signing:?} is {seen:?} at {behind:?}"
                );
                let Some(older) = active(ES256, &keys, behind) else {
                    continue;
                };
                let seen = state(older, &keys, &longest, ahead);
                assert!(
                    matches!(seen, KeyState::Signing | KeyState::Retired),
                    "{older:?} is {seen:?} at {ahead:?}"
                );
                let made = [ahead, behind].map(|now| due(ES256, &keys, ROTATION, now));
                if let [Some(one), Some(other)] = made {
                    // the store takes one key of a version: the first one written counts
                    assert_eq!(one.version, other.version);
                }
            }
        }
    }
}

#[test]
fn a_retired_key_has_no_successor_and_is_published_as_long_as_its_tokens_can_live() {
    let mut keys = [key(1, day(0)), key(2, day(30))];
    keys.iter_mut()
        .for_each(|key| key.retired_at = Some(day(20)));
    let longest = longest();
    let last = day(20).plus(longest.signed()).plus(CLOCK_TOLERANCE);
    let at = |version: usize, now| state(&keys[version - 1], &keys, &longest, now);
    for now in [day(19), day(20), last] {
        assert_eq!(at(1, now), KeyState::Retired);
        assert_eq!(active(ES256, &keys, now).map(|key| key.version), None);
    }
    assert_eq!(
        at(1, Time::from_millis(last.as_millis() + 1)),
        KeyState::Gone
    );
    assert_eq!(published_until(&keys[0], &keys, &longest), Some(last));
    // it replaced no key, since it was retired before its time
    assert_eq!(at(2, day(30)), KeyState::Gone);
}

#[test]
fn an_algorithm_that_comes_back_gets_a_new_key_that_signs_at_once() {
    let mut keys = vec![key(1, day(0))];
    keys[0].retired_at = Some(day(20));
    let next = due(ES256, &keys, ROTATION, day(25)).unwrap();
    assert_eq!((next.version, next.active_from), (2, day(25)));
    keys.push(key(2, day(25)));
    let longest = longest();
    assert_eq!(state(&keys[1], &keys, &longest, day(25)), KeyState::Signing);
    assert_eq!(state(&keys[0], &keys, &longest, day(25)), KeyState::Gone);
}
