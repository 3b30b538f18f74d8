//! Clients and APIs.

use airside_oauth::{
    client::{
        Client,
        resource_metadata::{ResourceMetadata, StoredResource},
    },
    key::secret::Digest,
    state::decide::{Commit, Pivot},
};

use crate::contract::{
    Home,
    fixture::{World, all_clients, client, consent, register, remember, spa},
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
        change_client(client, expected)
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
    world.accept(change_client(Box::new(disabled), 4)).await;
    assert!(all_clients(world.store.as_ref()).await[0].disabled);
}

/// A rotation leaves the epoch as it is: a change that was decided before it brings back no secret.
pub async fn a_client_changes_only_from_the_secrets_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let (before, rotated) = (client("spa"), with_secrets(&[b"three", b"one"]));
    world.accept(change_secrets(&before, &rotated)).await;
    let reordered = with_secrets(&[b"one", b"three"]);
    let (fewer, none) = (with_secrets(&[b"three"]), with_secrets(&[]));
    for stale in [&before, &reordered, &fewer, &none] {
        world.conflict(change_secrets(stale, &before)).await;
    }
    world.accept(change_secrets(&rotated, &none)).await;
    let last = with_secrets(&[b"four"]);
    world.accept(change_secrets(&none, &last)).await;
    let stored = all_clients(world.store.as_ref()).await;
    assert_eq!(stored[0].secrets.len(), 1);
    assert!(stored[0].secrets[0].matches(&last.secrets[0]));
}

fn with_secrets(secrets: &[&[u8]]) -> Client {
    Client {
        secrets: secrets.iter().map(|secret| Digest::of(secret)).collect(),
        ..client("spa")
    }
}

fn change_secrets(old: &Client, new: &Client) -> Commit {
    Commit::new(Pivot::UpdateClient {
        client: Box::new(new.clone()),
        expected: old.epoch,
        expected_secrets: old.secrets.clone(),
    })
}

/// A client whose secrets are those that it began with.
fn change_client(client: Box<Client>, expected: u32) -> Commit {
    let expected_secrets = client.secrets.clone();
    Commit::new(Pivot::UpdateClient {
        client,
        expected,
        expected_secrets,
    })
}

/// A later client of the same name was allowed nothing.
pub async fn a_client_is_deleted_once_with_its_consents(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .follow(1, remember(consent(&world.alice, "openid")))
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
