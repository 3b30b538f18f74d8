//! No sweep looks at a whole table, and all of them together look at every row.

use airside_oauth::{profile::Lifetimes, time::Time};
use airside_store::Directory as _;
use tempfile::TempDir;

use super::*;
use crate::sqlite::{Options, Sqlite};

const NOW: Time = Time::from_millis(1_800_000_000_000);

fn longest() -> LongestLifetimes {
    LongestLifetimes::at(&[], &Lifetimes::default(), NOW)
}

/// A store, and a connection beside it.
fn store() -> (TempDir, Sqlite, rusqlite::Connection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    let store = Sqlite::open(&path, Options::default()).unwrap();
    let beside = rusqlite::Connection::open(&path).unwrap();
    (directory, store, beside)
}

fn steps(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut plan = (connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))).unwrap();
    let mut rows = plan.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[test]
fn no_statement_of_a_sweep_scans_a_table_that_grows() {
    let (_directory, _store, beside) = store();
    for task in tasks(&longest()) {
        let end = task.walk.as_ref().map(|walk| walk.end(None).sql);
        let statements = [Some(task.find.into()), Some(task.delete.into()), end];
        for sql in statements.into_iter().flatten() {
            let scans = steps(&beside, &sql);
            let scans = scans.iter().filter(|step| step.starts_with("SCAN"));
            // there are some keys an algorithm, and the others are looked at to delete one
            let scans: Vec<_> = scans.filter(|_| task.table != "key").collect();
            assert!(scans.is_empty(), "{scans:?} in {sql}");
        }
    }
}

/// Rows of each table that is walked, of which every tenth is old.
const WALKED: [(&str, &str); 3] = [
    (
        "grant",
        "INSERT INTO \"grant\" (id, client_id, user_id, session_id, offline, terms, created_at, \
         attempt, current, rotated_at, reissues, retried, retry_run) \
         SELECT CAST(printf('%016d', i) AS BLOB), 'spa', x'01', x'02', 1, '{}', at, \
         x'03', 0, at, 0, 0, 0 FROM row",
    ),
    (
        "session",
        "INSERT INTO session (id, cookie, user_id, auth_time, amr, last_seen) \
         SELECT CAST(printf('%016d', i) AS BLOB), CAST(i AS BLOB), x'01', at, '[]', at FROM row",
    ),
    (
        "feed",
        "INSERT INTO feed (kind, value, at, until) SELECT 'jti', CAST(i AS BLOB), at, at FROM row",
    ),
];

fn fill(connection: &rusqlite::Connection, insert: &str, rows: u32) {
    let young = NOW.as_millis() - 1;
    let rows = format!(
        "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < {rows}), \
         row (i, at) AS (SELECT i, iif(i % 10 = 0, 0, {young}) FROM number) {insert}"
    );
    connection.execute_batch(&rows).unwrap();
}

#[tokio::test]
async fn a_sweep_looks_at_some_rows_and_the_next_ones_at_the_others() {
    for (table, insert) in WALKED {
        let (_directory, store, beside) = store();
        fill(&beside, insert, 2 * walk::LOOKED_AT + 1_000);
        let mut swept = Vec::new();
        for _ in 0..4 {
            let before = store.transactions();
            let rows = store.sweep(longest(), 1_000).await.unwrap();
            swept.push((rows, store.transactions() - before));
        }
        // at most 100 rows a transaction
        assert_eq!(swept, [(200, 2), (200, 2), (100, 1), (0, 0)], "{table}");
        let count = format!("SELECT count(*) FROM \"{table}\"");
        let left: u32 = beside.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 4_500, "{table}");
    }
}

#[tokio::test]
async fn a_sweep_that_deletes_what_it_may_goes_on_where_it_was() {
    let (_directory, store, beside) = store();
    let (_, grants) = WALKED[0];
    fill(&beside, grants, walk::LOOKED_AT);
    for expected in [150, 50, 0] {
        let rows = store.sweep(longest(), 150).await.unwrap();
        assert_eq!(rows, expected);
    }
}

/// A row that was young in one round is found in the next one.
#[tokio::test]
async fn a_walk_begins_again_behind_the_last_row() {
    let (_directory, store, beside) = store();
    let (_, grants) = WALKED[0];
    fill(&beside, grants, walk::LOOKED_AT + 9);
    let sweep = async || store.sweep(longest(), 1_000).await.unwrap();
    assert_eq!(sweep().await, 200);
    let age = "UPDATE \"grant\" SET rotated_at = 0, created_at = 0 \
         WHERE id = (SELECT min(id) FROM \"grant\")";
    beside.execute_batch(age).unwrap();
    assert_eq!(sweep().await, 0, "behind the first rows");
    assert_eq!(sweep().await, 1);
}
