//! The commit that ends a session queues a logout token for every client that must be told, and each is
//! delivered by one process at a time.

mod told;

use airside_oauth::state::{
    decide::{CodeBinding, Commit, Effect, GrantOwner, Pivot},
    grant::{GrantRevocation, RevokeReason},
    logout::{DeliveryState, LEASE, LogoutKey, PendingLogout},
};
use futures_util::future::join;

use self::told::{
    advance, close, due, end, end_all, names, of_client, told, told_world, without_openid,
};
use super::{
    Home,
    fixture::{World, at, bound, once, redeem, revoke, session, sign_in, usual},
};
use crate::CommitError;

/// One for each client with an address that got an ID token, whatever became of its grants; none for the
/// others, and none for another session.
pub async fn the_end_of_a_session_queues_a_logout_token_for_each_client(home: &dyn Home) {
    let world = told_world(home).await;
    let other = session(&world.alice, 2);
    world.accept(sign_in(&other)).await;
    let revoked = of_client("revoked", &world.session, 3);
    for grant in [
        of_client("told", &world.session, 1),
        of_client("told", &world.session, 2),
        revoked.clone(),
        without_openid("api", &world.session, 4),
        of_client("elsewhere", &other, 5),
        of_client("spa", &world.session, 6),
    ] {
        world.accept(redeem(&grant, bound())).await;
    }
    world.accept(revoke(&revoked, RevokeReason::Revoked)).await;

    world.accept(end(world.session.id)).await;

    assert_eq!(told(&world, at(1)).await, names(["revoked", "told"]));
    let queued = due(&world, "told").await;
    let expected = PendingLogout {
        key: LogoutKey {
            session: world.session.id,
            client: "told".parse().unwrap(),
        },
        user: world.alice.id,
        ended_at: at(1),
        delivery: DeliveryState {
            attempts: 0,
            due_at: at(1),
        },
    };
    assert_eq!(queued, [expected]);
}

/// And none is queued twice.
pub async fn a_session_that_has_ended_queues_nothing_more(home: &dyn Home) {
    let world = told_world(home).await;
    world
        .accept(redeem(&of_client("told", &world.session, 1), bound()))
        .await;
    assert_eq!(told(&world, at(1)).await, names([]));
    world.accept(end(world.session.id)).await;
    let logout = due(&world, "told").await.remove(0);
    world.accept(close(&logout)).await;
    world.conflict(end(world.session.id)).await;
    world.follow(1, end_all(&world, at(2))).await;
    assert_eq!(told(&world, at(9)).await, names([]));
}

/// Those of sessions that ended before stay as they are.
pub async fn the_end_of_every_session_of_a_person_queues_logout_tokens(home: &dyn Home) {
    let world = told_world(home).await;
    let second = session(&world.alice, 2);
    world.accept(sign_in(&second)).await;
    for grant in [
        of_client("told", &world.session, 1),
        of_client("told", &second, 2),
        of_client("elsewhere", &second, 3),
    ] {
        world.accept(redeem(&grant, bound())).await;
    }
    let revoked = GrantRevocation {
        at: at(1),
        reason: RevokeReason::UserChanged,
    };
    let owner = GrantOwner::User(world.alice.id);
    let revoke = Effect::RevokeGrantsOf { owner, revoked };
    world
        .accept(once(1).and(end_all(&world, at(1))).and(revoke))
        .await;
    assert_eq!(told(&world, at(1)).await, names(["elsewhere", "told"]));
    assert_eq!(due(&world, "told").await.len(), 2);
}

/// The code was issued before, so that the client gets an ID token of a session that is over.
pub async fn a_grant_that_begins_after_its_session_queues_a_logout_token(home: &dyn Home) {
    let world = told_world(home).await;
    let offline = CodeBinding {
        session: None,
        ..bound()
    };
    let early = of_client("told", &world.session, 1);
    world.accept(redeem(&early, offline.clone())).await;
    assert_eq!(told(&world, at(9)).await, names([]));
    world.accept(end(world.session.id)).await;
    let late = of_client("elsewhere", &world.session, 2);
    world.accept(redeem(&late, offline)).await;
    assert_eq!(told(&world, at(1)).await, names(["elsewhere", "told"]));
}

/// Whichever of the two is first, the client is told once.
pub async fn a_grant_that_begins_beside_the_end_of_its_session_is_told(home: &dyn Home) {
    let world = told_world(home).await;
    let offline = CodeBinding {
        session: None,
        ..bound()
    };
    for seed in 2..22 {
        let one = session(&world.alice, seed);
        world.accept(sign_in(&one)).await;
        let grant = of_client("told", &one, seed);
        let (ended, redeemed) = join(
            world.store.commit(end(one.id)),
            world.store.commit(redeem(&grant, offline.clone())),
        )
        .await;
        assert!(ended.is_ok() && redeemed.is_ok());
        let logout = due(&world, "told").await.remove(0);
        assert_eq!(logout.key.session, one.id);
        world.accept(close(&logout)).await;
        assert_eq!(due(&world, "told").await, []);
    }
}

