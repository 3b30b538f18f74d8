//! Accounts.

use airside_oauth::state::{
    decide::{Among, Commit, Effect, Keys, LastAdministrator, Pivot},
    user::{PasswordHash, User},
};

use crate::contract::{
    Home,
    fixture::{World, change_user, consent, create, delete_user, remember, user},
};

/// When an account is made and when it is renamed.
pub async fn a_name_belongs_to_one_user(home: &dyn Home) {
    let world = World::new(home).await;
    let bob = user("bob");
    let also_alice = User {
        username: world.alice.username.clone(),
        ..bob.clone()
    };
    world.conflict(create(&also_alice, Among::Others)).await;
    world.accept(create(&bob, Among::Others)).await;
    world.conflict(create(&bob, Among::Others)).await;
    world.conflict(change_user(also_alice, 5)).await;
    assert_eq!(
        world.store.user(&(&bob.username).into()).await.unwrap(),
        Some(bob)
    );
}

/// Two administrators who edit at the same time do not overwrite each other.
pub async fn a_user_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let renamed = User {
        epoch: 6,
        roles: Vec::new(),
        ..world.alice.clone()
    };
    world.conflict(change_user(renamed.clone(), 4)).await;
    let other = User {
        id: user("bob").id,
        ..renamed.clone()
    };
    world.conflict(change_user(other, 5)).await;
    world.accept(change_user(renamed.clone(), 5)).await;
    world.conflict(change_user(renamed.clone(), 5)).await;
    assert_eq!(
        world.store.user(&(&renamed.username).into()).await.unwrap(),
        Some(renamed)
    );
}

/// By a change and by a deletion; an account that is disabled counts for nothing.
pub async fn the_last_administrator_is_kept(home: &dyn Home) {
    let world = World::new(home).await;
    let [one, other, disabled] = ["one", "other", "disabled"].map(|name| User {
        administrator: true,
        disabled: name == "disabled",
        ..user(name)
    });
    for user in [&one, &other, &disabled] {
        world.accept(create(user, Among::Others)).await;
    }
    let alice = world.alice.clone();
    world.accept(keeping(Change::Demote(&alice))).await;
    world.accept(keeping(Change::Demote(&one))).await;
    for change in [Change::Demote(&other), Change::Delete(&other)] {
        world.conflict(keeping(change)).await;
    }
    for spare in [&one, &disabled, &alice] {
        world.accept(keeping(Change::Delete(spare))).await;
    }
    world.accept(delete_user(other.id)).await;
}

enum Change<'a> {
    Demote(&'a User),
    Delete(&'a User),
}

/// The commit of a change that keeps the last administrator.
fn keeping(change: Change<'_>) -> Commit {
    let last_administrator = LastAdministrator::Kept;
    Commit::new(match change {
        Change::Demote(old) => Pivot::UpdateUser {
            user: Box::new(User {
                administrator: false,
                epoch: old.epoch + 1,
                ..old.clone()
            }),
            expected: old.epoch,
            last_administrator,
        },
        Change::Delete(old) => Pivot::DeleteUser {
            user: old.id,
            last_administrator,
        },
    })
}

/// The name of the account stays and finds no account.
pub async fn a_user_is_deleted_once_with_password_and_consents(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world
        .follow(2, remember(consent(&world.alice, "openid")))
        .await;
    let user = world.alice.id;
    world.accept(delete_user(user)).await;
    world.conflict(delete_user(user)).await;
    let hash = PasswordHash::new("$argon2id$late");
    world.follow(3, Effect::SetPassword { user, hash }).await;
    assert_eq!(world.look_consent().await, None);
    let keys = Keys {
        grant: Some(grant.id),
        ..Keys::default()
    };
    let facts = world.look(keys).await;
    assert!(facts.user.is_none());
    assert_eq!(facts.grant.unwrap().user, world.alice.id);
    let facts = world.look_name(&world.alice.username).await;
    assert!(facts.user.is_none() && facts.password.is_none());
}

/// The set-up link dies with the first user.
pub async fn the_first_user_is_made_among_nobody(home: &dyn Home) {
    let store = home.open().await;
    store
        .commit(create(&user("alice"), Among::Nobody))
        .await
        .unwrap();
    assert!(
        store
            .commit(create(&user("bob"), Among::Nobody))
            .await
            .is_err()
    );
    assert_eq!(
        store.user(&(&user("bob").username).into()).await.unwrap(),
        None
    );
}
