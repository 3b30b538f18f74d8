//! Places in the status lists, and who reads there that a grant is dead.

use std::{collections::HashSet, sync::Arc};

use airside_oauth::{
    profile::Lifetimes,
    state::{
        decide::{Effect, GrantOwner},
        grant::{Grant, GrantRevocation, RevokeReason},
        status::{LIST_SIZE, ListNumber, StatusIndex},
    },
};

use super::{
    Home,
    fixture::{START, World, at, bound, grant, redeem, revoke, usual},
};
use crate::Backend;

/// One after the other, by many at once, and after the store was opened again.
pub async fn a_place_is_leased_once(home: &dyn Home) {
    let store = home.open().await;
    let leases: Vec<_> = (0..TASKS)
        .map(|_| tokio::spawn(leased(Arc::clone(&store))))
        .collect();
    let mut firsts = Vec::new();
    for lease in leases {
        firsts.extend(lease.await.unwrap());
    }
    drop(store);
    let store = home.open().await;
    firsts.push(store.lease_status_indexes(1).await.unwrap().number());

    firsts.sort_unstable();
    let gaps = firsts.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.into_iter().all(|gap| gap >= u64::from(BLOCK)));
    assert_eq!(firsts.len(), TASKS * LEASES + 1);
}

/// The first place of each of some leases.
async fn leased(store: Arc<dyn Backend>) -> Vec<u64> {
    let mut firsts = Vec::new();
    for _ in 0..LEASES {
        firsts.push(store.lease_status_indexes(BLOCK).await.unwrap().number());
    }
    firsts
}

/// However often.
pub async fn a_tried_write_changes_nothing(home: &dyn Home) {
    let store = home.open().await;
    let identity = store.identity().await.unwrap();
    let first = store.lease_status_indexes(1).await.unwrap().number();
    for _ in 0..3 {
        store.try_write().await.unwrap();
    }
    let second = store.lease_status_indexes(1).await.unwrap().number();
    assert_eq!(second, first + 1);
    assert_eq!(store.identity().await.unwrap(), identity);
}

/// However it was revoked; not one of another list, nor one that is alive or has no place.
pub async fn a_status_list_names_the_grants_that_were_revoked(home: &dyn Home) {
    let world = World::new(home).await;
    lease_lists(&world, 2).await;
    let numbers = [Some(7), Some(8), Some(9), Some(LIST_SIZE + 7), None];
    let grants = with_places(&world, numbers).await;
    assert_eq!(revoked(&world, 0).await, Some(HashSet::new()));
    let revoke = revoke(&grants[0], RevokeReason::Revoked);
    world.accept(revoke).await;
    assert_eq!(revoked(&world, 0).await, Some(HashSet::from([7])));
    assert_eq!(revoked(&world, 1).await, Some(HashSet::new()));

    end_all_grants(&world).await;
    assert_eq!(revoked(&world, 0).await, Some(HashSet::from([7, 8, 9])));
    let other = HashSet::from([LIST_SIZE + 7]);
    assert_eq!(revoked(&world, 1).await, Some(other));
    // those that were revoked long ago have no tokens any more
    let since = world.store.revoked_in(list(0), at(2)).await.unwrap();
    assert_eq!(numbers_of(since), Some(HashSet::from([8, 9])));
}

/// Redeems a grant for each place in the status lists.
async fn with_places<const N: usize>(world: &World, numbers: [Option<u64>; N]) -> [Grant; N] {
    let mut seed = 0;
    let grants = numbers.map(|number| {
        seed += 1;
        Grant {
            status: number.map(StatusIndex::new),
            ..grant(&world.session, seed)
        }
    });
    for one in &grants {
        world.accept(redeem(one, bound())).await;
        assert_eq!(world.grant(one).await.unwrap().status, one.status);
    }
    grants
}

async fn end_all_grants(world: &World) {
    let revoked = GrantRevocation {
        at: at(5),
        reason: RevokeReason::SignedOut,
    };
    let owner = GrantOwner::User(world.alice.id);
    let end = Effect::RevokeGrantsOf { owner, revoked };
    world.follow(1, end).await;
}

/// No message is sent about a list that no token can name.
pub async fn a_status_list_begins_with_the_first_place_leased_in_it(home: &dyn Home) {
    let world = World::new(home).await;
    assert_eq!(revoked(&world, 0).await, None);
    world.store.lease_status_indexes(1).await.unwrap();
    assert_eq!(revoked(&world, 0).await, Some(HashSet::new()));
    assert_eq!(revoked(&world, 1).await, None);
    lease_lists(&world, 1).await;
    assert_eq!(revoked(&world, 1).await, Some(HashSet::new()));
    assert_eq!(revoked(&world, 2).await, None);
}

/// A verifier takes a token for some seconds more than it says.
pub async fn a_revoked_grant_is_named_until_no_verifier_takes_its_tokens(home: &dyn Home) {
    let (world, dead) = World::with_grant(home).await;
    lease_lists(&world, 1).await;
    world.accept(revoke(&dead, RevokeReason::Revoked)).await;
    let last = at(1 + 30).plus(Lifetimes::default().access_token);
    let sweep = world.store.sweep(usual(last), 100).await.unwrap();
    assert_eq!(sweep, 0);
    assert_eq!(revoked(&world, 0).await, Some(HashSet::from([1])));
}

fn list(number: u64) -> ListNumber {
    StatusIndex::new(number * LIST_SIZE).list()
}

async fn lease_lists(world: &World, lists: u64) {
    let count = u32::try_from(lists * LIST_SIZE).unwrap();
    world.store.lease_status_indexes(count).await.unwrap();
}

async fn revoked(world: &World, number: u64) -> Option<HashSet<u64>> {
    numbers_of(world.store.revoked_in(list(number), START).await.unwrap())
}

fn numbers_of(found: Option<Vec<StatusIndex>>) -> Option<HashSet<u64>> {
    found.map(|found| found.into_iter().map(StatusIndex::number).collect())
}

const TASKS: usize = 8;
const LEASES: usize = 10;
const BLOCK: u32 = 1_024;