/// The sender that moves the state on has the delivery, until it is due again.
pub async fn of_many_deliveries_one_is_leased(home: &dyn Home) {
    let world = told_world(home).await;
    world
        .accept(redeem(&of_client("told", &world.session, 1), bound()))
        .await;
    world.accept(end(world.session.id)).await;
    let logout = due(&world, "told").await.remove(0);
    let leased = logout.leased(at(2));
    assert_eq!(won_of_eight(&world, || advance(&logout, leased)).await, 1);
    assert_eq!(told(&world, at(3)).await, names([]));
    assert_eq!(told(&world, at(2).plus(LEASE)).await, names(["told"]));

    // the outcome of a lease that was lost counts for nothing
    world.conflict(close(&logout)).await;
    let logout = PendingLogout {
        delivery: leased,
        ..logout
    };
    world.accept(close(&logout)).await;
    assert_eq!(told(&world, at(100)).await, names([]));
}

/// Returns how many of eight commits at once succeed; the others are conflicts.
async fn won_of_eight(world: &World, commit: impl Fn() -> Commit) -> usize {
    let mut attempts = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, commit) = (world.store.clone(), commit());
        attempts.spawn(async move { store.commit(commit).await });
    }
    let mut won = 0;
    for result in attempts.join_all().await {
        match result {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, CommitError::Conflict), "{error:?}"),
        }
    }
    won
}

pub async fn logout_tokens_that_wait_longest_are_due_first(home: &dyn Home) {
    let world = told_world(home).await;
    let mut sessions = Vec::new();
    for seed in 2..6 {
        let one = session(&world.alice, seed);
        world.accept(sign_in(&one)).await;
        world
            .accept(redeem(&of_client("told", &one, seed), bound()))
            .await;
        sessions.push(one.id);
    }
    for id in sessions.iter().rev() {
        world.accept(end(*id)).await;
    }
    let all = due(&world, "told").await;
    let last = all.iter().find(|one| one.key.session == sessions[0]);
    let last = last.unwrap().clone();
    let later = DeliveryState {
        attempts: 1,
        due_at: at(5),
    };
    world.accept(advance(&last, later)).await;
    let client = "told".parse().unwrap();
    let (store, now) = (&world.store, at(5));
    let due = store.due_logouts(&client, now, 9).await.unwrap();
    assert_eq!((due.len(), due[3].key.session), (4, sessions[0]));
    assert_eq!(due[3].delivery, later);
    assert_eq!(store.due_logouts(&client, now, 2).await.unwrap().len(), 2);
    assert_eq!(store.due_logouts(&client, at(4), 9).await.unwrap().len(), 3);
}

pub async fn logout_tokens_are_forgotten_with_their_client(home: &dyn Home) {
    let world = told_world(home).await;
    for (name, seed) in [("told", 1), ("elsewhere", 2)] {
        let grant = of_client(name, &world.session, seed);
        world.accept(redeem(&grant, bound())).await;
    }
    world.accept(end(world.session.id)).await;
    let delete = Pivot::DeleteClient("told".parse().unwrap());
    world.accept(Commit::new(delete)).await;
    assert_eq!(told(&world, at(1)).await, names(["elsewhere"]));
}

/// Nothing is lost between the commit and the sending.
pub async fn queued_logout_tokens_are_there_after_reopening(home: &dyn Home) {
    let world = told_world(home).await;
    world
        .accept(redeem(&of_client("told", &world.session, 1), bound()))
        .await;
    world.accept(end(world.session.id)).await;
    let before = due(&world, "told").await;
    drop(world);
    let store = home.open().await;
    let client = "told".parse().unwrap();
    assert_eq!(store.due_logouts(&client, at(9), 9).await.unwrap(), before);
}

/// The grant says who must be told, and it may have been revoked long before.
pub async fn a_grant_is_kept_until_its_client_need_not_be_told(home: &dyn Home) {
    let world = told_world(home).await;
    let (kept, swept) = (
        of_client("told", &world.session, 1),
        of_client("spa", &world.session, 2),
    );
    for grant in [&kept, &swept] {
        world.accept(redeem(grant, bound())).await;
        world.accept(revoke(grant, RevokeReason::Revoked)).await;
    }
    let an_hour_later = usual(at(60 * 60));
    world.store.sweep(an_hour_later, 100).await.unwrap();
    assert!(world.grant(&kept).await.is_some());
    assert!(world.grant(&swept).await.is_none(), "the control");

    world.accept(end(world.session.id)).await;
    assert_eq!(told(&world, at(1)).await, names(["told"]));
    world.store.sweep(an_hour_later, 100).await.unwrap();
    assert!(world.grant(&kept).await.is_none());
    assert_eq!(told(&world, at(1)).await, names(["told"]));
}
