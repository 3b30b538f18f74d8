//! Every secret is a canary: the real binaries do everything and refuse everything, at their most
//! talkative, and then none of the canaries is anywhere.

mod run;
mod search;

use std::{fs, path::Path};

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

/// Returns what the servers and the backup left on the disk, and every row as the database reads it.
fn files(places: &[Place]) -> Vec<(String, String)> {
    let mut sinks: Vec<_> = places.iter().flat_map(files_of).collect();
    let [issuer, ..] = places else { return sinks };
    for (name, path) in [
        ("rows", issuer.data().join("airside.db")),
        ("rows of the backup", issuer.at("saved.db")),
    ] {
        sinks.push((name.to_owned(), rows(&Connection::open(path).unwrap())));
    }
    sinks
}

/// The files of a place, without those that an operator wrote, which may have a password in them.
fn files_of(place: &Place) -> Vec<(String, String)> {
    let inside = [place.directory.path().to_owned(), place.data()];
    let entries = inside.iter().filter_map(|path| fs::read_dir(path).ok());
    let paths = entries.flatten().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let written = paths.filter(|path| path.is_file() && !name(path).ends_with(".toml"));
    let read = written.map(|path| (name(&path), searchable(&fs::read(&path).unwrap())));
    read.collect()
}

fn rows(store: &Connection) -> String {
    let mut names = store
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let all: Vec<u8> = names
        .flat_map(|name| rows_of(store, &name.unwrap()))
        .collect();
    searchable(&all)
}

/// The texts and bytes of a table.
fn rows_of(store: &Connection, table: &str) -> Vec<u8> {
    let mut all = Vec::new();
    let mut table = store
        .prepare(&format!("SELECT * FROM \"{table}\""))
        .unwrap();
    let columns = table.column_count();
    let mut rows = table.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).unwrap() {
                all.extend_from_slice(bytes);
            }
            all.push(b'\n');
        }
    }
    all
}
