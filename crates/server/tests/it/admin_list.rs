//! Lists of the admin API: whole while others change them, each with its own cursors, and read with the same
//! number of questions to the store however many items there are.

use std::{collections::BTreeSet, sync::atomic::Ordering};

use airside_oauth::id::{EventId, UserId};
use airside_testkit::Answer;
use serde_json::{Value, json};

use crate::world::World;

const LISTS: [&str; 8] = [
    "/clients",
    "/users",
    "/users/alice/sessions",
    "/users/alice/grants",
    "/events",
    "/keys",
    "/resources",
    "/username-collisions",
];

async fn get(world: &World, path: &str) -> Answer {
    world.admin("GET", path, json!(null)).await
}

/// The query of the next page.
fn next(page: &Answer) -> Option<String> {
    let link = page.headers.get("link")?.to_str().unwrap();
    let target = link.strip_prefix('<').unwrap();
    Some(target.strip_suffix(r#">; rel="next""#).unwrap().to_owned())
}

fn names(page: &Answer, member: &str) -> Vec<String> {
    let items = page.json();
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| item[member].as_str().unwrap().to_owned())
        .collect()
}

/// Two of everything that has a list.
async fn world_of_lists() -> World {
    let world = World::new().await;
    for app in ["spa", "web"] {
        world.app(app).sign_in("alice").await;
        world.app("spa").sign_in("alice").await;
    }
    collide(&world);
    world
}

/// Two pairs of accounts whose names RFC 8265 takes for one.
pub fn collide(world: &World) {
    let database = world.database();
    for (id, (name, form)) in (1_u8..).zip([
        ("ｃarol", "carol"),
        ("carol", "carol"),
        ("ｄave", "dave"),
        ("dave", "dave"),
    ]) {
        let form = (name != form).then_some(form);
        let made = "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, disabled, \
                    rights_reduced_at, created_at, name_rule, precis_name) \
                    VALUES (?, ?, '[]', 0, '{}', 0, 0, NULL, 0, 1, ?)";
        database.execute(made, (&[id; 16], name, form)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_with_its_own_list_only() {
    let world = world_of_lists().await;
    let mut cursors = Vec::new();
    for list in LISTS {
        let page = get(&world, &format!("{list}?limit=1")).await;
        let query = next(&page).unwrap_or_else(|| panic!("{list}: {}", page.text()));
        let (_, cursor) = query.split_once("after=").unwrap();
        cursors.push((list, cursor.to_owned()));
    }
    for (list, cursor) in &cursors {
        for other in LISTS {
            let answer = get(&world, &format!("{other}?limit=1&after={cursor}")).await;
            let expected = if other == *list { 200 } else { 400 };
            assert_eq!(answer.status, expected, "{list} at {other}");
            if expected == 400 {
                assert_eq!(answer.json()["errors"][0]["pointer"], "/after");
            }
        }
    }
    // neither with other conditions, nor of another person
    let cursor = |list: &str| &cursors.iter().find(|(own, _)| *own == list).unwrap().1;
    let (events, sessions) = (cursor("/events"), cursor("/users/alice/sessions"));
    for refused in [
        format!("/events?kind=user.created&after={events}"),
        format!("/users/bob/sessions?after={sessions}"),
        "/clients?after=c3Bh".to_owned(),
        "/clients?after=spa".to_owned(),
    ] {
        assert_eq!(get(&world, &refused).await.status, 400, "{refused}");
    }
    // the control: another length of the page is the same list
    let longer = get(&world, &format!("/events?limit=7&after={events}")).await;
    assert_eq!(longer.status, 200, "{}", longer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_whole_while_others_change_it() {
    let world = World::new().await;
    let make = |id: String| json!({ "client_id": id, "token_endpoint_auth_method": "none", "redirect_uris": ["https://app.example/cb"] });
    for number in 0..30 {
        world
            .create("/clients", make(format!("m{number:02}")))
            .await;
    }
    let stays: BTreeSet<String> = (0..30)
        .filter(|number| number % 5 != 2)
        .map(|number| format!("m{number:02}"))
        .collect();
    let (mut seen, mut query) = (Vec::new(), Some("?limit=4".to_owned()));
    let mut round = 0;
    while let Some(page) = query {
        let page = get(&world, &format!("/clients{page}")).await;
        seen.extend(names(&page, "client_id"));
        query = next(&page);
        // behind and before the page, and the very item that it ended with
        for id in [format!("a{round}"), format!("z{round}")] {
            world.create("/clients", make(id)).await;
        }
        if let Some(last) = seen
            .last()
            .filter(|last| last.starts_with('m') && !stays.contains(*last))
        {
            world
                .administer("DELETE", &format!("/clients/{last}"), json!(null))
                .await;
        }
        round += 1;
        assert!(round < 40, "the list does not end: {seen:?}");
    }
    let once: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "an item came twice: {seen:?}");
    assert!(once.is_superset(&stays), "{seen:?}");
    assert!(once.contains("z0"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_the_same_questions_however_many_items_it_has() {
    let world = world_of_lists().await;
    for number in 0..20 {
        let client = json!({ "client_id": format!("m{number:02}"), "token_endpoint_auth_method": "none",
            "client_name": "Many", "redirect_uris": ["https://app.example/cb"] });
        world.create("/clients", client).await;
        let user = json!({ "username": format!("many{number:02}") });
        world.create("/users", user).await;
    }
    let asked = async |path: &str| {
        let before = world.asked.load(Ordering::SeqCst);
        let answer = get(&world, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let after = world.asked.load(Ordering::SeqCst);
        (after - before, answer.json().as_array().map_or(1, Vec::len))
    };
    let mut costs = Vec::new();
    for list in LISTS {
        let (one, items) = asked(&format!("{list}?limit=1")).await;
        assert_eq!(items, 1, "{list}");
        let (many, items) = asked(&format!("{list}?limit=1000")).await;
        assert!(items > 1, "{list}");
        assert_eq!(one, many, "{list}: {items} items");
        costs.push(one);
    }
    // a look at who it is about, and the list; APIs and keys are in memory
    assert_eq!(costs, [1, 1, 2, 2, 1, 0, 0, 1]);
    for (path, cost) in [
        ("/clients/m07", 0),
        ("/users/many07", 1),
        ("/resources/https:%2F%2Fbank.example", 0),
    ] {
        assert_eq!(asked(path).await.0, cost, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_client_reads_that_one_alone() {
    let world = World::new().await;
    let asked = async |method: &str, path: &str, body: Value| {
        let before = world.asked.load(Ordering::SeqCst);
        let answer = world.admin(method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        world.asked.load(Ordering::SeqCst) - before
    };
    let client = json!({ "client_id": "made", "redirect_uris": ["https://made.example/cb"] });
    // the commit, and the one client; a change reads it before, too
    assert_eq!(asked("POST", "/clients", client).await, 2);
    assert!(world.issuer.is_app_origin("https://made.example"));
    let change = json!({ "redirect_uris": ["https://moved.example/cb"] });
    assert_eq!(asked("PATCH", "/clients/made", change).await, 3);
    assert!(world.issuer.is_app_origin("https://moved.example"));
    assert!(!world.issuer.is_app_origin("https://made.example"));
    assert_eq!(asked("POST", "/clients/made/secret", json!({})).await, 3);
    assert_eq!(asked("DELETE", "/clients/made", json!(null)).await, 3);
    assert!(!world.issuer.is_app_origin("https://moved.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_large_items_is_shorter_and_nothing_is_left_out() {
    let world = World::new().await;
    let uris: Vec<_> = (0..50)
        .map(|number| format!("https://app.example/{number:02}/{}", "x".repeat(480)))
        .collect();
    for number in 0..30 {
        let client = json!({ "client_id": format!("large{number:02}"), "redirect_uris": uris,
            "token_endpoint_auth_method": "none" });
        world.create("/clients", client).await;
    }
    let (mut seen, mut query, mut pages) = (Vec::new(), Some("?limit=1000".to_owned()), 0);
    while let Some(page) = query {
        let page = get(&world, &format!("/clients{page}")).await;
        assert!(page.body.len() < 600 * 1024, "{} bytes", page.body.len());
        seen.extend(names(&page, "client_id"));
        query = next(&page);
        pages += 1;
    }
    assert!(pages > 1);
    let large = seen.iter().filter(|id| id.starts_with("large"));
    assert_eq!(large.count(), 30);
    let once: BTreeSet<_> = seen.iter().collect();
    assert_eq!(once.len(), seen.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_before_one_are_found_by_its_id() {
    let world = world_of_lists().await;
    let all = get(&world, "/events").await;
    let all: Vec<EventId> = names(&all, "id")
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    let older = get(&world, &format!("/events?before={}&limit=2", all[1])).await;
    let older: Vec<EventId> = names(&older, "id")
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    assert_eq!(older, all[2..4]);
    let nobody = UserId::first_at(airside_oauth::time::Time::from_millis(0));
    let none = get(&world, &format!("/events?before={nobody}")).await;
    assert_eq!(none.json(), json!([]));
}
