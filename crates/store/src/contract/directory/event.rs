//! The audit trail.

use airside_oauth::state::{
    decide::Effect,
    event::{Event, EventKind},
    user::Username,
};

use super::find;
use crate::{
    EventQuery, NamedEvent,
    contract::{
        Home,
        fixture::{World, at, delete_user, event, spa},
    },
};

/// Beside the events of the current holder of the name.
pub async fn events_are_found_by_the_name_of_a_deleted_person(home: &dyn Home) {
    let world = World::new(home).await;
    let mut about_alice = event(1);
    about_alice.user = Some(world.alice.id);
    let mut deletion = event(2);
    (deletion.kind, deletion.user) = (EventKind::UserDeleted, Some(world.alice.id));
    "alice".clone_into(&mut deletion.detail);
    let mut about_nobody = event(3);
    "alice".clone_into(&mut about_nobody.detail);
    let events = vec![about_alice.clone(), about_nobody.clone()];
    world.store.append_events(events).await.unwrap();
    let named = async |username: &str| {
        let query = EventQuery {
            username: Some(Username::parse(username).unwrap()),
            limit: 10,
            ..EventQuery::default()
        };
        world.store.named_events(&query).await.unwrap()
    };
    let with = |event: &Event, username: &str| NamedEvent {
        event: event.clone(),
        username: Some(username.to_owned()),
    };
    assert_eq!(named("alice").await, [with(&about_alice, "alice")]);
    assert!(named("bob").await.is_empty());

    let delete = delete_user(world.alice.id);
    let delete = delete.and(Effect::Event(deletion.clone()));
    world.accept(delete).await;
    let expected = [with(&deletion, "alice"), with(&about_alice, "alice")];
    assert_eq!(named("alice").await, expected);
    let all = world.store.named_events(&all()).await.unwrap();
    let nameless = all.iter().find(|named| named.event == about_nobody);
    assert_eq!(nameless.unwrap().username, None);
}

/// Each condition alone and together with another.
pub async fn events_are_found_by_what_they_are_about(home: &dyn Home) {
    let world = World::new(home).await;
    let mut about_alice = event(1);
    about_alice.user = Some(world.alice.id);
    let mut other_kind = event(2);
    (other_kind.kind, other_kind.client) = (EventKind::SessionEnded, None);
    let events = vec![about_alice.clone(), other_kind.clone(), event(3)];
    world.store.append_events(events).await.unwrap();

    let kind = Some(EventKind::GrantCreated);
    let found = find(&world, EventQuery { kind, ..all() }).await;
    assert_eq!(found, [event(3), about_alice.clone()]);
    let client = Some(spa());
    let of_both = EventQuery { kind, ..all() };
    let of_both = EventQuery { client, ..of_both };
    assert_eq!(find(&world, of_both).await, [event(3), about_alice.clone()]);
    let user = Some(world.alice.id);
    let found = find(&world, EventQuery { user, ..all() }).await;
    assert_eq!(found, [about_alice]);
    let since = Some(at(2));
    let found = find(&world, EventQuery { since, ..all() }).await;
    assert_eq!(found, [event(3), other_kind]);
    let kind = Some(EventKind::KeyDropped);
    assert!(find(&world, EventQuery { kind, ..all() }).await.is_empty());
}

fn all() -> EventQuery {
    EventQuery {
        limit: 10,
        ..EventQuery::default()
    }
}

/// An event that was committed before the call is on the first page.
pub async fn events_are_paged_newest_first(home: &dyn Home) {
    let world = World::new(home).await;
    for seed in 1..=5 {
        world.follow(seed, Effect::Event(event(seed))).await;
        assert_eq!(world.events(1).await, [event(seed)]);
    }
    let before = |id| EventQuery {
        before: id,
        limit: 2,
        ..EventQuery::default()
    };
    assert_eq!(find(&world, before(None)).await, [event(5), event(4)]);
    assert_eq!(
        find(&world, before(Some(event(4).id))).await,
        [event(3), event(2)]
    );
    assert_eq!(find(&world, before(Some(event(2).id))).await, [event(1)]);
}

/// A caller that appends again after an answer was lost doubles nothing.
pub async fn an_event_appended_twice_is_one(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .store
        .append_events(vec![event(1), event(2)])
        .await
        .unwrap();
    world
        .store
        .append_events(vec![event(2), event(3)])
        .await
        .unwrap();
    let found = find(&world, all()).await;
    assert_eq!(found, [event(3), event(2), event(1)]);
}
