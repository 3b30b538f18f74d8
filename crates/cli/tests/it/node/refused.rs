//! Nodes that must not start.

use airside_testkit::{assert_contains, postgres};

use super::{KEY, places};

#[test]
fn a_node_with_another_key_encryption_key_does_not_start() {
    let mut places = places::<2>(&postgres::schema());
    let _node = places[0].serve();
    let other = KEY.replace("AAEC", "BBEC");
    places[1].set("AIRSIDE_KEYS__ENCRYPTION_KEY", &other);
    let ended = places[1].run(&["serve", "--listen", &places[1].address()]);
    ended.assert_ended(1, "the key-encryption key is not the one");
}

#[test]
fn two_nodes_do_not_share_a_data_directory() {
    let [place] = places(&postgres::schema());
    let _node = place.serve();
    let ended = place.run("serve --listen 127.0.0.1:0");
    ended.assert_ended(1, "airside.lock");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_and_its_password_is_not() {
    let [place] = places("postgres://airside:hunter2@127.0.0.1:1/airside");
    let ended = place.run("serve");
    assert_eq!(ended.code, 1);
    for expected in [
        "the database cannot be reached",
        "127.0.0.1:1: connection refused",
    ] {
        assert_contains(&ended.err, expected);
    }
    assert!(!ended.err.contains("hunter2"));
}
