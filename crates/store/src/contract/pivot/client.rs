//! Clients and APIs.

use airside_oauth::{
    client::{
        Client,
        resource_metadata::{ResourceMetadata, StoredResource},
    },
    state::decide::{Commit, Effect, Pivot},
};

use crate::contract::{
    Home,
    fixture::{World, all_clients, client, consent, register, spa},
};

/// Until it is deleted.
pub async fn a_client_id_is_given_once(home: &dyn Home) {
    let world = World::new(home).await;
    world.conflict(register(&client("spa"))).await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world.accept(register(&client("spa"))).await;
}

/// Two administrators who edit at the same time do not overwrite each other.
pub async fn a_client_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let change = |id, epoch, expected| {
        let client = Box::new(Client {
            epoch,
            client_name: None,
            ..client(id)
        });
        Commit::new(Pivot::UpdateClient { client, expected })
    };
    world.conflict(change("spa", 5, 4)).await;
    world.conflict(change("other", 4, 3)).await;
    world.accept(change("spa", 4, 3)).await;
    world.conflict(change("spa", 4, 3)).await;
    let clients = all_clients(world.store.as_ref()).await;
    assert_eq!(
        (clients[0].epoch, clients[0].client_name.as_deref()),
        (4, None)
    );
    assert!(!clients[0].disabled);
    let disabled = Client {
        epoch: 5,
        disabled: true,
        ..client("spa")
    };
    let pivot = Pivot::UpdateClient {
        client: Box::new(disabled),
        expected: 4,
    };
    world.accept(Commit::new(pivot)).await;
    assert!(all_clients(world.store.as_ref()).await[0].disabled);
}

/// A later client of the same name was allowed nothing.
pub async fn a_client_is_deleted_once_with_its_consents(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .follow(1, Effect::RememberConsent(consent(&world.alice, "openid")))
        .await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world
        .conflict(Commit::new(Pivot::DeleteClient(spa())))
        .await;
    assert!(all_clients(world.store.as_ref()).await.is_empty());
    assert_eq!(world.look_consent().await, None);
}

fn api(epoch: u32, scopes: &[&str]) -> Box<StoredResource> {
    let metadata = ResourceMetadata {
        identifier: "https://api.example".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        signing_alg: "ES256".to_owned(),
        claims: vec!["org".to_owned()],
    };
    let resource = metadata.into_checked().unwrap();
    Box::new(StoredResource { resource, epoch })
}

/// Like a client, but nothing is deleted with it.
pub async fn an_api_is_added_once_and_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let change = |resource, expected| Commit::new(Pivot::UpdateResource { resource, expected });
    let insert = |resource| Commit::new(Pivot::InsertResource(resource));
    let delete = || Commit::new(Pivot::DeleteResource("https://api.example".to_owned()));
    world.conflict(change(api(1, &[]), 0)).await;
    world.conflict(delete()).await;
    world.accept(insert(api(0, &["read"]))).await;
    world.conflict(insert(api(0, &[]))).await;
    world.conflict(change(api(2, &[]), 1)).await;
    world.accept(change(api(1, &["read", "write"]), 0)).await;
    world.conflict(change(api(1, &[]), 0)).await;
    let stored = world.store.resources().await.unwrap();
    let metadata = ResourceMetadata::from(&stored[0].resource);
    assert_eq!((stored.len(), stored[0].epoch), (1, 1));
    assert_eq!(metadata.scopes, ["read", "write"]);
    assert_eq!(metadata.signing_alg, "ES256");
    assert_eq!(metadata.claims, ["org"]);
    world.accept(delete()).await;
    assert!(world.store.resources().await.unwrap().is_empty());
}
