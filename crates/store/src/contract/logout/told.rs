//! Clients that are told of the end of sessions.

use std::collections::HashSet;

use airside_oauth::{
    client::Client,
    id::{ClientId, SessionId},
    state::{
        decide::{Commit, Effect, Pivot},
        grant::Grant,
        logout::{DeliveryState, PendingLogout},
        session::Session,
    },
    time::Time,
};

use crate::contract::{
    Home,
    fixture::{World, access, at, client, grant, register},
};

/// A world with clients that are told of the end of sessions.
pub(super) async fn told_world(home: &dyn Home) -> World {
    let world = World::new(home).await;
    for name in ["told", "revoked", "api", "elsewhere"] {
        let told = Client {
            backchannel_logout_uri: Some("https://app.example/logout".parse().unwrap()),
            ..client(name)
        };
        world.accept(register(&told)).await;
    }
    world
}

pub(super) fn of_client(name: &str, session: &Session, seed: u8) -> Grant {
    Grant {
        client: name.parse().unwrap(),
        ..grant(session, seed)
    }
}

pub(super) fn without_openid(name: &str, session: &Session, seed: u8) -> Grant {
    let mut grant = of_client(name, session, seed);
    grant.terms.access = access("accounts");
    grant
}

pub(super) fn end(session: SessionId) -> Commit {
    Commit::new(Pivot::EndSession { session, at: at(1) })
}

pub(super) fn end_all(world: &World, at: Time) -> Effect {
    Effect::EndSessionsOf {
        user: world.alice.id,
        at,
    }
}

pub(super) fn advance(logout: &PendingLogout, to: DeliveryState) -> Commit {
    Commit::new(Pivot::MoveLogout {
        logout: logout.key.clone(),
        from: logout.delivery,
        to,
    })
}

pub(super) fn close(logout: &PendingLogout) -> Commit {
    Commit::new(Pivot::CloseLogout {
        logout: logout.key.clone(),
        from: logout.delivery,
    })
}

pub(super) async fn told(world: &World, now: Time) -> HashSet<ClientId> {
    let clients = world.store.clients_due_for_logout(now).await.unwrap();
    let distinct: HashSet<_> = clients.iter().cloned().collect();
    assert_eq!(distinct.len(), clients.len(), "each once");
    distinct
}

pub(super) async fn due(world: &World, client: &str) -> Vec<PendingLogout> {
    let client = client.parse().unwrap();
    world.store.due_logouts(&client, at(1), 9).await.unwrap()
}

pub(super) fn names<const N: usize>(names: [&str; N]) -> HashSet<ClientId> {
    names.map(|name| name.parse().unwrap()).into()
}
