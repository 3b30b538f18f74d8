//! Every secret is a canary: the real binaries do everything and refuse everything, at their most
//! talkative, and then none of the canaries is anywhere.

mod run;
mod search;

use std::fs;

use rusqlite::{Connection, types::ValueRef};

use crate::server::Place;
use run::Run;
use search::{forms, searchable};

/// A31, T47: logs, metrics, events, errors, addresses, files and a backup have no secret in them.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_log_metric_event_error_address_or_file() {
    let mut run = Run::start();
    run.sign_in_at_the_guard().await;
    run.use_the_issuer().await;
    run.use_the_guard().await;
    run.make_mistakes().await;
    run.administer().await;
    run.fill_the_disk().await;
    let (used, mut sinks) = run.end().await;
    sinks.extend(files(&used.places));

    for (sink, control) in [
        ("issuer's log", "/token"),
        ("guard's log", "\"TRACE\""),
        ("guard's log", "the revocation feed is connected"),
        (
            "log of a refused guard",
            "the revocation feed is not connected",
        ),
        (
            "log of a refused guard",
            "the token endpoint answered with an unexpected status",
        ),
        ("metrics", "authorization_code"),
        ("events", "grant.created"),
        ("errors", "invalid_client"),
        ("observed", "forgotten"),
        ("airside.db", "alice"),
        ("rows", "alice"),
        ("saved.db", "alice"),
        ("rows of the backup", "alice"),
    ] {
        let found = sinks.iter().find(|(name, _)| name == sink);
        let (_, content) = found.unwrap_or_else(|| panic!("no {sink}"));
        assert!(
            content.contains(control),
            "control: `{control}` in the {sink}"
        );
    }
    assert!(used.canaries.len() >= 25, "{}", used.canaries.len());
    let mut leaks = Vec::new();
    for (name, secret) in &used.canaries {
        assert!(secret.len() >= 16, "{name} is too short to be looked for");
        for (sink, content) in &sinks {
            if forms(secret).iter().any(|form| content.contains(form)) {
                leaks.push(format!("{name} is in the {sink}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

/// What the servers and the backup left on the disk, and every row as the database reads it.
fn files(places: &[Place]) -> Vec<(String, String)> {
    let mut sinks = Vec::new();
    for place in places {
        let inside = [place.directory.path().to_owned(), place.data()];
        let entries = inside.iter().filter_map(|path| fs::read_dir(path).ok());
        for entry in entries.flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // what an operator wrote may have a password in it
            if path.is_file() && !name.ends_with(".toml") {
                sinks.push((name, searchable(&fs::read(path).unwrap())));
            }
        }
    }
    let [issuer, ..] = places else { return sinks };
    for (name, path) in [
        ("rows", issuer.data().join("airside.db")),
        (
            "rows of the backup",
            issuer.directory.path().join("saved.db"),
        ),
    ] {
        sinks.push((name.to_owned(), rows(&Connection::open(path).unwrap())));
    }
    sinks
}

fn rows(store: &Connection) -> String {
    let mut names = store
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut all = Vec::new();
    for name in names {
        let mut table = store
            .prepare(&format!("SELECT * FROM \"{}\"", name.unwrap()))
            .unwrap();
        let columns = table.column_count();
        let mut rows = table.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => all.extend_from_slice(bytes),
                    _ => {}
                }
                all.push(b'\n');
            }
        }
    }
    searchable(&all)
}
