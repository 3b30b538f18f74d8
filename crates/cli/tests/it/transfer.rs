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
    let back = place.run(&["-o", "json", "db", "move", "--to", "sqlite:back.db"]);
    assert_eq!(rows(&back, "grant"), 1);
    assert!(place.data().join("back.db").exists());

    place.set("AIRSIDE_STORE__URL", "sqlite:back.db");
    go_on(&place, &token).await;
}

/// Does what the end of a move says, to the letter; `given` is what `--to` gave.
fn follow(place: &mut Place, advice: &str, given: &str) {
    let mut table = "";
    for line in advice.lines() {
        let set = line.strip_prefix("set ");
        if let Some(name) = line.strip_prefix("unset ") {
            place.unset(name);
        }
        if line.starts_with('[') {
            table = line;
        } else if let Some((key, _)) = line.split_once(" = ") {
            set_key(place, table, key, line);
        } else if let Some(name) =
            set.and_then(|set| set.strip_suffix(" to the address that --to gave"))
        {
            place.set(name, given);
        } else if let Some((name, value)) = set.and_then(|set| set.split_once('=')) {
            place.set(name, value);
        }
    }
}

/// Writes `line` into a table of `airside.toml`, in place of what the key is there.
fn set_key(place: &Place, table: &str, key: &str, line: &str) {
    let mut lines: Vec<_> = fs::read_to_string(file(place))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let header = lines
        .iter()
        .position(|line| line == table)
        .unwrap_or_else(|| {
            lines.push(table.to_owned());
            lines.len() - 1
        });
    let is_key = |line: &&String| {
        line.split_once('=')
            .is_some_and(|(name, _)| name.trim() == key)
    };
    let own = lines[header + 1..]
        .iter()
        .take_while(|line| !line.starts_with('['));
    let place_of_key = own
        .enumerate()
        .find(|(_, line)| is_key(line))
        .map(|(index, _)| index);
    if let Some(index) = place_of_key {
        lines.remove(header + 1 + index);
    }
    lines.insert(header + 1, line.to_owned());
    fs::write(file(place), lines.join("\n")).unwrap();
}

fn file(place: &Place) -> std::path::PathBuf {
    place.directory.path().join("airside.toml")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_advice_of_a_move_leads_to_a_start_that_serves_what_was_moved() {
    // the store of a first start, whose key was made there
    let mut place = Place::new(CONFIGURATION);
    let mut token = begin(&place).await;
    let (one, other) = (postgres::schema(), postgres::schema());
    let address = place.directory.path().join("address");
    fs::write(&address, &other).unwrap();
    place.set("OTHER", &other);
    for (to, given, found) in [
        ("sqlite:moved.db", "", "moved.db"),
        ("sqlite:./again.db", "", "again.db"),
        (&one, &one as &str, ""),
        ("sqlite:back.db", "", "back.db"),
        ("@address", "", ""),
        ("sqlite://last.db", "", "last.db"),
    ] {
        let moved = place.run(&["db", "move", "--to", to]);
        assert_eq!(moved.code, 0, "{to}: {}", moved.err);
        if !found.is_empty() {
            assert!(place.data().join(found).exists(), "{found}");
        }
        follow(&mut place, &moved.err, given);
        let checked = place.run(&["config", "check"]);
        assert_eq!(checked.code, 0, "{to}: {}", checked.err);
        token = go_on(&place, &token).await;
    }
    // what the environment says counts more than the file
    place.set("AIRSIDE_STORE__URL", "sqlite:last.db");
    let moved = place.run(&["db", "move", "--to", "sqlite:environment.db"]);
    assert!(
        moved
            .err
            .contains("set AIRSIDE_STORE__URL=sqlite:environment.db"),
        "{}",
        moved.err
    );
    follow(&mut place, &moved.err, "");
    token = go_on(&place, &token).await;
    place.unset("AIRSIDE_STORE__URL");
    place.set("AIRSIDE_STORE__URL__ENV", "OTHER");
    place.set("OTHER", "sqlite:environment.db");
    let moved = place.run(&["db", "move", "--to", "sqlite:named.db"]);
    follow(&mut place, &moved.err, "");
    token = go_on(&place, &token).await;
    assert!(place.data().join("named.db").exists());
    place.set("AIRSIDE_STORE__URL", "sqlite:environment.db");
    let there = place.run(&["db", "move", "--to", "sqlite:./environment.db"]);
    assert_eq!(there.code, 2, "{}", there.err);
    assert!(there.err.contains("already"), "{}", there.err);
    place.set("AIRSIDE_STORE__URL", "sqlite:named.db");
    go_on(&place, &token).await;
}

#[test]
fn the_advice_of_a_move_shows_no_password() {
    let place = place();
    assert_eq!(place.serve().terminate(), 0);
    let database = postgres::schema().replace("//airside@", "//airside:hunter2@");
    let moved = place.run(&["db", "move", "--to", &database]);
    assert_eq!(moved.code, 0, "{}", moved.err);
    assert!(moved.err.contains("DATABASE_URL"), "{}", moved.err);
    assert!(!format!("{}{}", moved.err, moved.out).contains("hunter2"));
}

/// What is in a directory beside `airside.toml`.
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
            fs::copy(&saved, there.directory.path().join("copy.db")).unwrap();
            let read = there.run(&["-o", "json", "backup", "verify", "copy.db"]);
            assert_eq!(read.json(), made.json(), "{store}");
            assert_eq!(names(there.directory.path()), ["copy.db"], "{store}");
            let restored = there.run(&["-o", "json", "backup", "restore", "copy.db"]);
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
    assert_eq!(place.run(&["backup", "create", "saved.db"]).code, 0);
    let at = |name: &str| place.directory.path().join(name);
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
            assert!(refused.err.contains(&name), "{}", refused.err);
        }
    }
    assert_eq!(server.terminate(), 0);
    // the control
    fs::write(at("copy.db"), &whole).unwrap();
    assert_eq!(place.run(&["backup", "verify", "copy.db"]).code, 0);
}

#[test]
fn a_backup_that_fails_leaves_nothing_behind() {
    let mut place = place();
    place.set("AIRSIDE_STORE__URL", "postgres://airside@127.0.0.1:1/none");
    assert_eq!(place.run(&["backup", "create", "saved.db"]).code, 1);
    place.set("AIRSIDE_STORE__URL", &postgres::schema());
    let empty = place.run(&["backup", "create", "saved.db"]);
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
