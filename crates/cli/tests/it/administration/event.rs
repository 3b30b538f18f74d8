//! The audit trail.

use super::*;

#[test]
fn the_audit_trail_tells_what_was_done() {
    let (place, _server) = start();
    let secret = machine(&place);
    assert_eq!(get(&place, &secret).code, 0);
    let search = |query: &str| place.json(&["events", "search", query]);
    assert_eq!(
        search("kind:token.issued since:5m client:m2m")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(search("client:nobody"), json!([]));
    place.run("events search colour:red").assert_code(2);
    place.run("events search kind:nothing.done").assert_code(2);
}

#[test]
fn a_search_of_events_knows_the_kinds_and_says_when_it_was_cut() {
    let (place, _server) = start();
    let search = |terms: &[&str]| place.run(&[&["events", "search"], terms].concat());
    let misspelt = search(&["kind:key.create"]);
    misspelt.assert_ended(2, "`key.created`");
    let help = search(&["--help"]).out;
    for kind in airside_oauth::state::event::EventKind::ALL {
        assert!(help.contains(kind.as_str()), "{}", kind.as_str());
    }
    let cut = place.run("-o json events search kind:key.created --limit 1");
    let (_, last) = cut.err.split_once("before:").unwrap();
    let last = format!("before:{}", last.trim());
    let first = cut.json()[0]["id"].clone();
    let rest = ["-o", "json", "events", "search", "kind:key.created", &last];
    let rest = place.run(&rest);
    assert!(!rest.err.contains("older events"), "{}", rest.err);
    let rest = rest.json();
    assert!(
        rest.as_array()
            .unwrap()
            .iter()
            .all(|event| event["id"] != first)
    );
    assert!(!rest.as_array().unwrap().is_empty());
}
