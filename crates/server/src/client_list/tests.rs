use airside_oauth::key::secret::Digest;

use super::*;

fn stored(id: &str, epoch: u32, origin: &str) -> StoredClient {
    let metadata = format!(
        r#"{{"client_id":"{id}","redirect_uris":["{origin}/cb"],"grant_types":["authorization_code"],"scope":"openid","id_token_signed_response_alg":"ES256"}}"#
    );
    StoredClient {
        client_id: id.parse().unwrap(),
        epoch,
        origin: ClientOrigin::Administration,
        disabled: false,
        secrets: vec![Digest::of(b"secret")],
        metadata: metadata.into(),
    }
}

fn read(list: &ClientList, clients: Vec<StoredClient>) {
    let reading = list.begin();
    for client in clients {
        list.found(reading, vec![client]).unwrap();
    }
    list.end(reading);
}

fn get(list: &ClientList, id: &str) -> Option<Arc<Client>> {
    list.get(&id.parse().unwrap())
}

#[test]
fn a_change_of_one_client_replaces_it_alone_with_its_origins() {
    let list = ClientList::default();
    let (a, b) = ("https://a.example", "https://b.example");
    read(&list, vec![stored("one", 1, a), stored("two", 1, b)]);
    let two = get(&list, "two").unwrap();
    list.put(stored("one", 2, "https://c.example")).unwrap();
    assert_eq!(get(&list, "one").unwrap().epoch, 2);
    assert!(Arc::ptr_eq(&two, &get(&list, "two").unwrap()));
    let known = [a, b, "https://c.example"].map(|origin| list.is_app_origin(origin));
    assert_eq!(known, [false, true, true]);
    list.remove(&"one".parse().unwrap());
    assert!(get(&list, "one").is_none() && !list.is_app_origin("https://c.example"));
}

#[test]
fn a_reading_keeps_what_is_the_same_and_forgets_what_it_does_not_find() {
    let list = ClientList::default();
    let a = "https://a.example";
    let names = ["one", "two", "three"];
    read(&list, names.map(|id| stored(id, 1, a)).into());
    let before = names.map(|id| get(&list, id).unwrap());
    read(&list, vec![stored("one", 1, a), stored("two", 2, a)]);
    assert!(Arc::ptr_eq(&before[0], &get(&list, "one").unwrap()));
    assert_eq!(get(&list, "two").unwrap().epoch, 2);
    assert!(get(&list, "three").is_none());
    assert!(list.is_app_origin(a));
    read(&list, Vec::new());
    assert!(!list.is_app_origin(a));
}

#[test]
fn a_client_that_cannot_be_read_changes_nothing() {
    let list = ClientList::default();
    list.put(stored("one", 1, "https://a.example")).unwrap();
    let broken = StoredClient {
        metadata: "{".into(),
        ..stored("one", 2, "https://a.example")
    };
    assert!(list.put(broken).is_err());
    assert_eq!(get(&list, "one").unwrap().epoch, 1);
}

#[test]
fn a_disabled_client_has_no_origins_and_is_still_registered() {
    let list = ClientList::default();
    list.put(StoredClient {
        disabled: true,
        ..stored("one", 1, "https://a.example")
    })
    .unwrap();
    assert!(get(&list, "one").unwrap().disabled);
    assert!(!list.is_app_origin("https://a.example"));
}

#[test]
fn a_bounded_number_of_clients_is_kept_read() {
    let list = ClientList::default();
    let all = MAX_IN_USE + 10;
    let id = |number: usize| format!("client-{number}");
    let clients = (0..all).map(|number| stored(&id(number), 1, "https://a.example"));
    read(&list, clients.collect());
    for number in 0..all {
        assert!(get(&list, &id(number)).is_some());
    }
    let kept = |number: usize| {
        let registered = list.registered.read();
        let id: ClientId = id(number).parse().unwrap();
        registered.clients.get(&id).unwrap().0.read.load().is_some()
    };
    assert_eq!((0..all).filter(|number| kept(*number)).count(), MAX_IN_USE);
    assert!(!kept(0) && kept(all - 1));
    // one that was given up is read again
    assert!(get(&list, &id(0)).is_some() && kept(0));
}

#[test]
fn clients_without_a_key_for_their_algorithm_are_found() {
    let list = ClientList::default();
    list.put(stored("one", 1, "https://a.example")).unwrap();
    assert!(list.left_by(&[Algorithm::ES256]).is_empty());
    assert_eq!(list.left_by(&[Algorithm::RS256]).len(), 1);
}

#[test]
fn the_nearest_id_is_looked_for_among_those_that_can_be_compared() {
    let list = ClientList::default();
    list.put(stored("billing", 1, "https://a.example")).unwrap();
    assert_eq!(list.nearest("biling").as_deref(), Some("billing"));
    let many =
        (0..MAX_COMPARED).map(|number| stored(&format!("c{number}"), 1, "https://a.example"));
    list.found(list.begin(), many.collect()).unwrap();
    assert_eq!(list.nearest("biling"), None);
}
