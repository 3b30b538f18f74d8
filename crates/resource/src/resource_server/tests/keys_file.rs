//! Keys that are kept in a file for the next start.

use super::*;

#[tokio::test]
async fn an_api_starts_with_the_keys_that_it_kept_while_the_issuer_is_down() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let started = async |token: &str| {
        let api = issuer.api().keys_file(&file).build().unwrap();
        status(&api, token).await
    };
    let token = issuer.token(&key);
    assert_eq!(started(&token).await, 200);
    issuer.go_down();

    assert_eq!(started(&token).await, 200);
    let without = issuer.api().build().unwrap();
    assert_eq!(status(&without, &token).await, 503);
    // not for ever
    issuer.advance(24 * HOUR);
    let late = issuer.token(&key);
    assert_eq!(started(&late).await, 200);
    issuer.advance(1);
    assert_eq!(started(&late).await, 503);
}

/// D12
#[tokio::test]
async fn a_disk_that_hangs_keeps_no_keys_from_being_used() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    // to open it is to wait for somebody who reads
    let pipe = directory.path().join("keys.json.new");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let file = directory.path().join("keys.json");
    let api = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&api, &issuer.token(&key)).await, 200);
    let both_ends = std::fs::File::options().read(true).write(true).open(&pipe);
    // for as long as the other thread may need them
    std::mem::forget(both_ends.unwrap());
}

#[tokio::test]
async fn kept_keys_of_another_issuer_or_broken_ones_are_not_used() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let token = issuer.token(&key);
    let started = async || {
        let api = issuer.api().keys_file(&file).build().unwrap();
        status(&api, &token).await
    };
    assert_eq!(started().await, 200);
    issuer.go_down();
    let good = std::fs::read_to_string(&file).unwrap();
    for bad in [
        good.replace(&issuer.url, "https://evil.example.com"),
        good[..good.len() - 2].to_owned(),
        String::new(),
    ] {
        std::fs::write(&file, bad).unwrap();
        assert_eq!(started().await, 503);
    }
    std::fs::write(&file, good).unwrap();
    assert_eq!(started().await, 200, "the control");
}

#[tokio::test]
async fn a_key_removed_in_an_emergency_stays_refused_after_a_restart() {
    let (issuer, bad, good) = (Issuer::start().await, Key::new("bad"), Key::new("good"));
    issuer.publish(&[&bad, &good]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let api = issuer.api().keys_file(&file).build().unwrap();
    let (stolen, honest) = (issuer.token(&bad), issuer.token(&good));
    assert_eq!(status(&api, &stolen).await, 200);
    api.remove_key("bad");
    assert_eq!(status(&api, &stolen).await, 401);

    let again = issuer.api().keys_file(&file).build().unwrap();
    assert_eq!(status(&again, &stolen).await, 401);
    assert_eq!(status(&again, &honest).await, 200);
}
