use std::time::Duration;

use super::*;

const WINDOW: Duration = Duration::from_secs(30);

fn at(seconds: i64) -> Time {
    Time::from_millis(seconds * 1000)
}

fn rotate(state: Rotation, generation: u32, seconds: i64) -> Rotation {
    match state.judge(generation, WINDOW, at(seconds)) {
        Judgement::Rotate(next) | Judgement::Reissue(next) => next,
        other => panic!("expected a rotation, got {other:?}"),
    }
}

#[test]
fn the_current_generation_rotates() {
    let next = rotate(Rotation::begin(at(0)), 0, 100);
    assert_eq!(
        (next.anchor, next.current, next.rotated_at),
        (Some(0), 1, at(100))
    );
}

#[test]
fn the_anchor_within_the_window_gets_the_same_successor_and_is_noted_once() {
    let state = rotate(Rotation::begin(at(0)), 0, 100);
    let Judgement::Retry {
        noted: Some(noted),
        alarm: false,
    } = state.judge(0, WINDOW, at(130))
    else {
        panic!("a retry within the window");
    };
    assert_eq!(noted.current, state.current);
    let again = noted.judge(0, WINDOW, at(130));
    assert_eq!(
        again,
        Judgement::Retry {
            noted: None,
            alarm: false
        }
    );
}

#[test]
fn the_anchor_after_the_window_gets_a_fresh_successor_and_the_unseen_one_is_void() {
    let state = rotate(Rotation::begin(at(0)), 0, 100);
    let state = rotate(state, 0, 131);
    assert_eq!(
        (state.anchor, state.current, state.reissues),
        (Some(0), 2, 1)
    );
    assert_eq!(state.judge(1, WINDOW, at(132)), Judgement::Reuse);
    assert!(matches!(
        state.judge(2, WINDOW, at(132)),
        Judgement::Rotate(_)
    ));
}

#[test]
fn the_eleventh_reissue_is_reuse() {
    let mut state = rotate(Rotation::begin(at(0)), 0, 0);
    for i in 1..=10 {
        state = rotate(state, 0, i * 31);
    }
    assert_eq!(state.judge(0, WINDOW, at(11 * 31)), Judgement::Reuse);
}

#[test]
fn an_older_generation_is_reuse_even_within_the_window() {
    // RFC9700-4.14.2
    let state = rotate(Rotation::begin(at(0)), 0, 1);
    let state = rotate(state, 1, 2);
    assert_eq!(state.judge(0, WINDOW, at(2)), Judgement::Reuse);
}

#[test]
fn a_generation_above_current_was_never_issued() {
    assert_eq!(
        Rotation::begin(at(0)).judge(1, WINDOW, at(0)),
        Judgement::Unissued
    );
}

#[test]
fn six_generations_in_a_row_with_a_retry_raise_the_alarm_once() {
    let mut state = Rotation::begin(at(0));
    let mut alarms = Vec::new();
    for generation in 0..7 {
        state = rotate(state, generation, i64::from(generation) * 100);
        let judged = state.judge(generation, WINDOW, at(i64::from(generation) * 100 + 5));
        let Judgement::Retry {
            noted: Some(noted),
            alarm,
        } = judged
        else {
            panic!("a retry, got {judged:?}");
        };
        state = noted;
        alarms.push(alarm);
    }
    assert_eq!(alarms, [false, false, false, false, false, true, false]);
}

#[test]
fn a_generation_without_a_retry_ends_the_run() {
    let mut state = Rotation::begin(at(0));
    for generation in 0..3 {
        state = rotate(state, generation, i64::from(generation) * 100);
        if let Judgement::Retry {
            noted: Some(noted), ..
        } = state.judge(generation, WINDOW, at(i64::from(generation) * 100 + 5))
        {
            state = noted;
        }
    }
    assert_eq!(state.retry_run, 3);
    state = rotate(state, 3, 400);
    state = rotate(state, 4, 500);
    assert_eq!(state.retry_run, 0);
}

const FLAT: &str = r#"{"s":"openid offline_access accounts:read orders:read","r":["https://bank.example","https://shop.example"],"a":{"t":1,"m":["pwd"]}}"#;

#[test]
fn terms_of_earlier_releases_keep_every_scope_at_every_api() {
    let terms: AuthorizedAccess = serde_json::from_str(FLAT).unwrap();
    assert!(terms.offline());
    assert_eq!(terms.access.openid.to_string(), "openid offline_access");
    let apis: Vec<_> = terms.access.apis.iter().collect();
    assert_eq!(apis.len(), 2);
    for (api, scope) in apis {
        assert_eq!(scope.to_string(), "accounts:read orders:read", "{api}");
    }
    assert_eq!(terms.authentication.at, Time::from_millis(1));
    let alone: AuthorizedAccess =
        serde_json::from_str(r#"{"s":"openid","a":{"t":1,"m":[]}}"#).unwrap();
    assert!(alone.access.apis.is_empty());
}

#[test]
fn terms_are_the_same_after_they_were_stored_and_nothing_else_is_read() {
    let terms: AuthorizedAccess = serde_json::from_str(FLAT).unwrap();
    let stored = serde_json::to_string(&terms).unwrap();
    assert_eq!(
        serde_json::from_str::<AuthorizedAccess>(&stored).unwrap(),
        terms
    );
    for other in [
        r#"{"a":{"t":1,"m":[]}}"#,
        r#"{"x":{"s":"openid"},"a":{"t":1,"m":[]}}"#,
    ] {
        assert!(
            serde_json::from_str::<AuthorizedAccess>(other).is_err(),
            "{other}"
        );
    }
}
