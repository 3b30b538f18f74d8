//! A store that is copied to another database, saved and brought back.

mod backup;

use std::{fs, path::Path};

use airside_store_sql::{
    sqlite::{Options, Sqlite},
    transfer::{Purpose, Source, Target, copy},
};
use airside_testkit::postgres;
use tokio::sync::Notify;

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
    let back = place.run("-o json db move --to sqlite:back.db");
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
    place.at("airside.toml")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_advice_of_a_move_leads_to_a_start_that_serves_what_was_moved() {
    // the store of a first start, whose key was made there
    let mut place = Place::new(CONFIGURATION);
    let mut token = begin(&place).await;
    let (one, other) = (postgres::schema(), postgres::schema());
    let address = place.at("address");
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
        let checked = place.run("config check");
        assert_eq!(checked.code, 0, "{to}: {}", checked.err);
        token = go_on(&place, &token).await;
    }
    // what the environment says counts more than the file
    place.set("AIRSIDE_STORE__URL", "sqlite:last.db");
    let moved = place.run("db move --to sqlite:environment.db");
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
    let moved = place.run("db move --to sqlite:named.db");
    follow(&mut place, &moved.err, "");
    token = go_on(&place, &token).await;
    assert!(place.data().join("named.db").exists());
    place.set("AIRSIDE_STORE__URL", "sqlite:environment.db");
    let there = place.run("db move --to sqlite:./environment.db");
    there.assert_ended(2, "already");
    place.set("AIRSIDE_STORE__URL", "sqlite:named.db");
    go_on(&place, &token).await;
}

#[test]
fn the_advice_of_a_move_shows_no_password() {
    let place = place();
    assert_eq!(place.serve().terminate(), 0);
    let database = postgres::schema().replace("//airside@", "//airside:hunter2@");
    let moved = place.run(&["db", "move", "--to", &database]);
    moved.assert_ended(0, "DATABASE_URL");
    assert!(!format!("{}{}", moved.err, moved.out).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_not_moved_onto_another_nor_from_under_a_server() {
    let mut place = place();
    begin(&place).await;
    let database = postgres::schema();
    let to = ["db", "move", "--to", &database];
    let server = place.serve();
    let running = place.run(&to);
    running.assert_ended(1, "is locked");
    server.terminate();
    place.run(&to).assert_code(0);
    let again = place.run(&to);
    again.assert_ended(4, "the target is not empty");

    place.set("AIRSIDE_STORE__URL", &database);
    let _server = place.serve();
    let running = place.run("db move --to sqlite:other.db");
    running.assert_ended(4, "stop every node first");
    let nonsense = place.run("db move --to mysql://me:hunter2@db");
    assert_eq!(nonsense.code, 2);
    assert!(!nonsense.err.contains("hunter2"), "{}", nonsense.err);
}

/// Copies a backup into a database, and gives up when some pages of it are there.
async fn interrupted_copy(backup: &Path, database: &Path, pages: usize) {
    let source = Source::Sqlite(Sqlite::open_backup(backup).unwrap());
    let store = Sqlite::open(database, Options::default()).unwrap();
    let target = Target::Sqlite(&store);
    let (enough, mut done) = (Notify::new(), 0);
    let progress = |_, _| {
        done += 1;
        if done == pages {
            enough.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = enough.notified() => {}
        _ = copy(&source, &target, Purpose::Move, progress) => panic!("it has ended"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_into_which_a_copy_was_interrupted_is_served_by_nobody() {
    let place = place();
    begin(&place).await;
    place.run("backup create saved.db").assert_code(0);
    for pages in [1, 3, 6] {
        let there = self::place();
        airside_net::private::create_directory(&there.data()).unwrap();
        let database = there.data().join("airside.db");
        interrupted_copy(&place.at("saved.db"), &database, pages).await;
        let told = "a copy into it was interrupted";
        there.run("config check").assert_ended(7, told);
        there.run("serve").assert_ended(1, told);
        let saved = place.at("saved.db");
        let restore = there.run(&["backup", "restore", saved.to_str().unwrap()]);
        restore.assert_code(0);
        there.run("config check").assert_code(0);
    }
}
