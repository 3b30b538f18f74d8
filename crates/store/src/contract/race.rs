//! Races: in every interleaving, look, judge and commit settle them in the same way.

use std::{future::Future, sync::Arc, time::Duration};

use airside_oauth::{
    id::UserId,
    state::{
        decide::{Among, CodeBinding, Commit, ConsentLookup, Effect, Facts, Keys, Pivot},
        grant::{Grant, Judgement, RevokeReason, Rotation},
        user::{User, Username},
    },
};

use super::{
    Home,
    fixture::{
        World, at, bound, consent, create, draw, event, grant, look_grant, once, redeem, revoke,
        rotate, spa, user,
    },
};
use crate::{Backend, CommitError, EventQuery};

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
    let query = EventQuery {
        limit: 300,
        ..EventQuery::default()
    };
    assert_eq!(
        world.store.events(&query).await.unwrap().len(),
        1,
        "one event for one revocation"
    );
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
                store
                    .commit(revoke(&grant, RevokeReason::Revoked))
                    .await
                    .unwrap();
                return look_grant(store.as_ref(), grant.id)
                    .await
                    .map(|grant| grant.rotation);
            }
            let current = look_grant(store.as_ref(), grant.id)
                .await
                .unwrap()
                .rotation
                .current;
            refresh(store.as_ref(), &grant, current).await;
            None
        }
    })
    .await;
    let at_revocation: Vec<Rotation> = answers.into_iter().flatten().collect();
    let after = world.grant(&grant).await.unwrap();
    assert_eq!(at_revocation, [after.rotation]);
    assert!(after.revoked.is_some());
    world
        .conflict(rotate(
            &after,
            after.rotation,
            Rotation {
                current: 999,
                ..after.rotation
            },
        ))
        .await;
}

/// Once the change of a password is acknowledged, no earlier code is redeemed.
pub async fn no_redemption_follows_a_change_of_the_user(home: &dyn Home) {
    let world = World::new(home).await;
    let answers = all(&world.store, |store, task| {
        let code = grant(&world.session, task);
        let changed = User {
            epoch: 6,
            ..world.alice.clone()
        };
        async move {
            if task == TASKS / 2 {
                let user = Box::new(changed);
                let commit = Commit::new(Pivot::UpdateUser { user, expected: 5 });
                store.commit(commit).await.unwrap();
                return Some(store.grants(code.user).await.unwrap().len());
            }
            let redeemed = store.commit(redeem(&code, bound())).await;
            assert!(matches!(redeemed, Ok(()) | Err(CommitError::Conflict)));
            None
        }
    })
    .await;
    let at_change: Vec<usize> = answers.into_iter().flatten().collect();
    assert_eq!(
        at_change,
        [world.store.grants(world.alice.id).await.unwrap().len()]
    );
    let late = grant(&world.session, 250);
    world.conflict(redeem(&late, bound())).await;
    world
        .accept(redeem(
            &late,
            CodeBinding {
                user_epoch: 6,
                ..bound()
            },
        ))
        .await;
}

/// An assertion is accepted once.
pub async fn of_many_uses_one_wins(home: &dyn Home) {
    let world = World::new(home).await;
    let wins = all(&world.store, |store, _| async move {
        won(store.commit(once(1)).await)
    })
    .await;
    assert_eq!(count(&wins, &true), 1);
}

/// One set-up link makes one administrator.
pub async fn of_many_first_users_one_is_made(home: &dyn Home) {
    let store = home.open().await;
    let wins = all(&store, |store, task| {
        let user = user(&format!("user{task}"));
        async move { won(store.commit(create(&user, Among::Nobody)).await) }
    })
    .await;
    assert_eq!(count(&wins, &true), 1);
    assert_eq!(store.users(None, 300).await.unwrap().len(), 1);
}

/// Whatever their ids.
pub async fn of_many_users_of_one_name_one_is_made(home: &dyn Home) {
    let store = home.open().await;
    let wins = all(&store, |store, task| {
        let username = Username::parse("alice").unwrap();
        let user = User {
            id: UserId::new(at(0), &draw(task)),
            username,
            ..user("alice")
        };
        async move { won(store.commit(create(&user, Among::Others)).await) }
    })
    .await;
    assert_eq!(count(&wins, &true), 1);
    assert_eq!(store.users(None, 300).await.unwrap().len(), 1);
}

/// Two tabs that allow different scopes allow both.
pub async fn concurrent_consents_lose_nothing(home: &dyn Home) {
    let world = World::new(home).await;
    all(&world.store, |store, task| {
        let consent = consent(&world.alice, &format!("scope{}", task % 50));
        let commit = once(task).and(Effect::RememberConsent(consent));
        async move { store.commit(commit).await.unwrap() }
    })
    .await;
    let consent = Some(ConsentLookup {
        user: Some(world.alice.id),
        client: spa(),
        redirect_host: "app.example".to_owned(),
    });
    let known = world
        .look(Keys {
            consent,
            ..Keys::default()
        })
        .await
        .consent
        .unwrap();
    assert_eq!(known.allowed.scope().iter().count(), 50);
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
    settle(store, &keys, |facts| match &facts.grant {
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

/// Presents `generation`.
async fn refresh(store: &dyn Backend, grant: &Grant, generation: u32) -> Refreshed {
    let keys = Keys {
        grant: Some(grant.id),
        ..Keys::default()
    };
    settle(store, &keys, |facts| {
        let known = facts.grant.as_ref().unwrap();
        if known.revoked.is_some() {
            return (
                Refreshed {
                    successor: None,
                    rotated: false,
                },
                None,
            );
        }
        let from = known.rotation;
        let moved = |to| Some(rotate(grant, from, to));
        match from.judge(generation, WINDOW, at(1)) {
            Judgement::Rotate(to) | Judgement::Reissue(to) => (
                Refreshed {
                    successor: Some(to.current),
                    rotated: true,
                },
                moved(to),
            ),
            Judgement::Retry { noted, .. } => {
                let answer = Refreshed {
                    successor: Some(from.current),
                    rotated: false,
                };
                (answer, noted.and_then(moved))
            }
            Judgement::Reuse | Judgement::Unissued => (
                Refreshed {
                    successor: None,
                    rotated: false,
                },
                None,
            ),
        }
    })
    .await
}

/// Look, judge, commit; again after every conflict.
async fn settle<T>(
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

/// Runs [`TASKS`] tasks at once and collects their answers.
async fn all<T, F>(store: &Arc<dyn Backend>, task: impl Fn(Arc<dyn Backend>, u8) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(tokio::sync::Barrier::new(usize::from(TASKS)));
    let mut tasks = Vec::new();
    for number in 0..TASKS {
        let (start, run) = (Arc::clone(&start), task(Arc::clone(store), number));
        tasks.push(tokio::spawn(async move {
            start.wait().await;
            run.await
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn won(result: Result<(), CommitError>) -> bool {
    match result {
        Ok(()) => true,
        Err(CommitError::Conflict) => false,
        Err(CommitError::Unavailable(cause)) => panic!("{cause:?}"),
    }
}

fn count<T: PartialEq>(answers: &[T], wanted: &T) -> usize {
    answers.iter().filter(|answer| *answer == wanted).count()
}

const TASKS: u8 = 200;

const WINDOW: Duration = Duration::from_secs(30);
