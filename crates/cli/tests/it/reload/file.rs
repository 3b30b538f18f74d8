//! A file that is not there, and clients that are not in it any more.

use super::*;

#[test]
fn a_file_that_is_missing_changes_nothing() {
    let place = Place::new(BEFORE);
    let server = place.serve();
    fs::remove_file(place.at("airside.toml")).unwrap();
    server.hang_up();
    let said = server.hear(REFUSED);
    assert_contains(&said, "cannot read airside.toml: there is no such file");
    assert_codes(&place, 0, 3);
    // the next one is taken over
    reload(&place, &server, AFTER, TAKEN_OVER);
    assert_codes(&place, 4, 0);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_server_without_a_file_takes_one_that_appears_and_does_not_lose_it() {
    let place = Place::new("");
    fs::remove_file(place.at("airside.toml")).unwrap();
    let server = place.serve();
    server.hang_up();
    server.hear(TAKEN_OVER);
    reload(&place, &server, AFTER, TAKEN_OVER);
    fs::remove_file(place.at("airside.toml")).unwrap();
    server.hang_up();
    server.hear(REFUSED);
    assert_eq!(token(&place, "new", "new"), 0);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_start_says_how_many_clients_it_has_disabled() {
    let place = Place::new(BEFORE);
    assert_eq!(place.serve().terminate(), 0);
    place.write("airside.toml", AFTER);
    let disabled = |line: &String| line.contains("clients_disabled");
    let server = place.serve();
    let said: Vec<_> = server
        .remarks
        .iter()
        .filter(|line| disabled(line))
        .collect();
    assert_eq!(said.len(), 1, "{:?}", server.remarks);
    assert_contains(said[0], r#""level":"WARN""#);
    assert_contains(said[0], r#""clients_disabled":1"#);
    assert_eq!(server.terminate(), 0);
    // the control: it is disabled already
    let server = place.serve();
    assert!(!server.remarks.iter().any(disabled), "{:?}", server.remarks);
}
