//! Races for one grant.

use std::time::Duration;

use airside_oauth::state::{
    decide::{CodeBinding, Commit, Effect, Facts, Keys},
    grant::{Grant, Judgement, RevokeReason, Rotation},
    user::User,
};

use super::{TASKS, all, count};
use crate::{
    Backend, CommitError,
    contract::{
        Home,
        fixture::{
            World, at, bound, change_user, event, grant, look_grant, redeem, revoke, rotate,
        },
    },
};

/// RFC 6749 §4.1.2: the winner's tokens die with the second redemption.
pub async fn of_many_redemptions_one_wins_and_the_grant_ends_revoked_once(home: &dyn Home) {
    let world = World::new(home).await;
    let code = grant(&world.session, 1);
    let answers = all(&world.store, |store, task| {
        let mut mine = code.clone();
        mine.attempt = [task; 16];
        async move { redeem_once(store.as_ref(), mine, task).await }
    })
    .await;
    assert_eq!(count(&answers, &Redemption::Granted), 1);
    assert_eq!(count(&answers, &Redemption::RefusedAndRevoked), 1);
    let revoked = world.grant(&code).await.unwrap().revoked.unwrap();
    assert_eq!(revoked.reason, RevokeReason::CodeReused);
    let events = world.events(300).await;
    assert_eq!(events.len(), 1, "one event for one revocation");
}

/// RFC 9700 §4.14.2: one lineage, and no honest client is logged out.
pub async fn of_many_refreshes_one_rotates_and_all_get_its_successor(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let answers = all(&world.store, |store, _| {
        let grant = grant.clone();
        async move { refresh(store.as_ref(), &grant, 0).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.rotated).count(), 1);
    assert!(answers.iter().all(|answer| answer.successor == Some(1)));
    let after = world.grant(&grant).await.unwrap();
    assert_eq!(
        (after.rotation.anchor, after.rotation.current),
        (Some(0), 1)
    );
    assert!(after.revoked.is_none());
}

/// Once a revocation is acknowledged, the state stays as it is.
pub async fn no_refresh_follows_a_revocation(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let answers = all(&world.store, |store, task| {
        let grant = grant.clone();
        async move {
            if task == TASKS / 2 {
                let revoke = revoke(&grant, RevokeReason::Revoked);
                store.commit(revoke).await.unwrap();
                let revoked = look_grant(store.as_ref(), grant.id).await;
                return revoked.map(|grant| grant.rotation);
            }
            let known = look_grant(store.as_ref(), grant.id).await.unwrap();
            refresh(store.as_ref(), &grant, known.rotation.current).await;
            None
        }
    })
    .await;
    let at_revocation: Vec<Rotation> = answers.into_iter().flatten().collect();
    let after = world.grant(&grant).await.unwrap();
    assert_eq!(at_revocation, [after.rotation]);
    assert!(after.revoked.is_some());
    let later = Rotation {
        current: 999,
        ..after.rotation
    };
    world.conflict(rotate(&after, after.rotation, later)).await;
}

/// Once the change of a password is acknowledged, no earlier code is redeemed.
pub async fn no_redemption_follows_a_change_of_the_user(home: &dyn Home) {
    let world = World::new(home).await;
    let changed = User {
        epoch: 6,
        ..world.alice.clone()
    };
    let answers = all(&world.store, |store, task| {
        let code = grant(&world.session, task);
        let changed = changed.clone();
        async move {
            if task == TASKS / 2 {
                store.commit(change_user(changed, 5)).await.unwrap();
                return Some(store.grants(code.user, None, 100).await.unwrap().len());
            }
            let redeemed = store.commit(redeem(&code, bound())).await;
            assert!(matches!(redeemed, Ok(()) | Err(CommitError::Conflict)));
            None
        }
    })
    .await;
    let at_change: Vec<usize> = answers.into_iter().flatten().collect();
    let grants = world.store.grants(world.alice.id, None, 100).await.unwrap();
    assert_eq!(at_change, [grants.len()]);
    let late = grant(&world.session, 250);
    world.conflict(redeem(&late, bound())).await;
    let to_changed = CodeBinding {
        user_epoch: 6,
        ..bound()
    };
    world.accept(redeem(&late, to_changed)).await;
}

#[derive(Debug, PartialEq)]
enum Redemption {
    Granted,
    RefusedAndRevoked,
    Refused,
}

async fn redeem_once(store: &dyn Backend, mine: Grant, task: u8) -> Redemption {
    let keys = Keys {
        grant: Some(mine.id),
        ..Keys::default()
    };
    transact(store, &keys, |facts| match &facts.grant {
        None => (Redemption::Granted, Some(redeem(&mine, bound()))),
        Some(grant) if grant.revoked.is_none() => {
            let revoke = revoke(&mine, RevokeReason::CodeReused).and(Effect::Event(event(task)));
            (Redemption::RefusedAndRevoked, Some(revoke))
        }
        Some(_) => (Redemption::Refused, None),
    })
    .await
}

struct Refreshed {
    successor: Option<u32>,
    rotated: bool,
}

impl Refreshed {
    const fn to(successor: Option<u32>) -> Self {
        Self {
            successor,
            rotated: false,
        }
    }
}

/// Presents `generation`.
async fn refresh(store: &dyn Backend, grant: &Grant, generation: u32) -> Refreshed {
    let keys = Keys {
        grant: Some(grant.id),
        ..Keys::default()
    };
    transact(store, &keys, |facts| {
        let known = facts.grant.as_ref().unwrap();
        if known.revoked.is_some() {
            return (Refreshed::to(None), None);
        }
        let from = known.rotation;
        let moved = |to| rotate(grant, from, to);
        match from.judge(generation, WINDOW, at(1)) {
            Judgement::Rotate(to) | Judgement::Reissue(to) => {
                let answer = Refreshed {
                    rotated: true,
                    ..Refreshed::to(Some(to.current))
                };
                (answer, Some(moved(to)))
            }
            Judgement::Retry { noted, .. } => (Refreshed::to(Some(from.current)), noted.map(moved)),
            Judgement::Reuse | Judgement::Unissued => (Refreshed::to(None), None),
        }
    })
    .await
}

/// Look, judge, commit; again after every conflict.
async fn transact<T>(
    store: &dyn Backend,
    keys: &Keys,
    judge: impl Fn(&Facts) -> (T, Option<Commit>),
) -> T {
    loop {
        let facts = store.look(keys).await.unwrap();
        let (answer, Some(commit)) = judge(&facts) else {
            return judge(&facts).0;
        };
        match store.commit(commit).await {
            Ok(()) => return answer,
            Err(CommitError::Conflict) => {}
            Err(CommitError::Unavailable(cause)) => panic!("{cause:?}"),
        }
    }
}

const WINDOW: Duration = Duration::from_secs(30);
