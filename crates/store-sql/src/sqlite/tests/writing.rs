//! Commits that wait, and a disk that is full.

use std::{
    pin::Pin,
    task::{Context, Waker},
    time::Duration,
};

use airside_oauth::{
    id::EventId,
    key::entropy::Entropy,
    state::{
        decide::{Commit, Effect},
        event::{Event, EventKind, Origin},
    },
    time::Time,
};
use airside_store::{BoxFuture, CommitError, EventQuery};

use super::{super::work::Work, *};
use crate::statement::Statement;

#[tokio::test]
async fn commits_that_wait_share_a_transaction() {
    let (_directory, path, store) = empty();
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = ask(&store, (0..100).map(once));
    beside.execute_batch("COMMIT").unwrap();
    for commit in waiting {
        commit.await.unwrap();
    }
    // what came before the writer began to wait, and all the others
    assert!(
        store.transactions() <= 2,
        "{} transactions",
        store.transactions()
    );
}

#[tokio::test]
async fn a_commit_that_waits_is_a_delay_until_it_is_answered() {
    // D07
    let (_directory, path, store) = empty();
    assert_eq!(store.delay(), Duration::ZERO);
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = ask(&store, (0..3).map(once));
    assert!(store.delay() > Duration::ZERO);
    beside.execute_batch("COMMIT").unwrap();
    for commit in waiting {
        commit.await.unwrap();
    }
    assert_eq!(store.delay(), Duration::ZERO);
}

#[tokio::test]
async fn a_batch_has_a_largest_size() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        largest_batch: 10,
        ..Options::default()
    };
    let store = Sqlite::open(&directory.path().join("airside.db"), options).unwrap();
    for commit in ask(&store, (0..100).map(once)) {
        commit.await.unwrap();
    }
    assert!(store.transactions() >= 10);
}

#[tokio::test]
async fn dropping_the_store_writes_what_was_asked_for() {
    let (_directory, path, store) = empty();
    drop(ask(&store, (0..100).map(once)));
    drop(store);
    let store = Sqlite::open(&path, Options::default()).unwrap();
    for seed in 0..100 {
        assert!(matches!(
            store.commit(once(seed)).await,
            Err(CommitError::Conflict)
        ));
    }
}

type Waiting<'a> = BoxFuture<'a, Result<(), CommitError>>;

/// Puts commits into the queue without waiting for their answers: fewer than the 128 operations
/// after which the runtime makes a task yield.
fn ask(store: &Sqlite, commits: impl Iterator<Item = Commit>) -> Vec<Waiting<'_>> {
    let mut waiting: Vec<_> = commits.map(|commit| store.commit(commit)).collect();
    for commit in &mut waiting {
        let asked = Pin::new(commit).poll(&mut Context::from_waker(Waker::noop()));
        assert!(asked.is_pending());
    }
    waiting
}

#[tokio::test]
async fn a_full_disk_stops_commits_only_and_only_while_it_is_full() {
    let (_directory, _path, store) = empty();
    let alice = alice();
    store.commit(create(alice.clone())).await.unwrap();
    set(&store, "max_page_count = 60").await;

    let (acknowledged, failed) = commit_until_refused(&store).await;

    assert!(matches!(failed, CommitError::Unavailable(_)), "{failed:?}");
    let found = store.look(&keys_of(&alice)).await.unwrap();
    assert_eq!(found.user, Some(alice));
    set(&store, "max_page_count = 10000").await;
    store
        .commit(once(acknowledged).and(large_event(acknowledged)))
        .await
        .unwrap();
    let query = EventQuery {
        limit: 1_000,
        ..EventQuery::default()
    };
    assert_eq!(
        store.events(&query).await.unwrap().len(),
        usize::from(acknowledged) + 1
    );
}

#[tokio::test]
async fn a_write_is_tried_without_a_trace_and_fails_while_commits_do() {
    let (_directory, _path, store) = empty();
    let before = store.lease_status_indexes(1).await.unwrap().number();
    store.try_write().await.unwrap();
    let used = rows_of_used(&store);
    assert_eq!(used, 0);
    let next = store.lease_status_indexes(1).await.unwrap().number();
    assert_eq!(next, before + 1);

    set(&store, "max_page_count = 60").await;
    commit_until_refused(&store).await;
    assert!(store.try_write().await.is_err());
    assert!(store.identity().await.is_ok(), "reads go on");
    set(&store, "max_page_count = 10000").await;
    store.try_write().await.unwrap();

    set(&store, "query_only = true").await;
    assert!(store.try_write().await.is_err());
    set(&store, "query_only = false").await;
    store.try_write().await.unwrap();
}

#[tokio::test]
async fn nothing_is_acknowledged_that_goes_into_a_file_without_its_name() {
    for suffix in ["", "-wal"] {
        let (directory, path, store) = empty();
        store.commit(once(0)).await.unwrap();
        let file = super::super::file::beside(&path, suffix);
        let away = directory.path().join("away");
        std::fs::rename(&file, &away).unwrap();

        let failure = store.try_write().await.unwrap_err();
        let text = airside_net::chain(&failure);
        assert!(text.contains("was deleted, moved or replaced"), "{text}");
        assert!(store.commit(once(1)).await.is_err());
        // another file in its place is another one
        std::fs::write(&file, "").unwrap();
        assert!(store.commit(once(1)).await.is_err());

        std::fs::rename(&away, &file).unwrap();
        store.commit(once(1)).await.unwrap();
        store.try_write().await.unwrap();
    }
}

/// Commits large events until one is refused; says how many were acknowledged, and the error.
async fn commit_until_refused(store: &Sqlite) -> (u16, CommitError) {
    let mut acknowledged = 0;
    loop {
        let commit = once(acknowledged).and(large_event(acknowledged));
        match store.commit(commit).await {
            Ok(()) => acknowledged += 1,
            Err(error) => return (acknowledged, error),
        }
    }
}

fn rows_of_used(store: &Sqlite) -> i64 {
    let count = Statement::new("SELECT count(*) FROM used", vec![]);
    let rows = store
        .executor
        .readers
        .with(|c| c.one("used", count, |row| row.integer("count")));
    rows.unwrap().unwrap()
}

/// An event of 8 KiB.
fn large_event(seed: u16) -> Effect {
    let at = Time::from_millis(i64::from(seed));
    Effect::Event(Event {
        id: EventId::new(at, &Entropy::from_seed([2; 32])),
        at,
        kind: EventKind::GrantCreated,
        client: None,
        user: None,
        grant: None,
        origin: Origin::default(),
        detail: "x".repeat(8_192),
    })
}

/// Sets what the disk seems to be.
async fn set(store: &Sqlite, pragma: &'static str) {
    let writer = &store.executor.writer;
    writer.run(Work::Pragma(pragma)).await.unwrap();
}
