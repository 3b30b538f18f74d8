use super::*;

fn throttle() -> SignInThrottle {
    SignInThrottle::new(SignInLimits::default())
}

const NOW: Time = Time::from_millis(0);

#[test]
fn the_eleventh_failure_of_an_account_is_refused_until_the_window_ends() {
    // T32
    let throttle = throttle();
    for _ in 0..10 {
        let _ = throttle.take("alice", None, NOW).unwrap();
    }
    let later = |seconds| NOW.plus(Duration::from_secs(seconds));
    let refused = throttle.take("alice", None, later(60)).unwrap_err();
    assert_eq!(refused.retry_after, Duration::from_secs(14 * 60));
    assert!(throttle.take("bob", None, NOW).is_ok());
    assert!(throttle.take("alice", None, later(901)).is_ok());
}

#[test]
fn an_address_is_limited_on_its_own_and_ipv6_counts_by_network() {
    // T32
    let throttle = throttle();
    for i in 0..100_u32 {
        let ip: IpAddr = format!("2001:db8::{i:x}").parse().unwrap();
        let _ = throttle.take(&i.to_string(), Some(ip), NOW).unwrap();
    }
    let same_network = "2001:db8::ffff".parse().ok();
    assert!(throttle.take("x", same_network, NOW).is_err());
    assert!(
        throttle
            .take("x", "2001:db8:1::1".parse().ok(), NOW)
            .is_ok()
    );
}

#[test]
fn without_an_address_the_account_alone_counts() {
    // T32
    let throttle = throttle();
    for i in 0..1_000_u32 {
        let _ = throttle.take(&i.to_string(), None, NOW).unwrap();
    }
    assert!(throttle.take("alice", None, NOW).is_ok());
}

#[test]
fn an_attempt_that_was_not_judged_does_not_clear_the_failures_before_it() {
    let throttle = throttle();
    for _ in 0..9 {
        let _ = throttle.take("alice", None, NOW).unwrap();
    }
    for _ in 0..3 {
        throttle.undo(&throttle.take("alice", None, NOW).unwrap());
    }
    assert!(throttle.take("alice", None, NOW).is_ok());
    assert!(throttle.take("alice", None, NOW).is_err());
}

#[test]
fn a_success_gives_the_attempt_back() {
    let throttle = throttle();
    let address = "192.0.2.1".parse().ok();
    for _ in 0..300 {
        throttle.give_back(&throttle.take("alice", address, NOW).unwrap());
    }
    for i in 0..100_u32 {
        let _ = throttle.take(&i.to_string(), address, NOW).unwrap();
    }
}

#[test]
fn an_account_that_is_unlocked_may_try_again() {
    let throttle = throttle();
    let now = Time::from_millis(0);
    while throttle.take("alice", None, now).is_ok() {}
    while throttle.take("bob", None, now).is_ok() {}
    throttle.unlock("alice", now);
    assert!(throttle.take("alice", None, now).is_ok());
    assert!(throttle.take("bob", None, now).is_err());
}
