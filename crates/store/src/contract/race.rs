//! Races: in every interleaving, look, judge and commit settle them in the same way.

mod grant;

pub use grant::{
    no_redemption_follows_a_change_of_the_user, no_refresh_follows_a_revocation,
    of_many_redemptions_one_wins_and_the_grant_ends_revoked_once,
    of_many_refreshes_one_rotates_and_all_get_its_successor,
};

use std::{future::Future, sync::Arc};

use airside_oauth::{
    id::UserId,
    state::{
        decide::{Among, Commit, LastAdministrator, Pivot},
        user::{User, Username},
    },
};

use super::{
    Home,
    fixture::{World, at, consent, create, draw, once, remember, spa, user},
};
use crate::{Backend, CommitError};

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

/// Two administrators who delete each other do not both succeed.
pub async fn of_many_administrators_the_last_one_is_kept(home: &dyn Home) {
    let store = home.open().await;
    let administrators: Vec<User> = (0..TASKS).map(administrator).collect();
    for user in &administrators {
        store.commit(create(user, Among::Others)).await.unwrap();
    }
    let wins = all(&store, |store, task| {
        let commit = Commit::new(Pivot::DeleteUser {
            user: administrators[usize::from(task)].id,
            last_administrator: LastAdministrator::Kept,
        });
        async move { won(store.commit(commit).await) }
    })
    .await;
    assert_eq!(count(&wins, &false), 1);
    assert_eq!(store.administrators(2).await.unwrap().len(), 1);
}

fn administrator(task: u8) -> User {
    User {
        administrator: true,
        ..user(&format!("user{task}"))
    }
}

/// Two tabs that allow different scopes allow both.
pub async fn concurrent_consents_lose_nothing(home: &dyn Home) {
    let world = World::new(home).await;
    all(&world.store, |store, task| {
        let consent = consent(&world.alice, &format!("scope{}", task % 50));
        let commit = once(task).and(remember(consent));
        async move { store.commit(commit).await.unwrap() }
    })
    .await;
    let known = world.look_consent().await.unwrap();
    assert_eq!(known.allowed.scope().iter().count(), 50);
}

/// A client that is deleted among many consents leaves none to a later client of its name.
pub async fn no_consent_follows_the_deletion_of_its_client(home: &dyn Home) {
    let world = World::new(home).await;
    all(&world.store, |store, task| {
        let commit = match task == TASKS / 2 {
            true => Commit::new(Pivot::DeleteClient(spa())),
            false => once(task).and(remember(consent(&world.alice, "openid"))),
        };
        async move { store.commit(commit).await.unwrap() }
    })
    .await;
    assert_eq!(world.look_consent().await, None);
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
