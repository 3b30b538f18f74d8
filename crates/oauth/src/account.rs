//! Changes of an account, and what they revoke.

use crate::{
    decide::{Commit, Effect, Pivot},
    feed::{FeedEntry, FeedSubject},
    time::Time,
    user::User,
};

/// The commit that makes `old` what `new` says, unless another change is faster.
///
/// If a role or the administrator's right is taken away, the same commit revokes the access tokens
/// issued until then, wherever revocations are heard of. Grants live on: the next refresh carries what
/// is left.
pub fn change(old: &User, new: User, now: Time) -> Commit {
    let user = old.changed(new, now);
    let reduced = user.rights_reduced_at;
    let reduced = reduced.filter(|_| reduced != old.rights_reduced_at);
    let commit = Commit::new(Pivot::UpdateUser {
        user: Box::new(user),
        expected: old.epoch,
    });
    let subject = FeedSubject::User(old.id);
    match reduced {
        Some(at) => commit.and(Effect::Feed(FeedEntry { subject, at })),
        None => commit,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        fixture::{START, user},
        lifetime::LEEWAY,
    };

    const TICK: Duration = Duration::from_millis(1);

    /// What a change to these roles writes: the entry in the feed, and the account.
    fn changed(old: &User, roles: &[&str], now: Time) -> (Option<Time>, User) {
        let new = User {
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            ..old.clone()
        };
        let commit = change(old, new, now);
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
        let taken = change(&administrator, alice.clone(), START);
        assert_eq!(taken.effects.len(), 1);
        assert_eq!(change(&alice, administrator, START).effects.len(), 0);
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
}
