//! The key-encryption key of a store that has data.

use std::fs;

use crate::server::Place;

#[test]
fn another_key_encryption_key_stops_the_start() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    let path = place.data().join("master.key");
    let right = fs::read(&path).unwrap();
    fs::write(&path, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    let refused = place.run("serve --listen 127.0.0.1:0");
    refused.assert_ended(1, "key-encryption key is not the one");
    fs::write(&path, right).unwrap();
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn a_lost_key_encryption_key_stops_the_start_and_no_new_one_is_made() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    fs::remove_file(place.data().join("master.key")).unwrap();
    let refused = place.run("serve --listen 127.0.0.1:0");
    refused.assert_ended(1, "is gone");
    assert!(!place.data().join("master.key").exists());
}
