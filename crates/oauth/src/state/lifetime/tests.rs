use super::*;
use crate::fixture::START;

const HOUR: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

fn lifetimes(access_token: Duration) -> Lifetimes {
    Lifetimes {
        access_token,
        id_token: MINUTE,
        refresh_token: HOUR * 24,
        ..Lifetimes::default()
    }
}

/// One hour until START, one minute from then on.
fn lowered(now: Time) -> LongestLifetimes {
    let before = RecordedLifetime::all(&lifetimes(HOUR), START);
    LongestLifetimes::at(&before, &lifetimes(MINUTE), now)
}

#[test]
fn a_lifetime_counts_until_the_last_token_issued_with_it_has_expired() {
    let last = START.plus(HOUR).plus(LEEWAY);
    assert_eq!(lowered(START).access_token(), HOUR);
    assert_eq!(lowered(last).access_token(), HOUR);
    let later = Time::from_millis(last.as_millis() + 1);
    assert_eq!(lowered(later).access_token(), MINUTE);
}

#[test]
fn the_longest_lifetime_of_any_node_counts() {
    let mut records = Vec::from(RecordedLifetime::all(&lifetimes(HOUR), START));
    records.extend(RecordedLifetime::all(&lifetimes(HOUR * 3), START));
    records.extend(RecordedLifetime::all(&lifetimes(MINUTE), START));
    let longest = LongestLifetimes::at(&records, &lifetimes(MINUTE), START);
    assert_eq!(longest.access_token(), HOUR * 3);
    // its own counts although nothing is recorded
    let alone = LongestLifetimes::at(&[], &lifetimes(HOUR), START);
    assert_eq!(alone.access_token(), HOUR);
}

#[test]
fn a_lifetime_that_each_node_judges_by_counts_while_tokens_that_rest_on_it_can_live() {
    let before = RecordedLifetime::all(
        &Lifetimes {
            session: HOUR * 500,
            ..lifetimes(HOUR)
        },
        START,
    );
    let own = Lifetimes {
        session: HOUR,
        ..lifetimes(MINUTE)
    };
    let session = |now| LongestLifetimes::at(&before, &own, now).session();
    assert_eq!(session(START.plus(HOUR).plus(LEEWAY)), HOUR * 500);
    assert_eq!(session(START.plus(HOUR).plus(LEEWAY * 3)), HOUR);
}

#[test]
fn a_revocation_is_kept_as_long_as_the_longest_token_it_concerns() {
    let entry = |subject| FeedEntry { subject, at: START };
    let jti = entry(FeedSubject::Jti("a".to_owned()));
    assert_eq!(lowered(START).until(&jti), START.plus(HOUR));
    let forgotten = lowered(START.plus(HOUR)).forgotten_before();
    assert_eq!(forgotten, START.minus(LEEWAY));
    let kid = entry(FeedSubject::Kid("a".to_owned()));
    assert!(lowered(START).until(&kid) > START.plus(HOUR * 24));
}

#[test]
fn no_token_is_made_with_lifetimes_that_are_not_recorded() {
    let own = lifetimes(HOUR);
    assert!(LifetimesInForce::recorded(&own, START, START).is_some());
    let later = Time::from_millis(START.as_millis() + 1);
    assert!(LifetimesInForce::recorded(&own, START, later).is_none());
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    for of in LifetimeOf::ALL {
        assert_eq!(LifetimeOf::parse(of.as_str()), Some(of));
    }
}
