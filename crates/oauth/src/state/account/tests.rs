use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::{
    fixture::{START, profile, user},
    state::user::Username,
    time::LEEWAY,
    token::released_claim::ReleasedClaims,
};

const TICK: Duration = Duration::from_millis(1);

fn change(old: &User, new: User, profile: &IssuerProfile, now: Time) -> Commit {
    super::change(old, new, LastAdministrator::Kept, profile, now)
}

fn kept(old: &User, new: User, wanted: LastAdministrator) -> LastAdministrator {
    match super::change(old, new, wanted, &profile(), START).pivot {
        Pivot::UpdateUser {
            last_administrator, ..
        } => last_administrator,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_change_keeps_the_last_administrator_if_it_takes_one_away() {
    use LastAdministrator::{Kept, LetGo};
    let alice = user();
    let administrator = User {
        administrator: true,
        ..alice.clone()
    };
    let disabled = User {
        disabled: true,
        ..administrator.clone()
    };
    for (old, new, expected) in [
        (&administrator, &alice, Kept),
        (&administrator, &disabled, Kept),
        (&administrator, &administrator, LetGo),
        (&disabled, &alice, LetGo),
        (&alice, &administrator, LetGo),
    ] {
        assert_eq!(kept(old, new.clone(), Kept), expected);
        assert_eq!(kept(old, new.clone(), LetGo), LetGo);
    }
}

/// Returns the rows of a change to these roles: the entry in the feed, and the account.
fn changed(old: &User, roles: &[&str], now: Time) -> (Option<Time>, User) {
    let new = User {
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        ..old.clone()
    };
    let commit = change(old, new, &profile(), now);
    let mut entries = commit.effects.iter().map(|effect| match effect {
        Effect::Feed(entry) => entry.at,
        other => panic!("{other:?}"),
    });
    let entry = entries.next_back();
    match commit.pivot {
        Pivot::UpdateUser { user, .. } => (entry, *user),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_taken_away_revokes_and_what_is_given_does_not() {
    let alice = user();
    assert_eq!(changed(&alice, &["customer", "teller"], START).0, None);
    assert_eq!(changed(&alice, &["teller"], START).0, Some(START));
    assert_eq!(changed(&alice, &[], START).0, Some(START));
    let administrator = User {
        administrator: true,
        ..alice.clone()
    };
    let taken = change(&administrator, alice.clone(), &profile(), START);
    assert_eq!(taken.effects.len(), 1);
    assert_eq!(
        change(&alice, administrator, &profile(), START)
            .effects
            .len(),
        0
    );
}

#[test]
fn a_token_issued_after_the_change_is_later_than_it_whatever_the_clock_says() {
    let (_, first) = changed(&user(), &[], START);
    assert_eq!(first.token_time(START), START.plus(TICK));
    let behind = START.minus(LEEWAY / 2);
    assert_eq!(first.token_time(behind), START.plus(TICK));
    assert_eq!(first.token_time(START.plus(LEEWAY)), START.plus(LEEWAY));
    // and the next change is later than that token
    let again = User {
        roles: vec!["teller".parse().unwrap()],
        ..first
    };
    let (entry, second) = changed(&again, &[], START);
    assert_eq!(entry, Some(again.token_time(START)));
    assert!(second.token_time(START) > again.token_time(START));
}

#[test]
fn a_clock_that_was_far_ahead_gives_no_token_a_longer_life() {
    let (_, alice) = changed(&user(), &[], START.plus(LEEWAY * 60));
    assert_eq!(alice.token_time(START), START);
}

fn releasing(names: &[&str]) -> IssuerProfile {
    let mut profile = profile();
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    profile.resources[1].claims = ReleasedClaims::new(names);
    profile
}

fn with_claims(claims: Value) -> User {
    let claims = claims.as_object().unwrap().clone();
    User { claims, ..user() }
}

#[test]
fn a_changed_claim_that_is_in_access_tokens_ends_them() {
    // T14
    let profile = releasing(&["org", "preferred_username"]);
    let old = with_claims(json!({ "org": "acme", "name": "Alice" }));
    for (new, ends) in [
        (json!({ "org": "other", "name": "Alice" }), true),
        (json!({ "name": "Alice" }), true),
        (json!({ "org": "acme", "preferred_username": "bob" }), true),
        (json!({ "org": "acme", "name": "Alice" }), false),
        (json!({ "org": "acme", "name": "Bob", "phone": "1" }), false),
        (
            json!({ "org": "acme", "preferred_username": "alice" }),
            false,
        ),
    ] {
        let commit = change(&old, with_claims(new.clone()), &profile, START);
        assert_eq!(commit.effects.len(), usize::from(ends), "{new}");
    }
    let added = change(&user(), old.clone(), &profile, START);
    assert_eq!(added.effects.len(), 1);
    let renamed = User {
        username: Username::parse("alicia").unwrap(),
        ..old.clone()
    };
    assert_eq!(change(&old, renamed, &profile, START).effects.len(), 1);
    let nowhere = change(&old, user(), &releasing(&[]), START);
    assert_eq!(nowhere.effects.len(), 0);
}

#[test]
fn an_account_whose_claims_do_not_fit_is_refused_unless_it_is_so_already() {
    let profile = releasing(&["org"]);
    let sized = |bytes: usize| with_claims(json!({ "org": "x".repeat(bytes) }));
    let check = |old: Option<&User>, new: &User| check_released(&profile, old, new).is_ok();
    assert!(check(None, &sized(2_000)) && !check(None, &sized(2_100)));
    assert!(!check(Some(&sized(1)), &sized(2_100)));
    assert!(check(Some(&sized(2_200)), &sized(2_200)));
    assert!(check(Some(&sized(2_200)), &sized(2_100)));
    assert!(!check(Some(&sized(2_200)), &sized(2_300)));
    let other = with_claims(json!({ "name": "x".repeat(3_000) }));
    assert!(check(None, &other));
}
