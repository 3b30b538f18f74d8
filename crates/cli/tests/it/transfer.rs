//! A store that is copied to another database, saved and brought back.

use std::fs;

use airside_testkit::postgres;

use crate::{
    app::{App, CONFIGURATION, post, redeem, refresh},
    node::KEY,
    server::{Ended, Place},
};

/// A place whose key is given, so that its store may be anywhere.
fn place() -> Place {
    let mut place = Place::new(CONFIGURATION);
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
    place
}

/// A grant of alice's: the newest refresh token.
async fn begin(place: &Place) -> String {
    let server = place.serve();
    let app = App::sign_in(&server.url).await;
    let first = redeem(&server.url, &app.code().await).await.unwrap();
    let token = first.member("refresh_token");
    assert_eq!(server.terminate(), 0);
    token
}

async fn is_active(url: &str, token: &str) -> bool {
    let answer = post(&format!("{url}/introspect"), &[("token", token)]).await;
    answer.unwrap().json()["active"] == true
}

/// Refreshes at a server that is started for it.
async fn go_on(place: &Place, token: &str) -> String {
    let server = place.serve();
    let answer = refresh(&server.url, token).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(server.terminate(), 0);
    answer.member("refresh_token")
}

fn rows(ended: &Ended, table: &str) -> u64 {
    let tables = ended.json();
    let row = tables
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["table"] == table);
    row.unwrap()["rows"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_to_postgresql_and_back_and_everything_goes_on() {
    let mut place = place();
    let token = begin(&place).await;
    let database = postgres::schema();
    let there = place.run(&["-o", "json", "db", "move", "--to", &database]);
    assert_eq!((rows(&there, "grant"), rows(&there, "user")), (1, 1));

    place.set("AIRSIDE_STORE__URL", &database);
    let token = go_on(&place, &token).await;
    let target = place.directory.path().join("back.db");
    let back = place.run(&["-o", "json", "db", "move", "--to", "sqlite:back.db"]);
    assert_eq!(rows(&back, "grant"), 1);

    let file = format!("sqlite:{}", target.display());
    place.set("AIRSIDE_STORE__URL", &file);
    go_on(&place, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_not_moved_onto_another_nor_from_under_a_server() {
    let mut place = place();
    begin(&place).await;
    let database = postgres::schema();
    let to = ["db", "move", "--to", &database];
    let server = place.serve();
    let running = place.run(&to);
    assert_eq!(running.code, 1);
    assert!(running.err.contains("is locked"), "{}", running.err);
    server.terminate();
    assert_eq!(place.run(&to).code, 0);
    let again = place.run(&to);
    assert_eq!(again.code, 4);
    assert!(
        again.err.contains("the target is not empty"),
        "{}",
        again.err
    );

    place.set("AIRSIDE_STORE__URL", &database);
    let _server = place.serve();
    let running = place.run(&["db", "move", "--to", "sqlite:other.db"]);
    assert_eq!(running.code, 4);
    assert!(
        running.err.contains("stop every node first"),
        "{}",
        running.err
    );
    let nonsense = place.run(&["db", "move", "--to", "mysql://me:hunter2@db"]);
    assert_eq!(nonsense.code, 2);
    assert!(!nonsense.err.contains("hunter2"), "{}", nonsense.err);
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
        let saved = place.run(&["-o", "json", "backup", "create", "saved.db"]);
        let file = place.directory.path().join("saved.db");
        assert!(crate::server::has_mode(&file, 0o600));
        let read = place.run(&["-o", "json", "backup", "verify", "saved.db"]);
        assert_eq!(saved.json(), read.json());
        assert_eq!(rows(&read, "grant"), 2);
        // the server goes on; what it does now is not in the backup
        let newer = refresh(&server.url, &token)
            .await
            .unwrap()
            .member("refresh_token");
        // alice's password becomes known, and she ends everything
        let ended = place.run(&["user", "set-password", "alice", "--password", "env:NEW"]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert_eq!(signed_in.authorize().await.returned("code"), None);
        assert!(!is_active(&server.url, &access).await);
        assert_eq!(server.terminate(), 0);

        for target in ["sqlite:restored.db", &postgres::schema()] {
            place.set("AIRSIDE_STORE__URL", target);
            let restored = place.run(&["-o", "json", "backup", "restore", "saved.db"]);
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
    assert_eq!(place.run(&["backup", "create", "saved.db"]).code, 0);
    assert_eq!(place.run(&["backup", "create", "saved.db"]).code, 1);
    let file = place.directory.path().join("saved.db");
    let mut bytes = fs::read(&file).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(7) {
        *byte ^= 0xff;
    }
    fs::write(&file, bytes).unwrap();
    assert_eq!(place.run(&["backup", "verify", "saved.db"]).code, 1);
    fs::write(&file, "no database").unwrap();
    assert_eq!(place.run(&["backup", "verify", "saved.db"]).code, 1);
    assert_eq!(place.run(&["backup", "verify", "nowhere.db"]).code, 1);
}
