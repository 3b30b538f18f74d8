//! Codes and grants.

use airside_oauth::state::{
    decide::{CodeBinding, Commit, Pivot},
    grant::{RevokeReason, Rotation},
    user::User,
};

use super::end;
use crate::contract::{
    Home,
    fixture::{
        World, at, bound, change_user, consent, delete_user, grant, redeem, remember, revoke,
        rotate, spa,
    },
};

/// RFC 6749 §4.1.2.
pub async fn a_code_is_redeemed_once(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    let mut second = first.clone();
    second.attempt = [9; 16];
    world.conflict(redeem(&second, bound())).await;
    assert_eq!(world.grant(&first).await, Some(first));
}

/// A changed epoch, a disabled and a deleted account.
pub async fn a_code_dies_with_a_change_of_its_user(home: &dyn Home) {
    let world = World::new(home).await;
    let code = grant(&world.session, 1);
    let earlier = CodeBinding {
        user_epoch: 4,
        ..bound()
    };
    world.conflict(redeem(&code, earlier)).await;
    let disabled = User {
        disabled: true,
        ..world.alice.clone()
    };
    world.accept(change_user(disabled, 5)).await;
    world.conflict(redeem(&code, bound())).await;
    world.accept(delete_user(world.alice.id)).await;
    world.conflict(redeem(&code, bound())).await;
    assert_eq!(world.grant(&code).await, None);
}

/// A changed epoch and a deleted registration.
pub async fn a_code_dies_with_a_change_of_its_client(home: &dyn Home) {
    let world = World::new(home).await;
    let code = grant(&world.session, 1);
    let earlier = CodeBinding {
        client_epoch: 2,
        ..bound()
    };
    world.conflict(redeem(&code, earlier)).await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world.conflict(redeem(&code, bound())).await;
}

/// No consent, and one of another epoch.
pub async fn a_code_dies_with_its_consent(home: &dyn Home) {
    let world = World::new(home).await;
    let (code, consent) = (grant(&world.session, 1), consent(&world.alice, "openid"));
    let under = |epoch| CodeBinding {
        consent: Some((consent.key.clone(), epoch)),
        ..bound()
    };
    world.conflict(redeem(&code, under(7))).await;
    world.follow(1, remember(consent.clone())).await;
    world.conflict(redeem(&code, under(6))).await;
    world.accept(redeem(&code, under(7))).await;
}

/// Unless the grant outlives it.
pub async fn a_code_dies_with_its_session(home: &dyn Home) {
    let world = World::new(home).await;
    let during = CodeBinding {
        session: Some(world.session.id),
        ..bound()
    };
    world
        .accept(redeem(&grant(&world.session, 1), during.clone()))
        .await;
    world.accept(end(&world.session, 1)).await;
    world
        .conflict(redeem(&grant(&world.session, 2), during))
        .await;
    world
        .accept(redeem(&grant(&world.session, 2), bound()))
        .await;
}

fn other_states(start: Rotation) -> [Rotation; 6] {
    let changes: [fn(&mut Rotation); 6] = [
        |other| other.anchor = Some(0),
        |other| other.current = 1,
        |other| other.rotated_at = at(1),
        |other| other.reissues = 1,
        |other| other.retried = true,
        |other| other.retry_run = 1,
    ];
    changes.map(|change| {
        let mut other = start;
        change(&mut other);
        other
    })
}

/// RFC 9700 §4.14.2: every field of the state counts.
pub async fn a_rotation_needs_the_exact_state_before_it(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let (start, next) = (grant.rotation, next(grant.rotation));
    for other in other_states(start) {
        world.conflict(rotate(&grant, other, next)).await;
    }
    world.accept(rotate(&grant, start, next)).await;
    world.conflict(rotate(&grant, start, next)).await;
    let without = Rotation {
        anchor: None,
        ..next
    };
    world.conflict(rotate(&grant, without, start)).await;
    assert_eq!(world.grant(&grant).await.unwrap().rotation, next);
}

/// Whatever state it is in.
pub async fn a_revoked_grant_does_not_rotate(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(revoke(&grant, RevokeReason::Revoked)).await;
    world
        .conflict(rotate(&grant, grant.rotation, next(grant.rotation)))
        .await;
    assert_eq!(world.grant(&grant).await.unwrap().rotation, grant.rotation);
}

/// The first reason stays; an unknown grant cannot be revoked.
pub async fn a_grant_is_revoked_once(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    world.accept(revoke(&first, RevokeReason::CodeReused)).await;
    world
        .conflict(revoke(&first, RevokeReason::Administrator))
        .await;
    world
        .conflict(revoke(&grant(&world.session, 2), RevokeReason::Revoked))
        .await;
    let revoked = world.grant(&first).await.unwrap().revoked.unwrap();
    assert_eq!(
        (revoked.reason, revoked.at),
        (RevokeReason::CodeReused, at(1))
    );
}

fn next(rotation: Rotation) -> Rotation {
    Rotation {
        anchor: Some(rotation.current),
        current: rotation.current + 1,
        ..rotation
    }
}
