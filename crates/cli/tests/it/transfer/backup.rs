//! `airside backup`.

use airside_testkit::assert_contains;

use super::*;

/// Returns the names of what is in a directory beside `airside.toml`.
fn names(directory: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "airside.toml").collect();
    names.sort();
    names
}

/// The file alone holds everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_one_file_that_is_brought_back_elsewhere() {
    for store in ["sqlite:airside.db", &postgres::schema()] {
        let mut here = place();
        here.set("AIRSIDE_STORE__URL", store);
        begin(&here).await;
        let server = here.serve();
        let kept = tempfile::tempdir().unwrap();
        let saved = kept.path().join("saved.db");
        let path = saved.to_str().unwrap();
        let made = here.run(&["-o", "json", "backup", "create", path]);
        assert_eq!(rows(&made, "user"), 1, "{store}");
        assert_eq!(names(kept.path()), ["saved.db"], "{store}");
        assert_eq!(server.terminate(), 0);

        for target in ["sqlite:airside.db", &postgres::schema()] {
            let mut there = place();
            there.set("AIRSIDE_STORE__URL", target);
            fs::copy(&saved, there.at("copy.db")).unwrap();
            let read = there.run("-o json backup verify copy.db");
            assert_eq!(read.json(), made.json(), "{store}");
            assert_eq!(names(there.directory.path()), ["copy.db"], "{store}");
            let restored = there.run("-o json backup restore copy.db");
            assert_eq!(restored.json(), made.json(), "{store} to {target}");
            let server = there.serve();
            let app = App::sign_in(&server.url).await;
            let answer = redeem(&server.url, &app.code().await).await.unwrap();
            assert_eq!(answer.status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_which_a_part_is_missing_is_refused() {
    let place = place();
    let server = place.serve();
    App::sign_in(&server.url).await;
    place.run("backup create saved.db").assert_code(0);
    let at = |name: &str| place.at(name);
    let whole = fs::read(at("saved.db")).unwrap();
    // the store of a running server, whose newest commits are in its log
    fs::copy(place.data().join("airside.db"), at("live.db")).unwrap();
    fs::write(at("empty.db"), "").unwrap();
    for (name, bytes) in [
        ("header.db", 64),
        ("page.db", 4096),
        ("half.db", whole.len() / 2),
    ] {
        fs::write(at(name), &whole[..bytes]).unwrap();
    }
    fs::write(at("last.db"), &whole[..whole.len() - 4096]).unwrap();
    fs::write(at("interrupted.db"), &whole).unwrap();
    fs::write(at("interrupted.db-journal"), "journal").unwrap();
    for name in [
        "live",
        "empty",
        "header",
        "page",
        "half",
        "last",
        "interrupted",
    ] {
        let name = format!("{name}.db");
        for command in ["verify", "restore"] {
            let refused = place.run(&["backup", command, &name]);
            assert_eq!(refused.code, 1, "{command} {name}: {}", refused.err);
            assert_contains(&refused.err, &name);
        }
    }
    assert_eq!(server.terminate(), 0);
    // the control
    fs::write(at("copy.db"), &whole).unwrap();
    place.run("backup verify copy.db").assert_code(0);
}

#[test]
fn a_backup_that_fails_leaves_nothing_behind() {
    let mut place = place();
    place.set("AIRSIDE_STORE__URL", "postgres://airside@127.0.0.1:1/none");
    place.run("backup create saved.db").assert_code(1);
    place.set("AIRSIDE_STORE__URL", &postgres::schema());
    let empty = place.run("backup create saved.db");
    assert_eq!(empty.code, 1, "no server has used it: {}", empty.err);
    assert!(names(place.directory.path()).is_empty());
}

/// A copy of the file of a server that was stopped is whole as well, whatever was read before.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_stopped_leaves_its_store_in_one_file() {
    let place = place();
    let token = begin(&place).await;
    assert!(!names(&place.data()).contains(&"airside.db-wal".to_owned()));
    fs::rename(
        place.data().join("airside.db"),
        place.data().join("kept.db"),
    )
    .unwrap();
    let mut place = place;
    place.set("AIRSIDE_STORE__URL", "sqlite:kept.db");
    go_on(&place, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_store_has_its_accounts_and_no_refresh_token_of_before() {
    for store in ["sqlite:airside.db", &postgres::schema()] {
        let mut place = place();
        place.set("AIRSIDE_STORE__URL", store);
        place.set("NEW", "another horse, another battery");
        let token = begin(&place).await;
        let server = place.serve();
        // a browser that is signed in, and an access token, when the backup is made
        let signed_in = App::sign_in(&server.url).await;
        let first = redeem(&server.url, &signed_in.code().await).await.unwrap();
        let access = first.member("access_token");
        let saved = place.run("-o json backup create saved.db");
        let file = place.at("saved.db");
        assert!(crate::server::has_mode(&file, 0o600));
        let read = place.run("-o json backup verify saved.db");
        assert_eq!(saved.json(), read.json());
        assert_eq!(rows(&read, "grant"), 2);
        // the server goes on; what it does now is not in the backup
        let newer = refresh(&server.url, &token)
            .await
            .unwrap()
            .member("refresh_token");
        // alice's password becomes known, and she ends everything
        place
            .run("user set-password alice --password env:NEW")
            .assert_code(0);
        assert_eq!(signed_in.authorize().await.returned("code"), None);
        assert!(!is_active(&server.url, &access).await);
        assert_eq!(server.terminate(), 0);

        for target in ["sqlite:restored.db", &postgres::schema()] {
            place.set("AIRSIDE_STORE__URL", target);
            let restored = place.run("-o json backup restore saved.db");
            assert_eq!(restored.json(), read.json(), "{store} to {target}");
            let server = place.serve();
            for token in [&token, &newer] {
                let answer = refresh(&server.url, token).await.unwrap();
                assert_eq!(answer.member("error"), "invalid_grant");
            }
            // its connection died with the server that it knew
            drop(signed_in.try_authorize().await);
            assert_eq!(signed_in.authorize().await.returned("code"), None);
            assert!(!is_active(&server.url, &access).await);
            let app = App::sign_in(&server.url).await;
            assert_eq!(
                redeem(&server.url, &app.code().await).await.unwrap().status,
                200
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_damaged_or_there_already_is_refused() {
    let place = place();
    begin(&place).await;
    place.run("backup create saved.db").assert_code(0);
    place.run("backup create saved.db").assert_code(1);
    let file = place.at("saved.db");
    let mut bytes = fs::read(&file).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(7) {
        *byte ^= 0xff;
    }
    fs::write(&file, bytes).unwrap();
    place.run("backup verify saved.db").assert_code(1);
    fs::write(&file, "no database").unwrap();
    place.run("backup verify saved.db").assert_code(1);
    place.run("backup verify nowhere.db").assert_code(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_not_restored_where_the_key_of_another_store_is() {
    let here = Place::new(CONFIGURATION);
    begin(&here).await;
    here.run("backup create saved.db").assert_code(0);
    let there = Place::new(CONFIGURATION);
    fs::copy(here.at("saved.db"), there.at("saved.db")).unwrap();
    assert_eq!(there.serve().terminate(), 0);
    fs::remove_file(there.data().join("airside.db")).unwrap();
    let key = there.data().join("master.key");
    let refused = there.run("backup restore saved.db");
    refused.assert_ended(4, "does not open the keys of this backup");
    assert_contains(&refused.err, key.to_str().unwrap());
    assert!(!there.data().join("airside.db").exists());

    // without a key, the place for it is named; with the right one, nothing is
    fs::remove_file(&key).unwrap();
    let restored = there.run("backup restore saved.db");
    restored.assert_ended(0, "put the key-encryption key of that store at");
    fs::copy(here.data().join("master.key"), &key).unwrap();
    assert_eq!(there.serve().terminate(), 0);
}

#[test]
fn a_store_that_is_not_there_or_elsewhere_is_not_backed_up_and_the_reason_is_told() {
    let place = Place::new("");
    let missing = place.run("backup create saved.db --data nowhere");
    missing.assert_ended(3, "there is no store at");
    assert_contains(&missing.err, "--data");
    assert!(!missing.err.contains("Error code"), "{}", missing.err);
    for command in ["backup create saved.db", "db move --to sqlite:new.db"] {
        let elsewhere = place.run(&format!("{command} --url https://id.example"));
        elsewhere.assert_ended(2, "--url");
    }
    assert!(names(place.directory.path()).is_empty());
}
