use std::{
    error::Error,
    path::PathBuf,
    pin::Pin,
    task::{Context, Waker},
    time::Duration,
};

use airside_oauth::{
    id::{EventId, UserId},
    key::{entropy::Entropy, secret::Digest},
    state::{
        decide::{Among, Commit, Effect, Keys, Pivot},
        event::{Event, EventKind, Origin},
        status::StatusIndex,
        user::{User, Username},
    },
    time::Time,
};
use airside_store::{BoxFuture, CommitError, Directory as _, EventQuery, Store as _};
use tempfile::TempDir;

use super::{work::Work, *};
use crate::{statement::Statement, status};

fn empty() -> (TempDir, PathBuf, Sqlite) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    let store = Sqlite::open(&path, Options::default()).unwrap();
    (directory, path, store)
}

fn once(seed: u16) -> Commit {
    let digest = Digest::of(&seed.to_be_bytes());
    Commit::new(Pivot::UseOnce {
        digest,
        until: Time::from_millis(1),
    })
}

fn alice() -> User {
    User {
        id: UserId::new(Time::from_millis(1), &Entropy::from_seed([1; 32])),
        username: Username::parse("alice").unwrap(),
        roles: Vec::new(),
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 0,
        disabled: false,
        created_at: Time::from_millis(1),
        rights_reduced_at: None,
    }
}

fn create(user: User) -> Commit {
    let (user, among) = (Box::new(user), Among::Others);
    Commit::new(Pivot::InsertUser {
        user,
        password: None,
        among,
    })
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

fn keys_of(user: &User) -> Keys {
    Keys {
        user: Some(user.id),
        ..Keys::default()
    }
}

#[test]
fn a_second_process_is_refused_and_told_what_to_do() {
    let (_directory, path, store) = empty();
    let refused = Sqlite::open(&path, Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }));
    let text = refused.to_string();
    assert!(
        text.contains("airside.db.lock") && text.contains("--data"),
        "{text}"
    );
    drop(store);
    Sqlite::open(&path, Options::default()).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (directory, _path, store) = empty();
    store.commit(once(1)).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 4, "database, lock, log and shared memory");
    for file in files {
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    std::fs::write(&path, "this is a text and no database ".repeat(100)).unwrap();
    let refused = Sqlite::open(&path, Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::Database { .. }), "{refused:?}");
    let nowhere = directory.path().join("missing").join("airside.db");
    let refused = Sqlite::open(&nowhere, Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::File { .. }), "{refused:?}");
}

#[tokio::test]
async fn an_altered_row_is_named_and_what_it_holds_is_not_shown() {
    let (_directory, path, store) = empty();
    let alice = alice();
    store.commit(create(alice.clone())).await.unwrap();
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside
        .execute_batch("UPDATE \"user\" SET roles = 'hunter2'")
        .unwrap();

    let failed = store.look(&keys_of(&alice)).await.unwrap_err();

    let id = alice.id.to_string().replace('-', "");
    let text = failed.source().unwrap().to_string();
    for part in ["`user`", "`roles`", &id] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!format!("{failed:?}").contains("hunter2"));
    beside
        .execute_batch("UPDATE \"user\" SET roles = '[]'")
        .unwrap();
    assert_eq!(
        store.look(&keys_of(&alice)).await.unwrap().user,
        Some(alice)
    );
}

/// A copy of the file alone has everything, also if it was read last.
#[tokio::test]
async fn a_store_that_was_dropped_is_whole_in_its_file() {
    let (directory, path, store) = empty();
    store.commit(create(alice())).await.unwrap();
    assert!(store.identity().await.is_ok());
    drop(store);
    let copy = directory.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let store = Sqlite::open(&copy, Options::default()).unwrap();
    assert_eq!(
        store.user(&(&alice().username).into()).await.unwrap(),
        Some(alice())
    );
}

#[tokio::test]
async fn a_look_at_a_database_leaves_no_trace() {
    let (directory, path, store) = empty();
    assert!(store.set_key_check([7; 32]).await.is_ok());
    let files = || std::fs::read_dir(directory.path()).unwrap().count();
    let found = |path: &Path| {
        Sqlite::inspect(path)
            .unwrap()
            .map(|found| found.identity.key_check)
    };
    assert_eq!(found(&path), Some(Some([7; 32])), "while it is open");
    drop(store);
    let before = (std::fs::read(&path).unwrap(), files());
    assert_eq!(found(&path), Some(Some([7; 32])));
    assert_eq!(found(&directory.path().join("none.db")), None);
    assert_eq!((std::fs::read(&path).unwrap(), files()), before);
    let empty = directory.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(found(&empty), None);
    std::fs::write(&empty, "this is a text and no database ".repeat(100)).unwrap();
    let refused = Sqlite::inspect(&empty).unwrap_err();
    assert!(matches!(refused, OpenError::Database { .. }), "{refused:?}");
}

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
async fn a_full_disk_stops_commits_only_and_only_while_it_is_full() {
    let (_directory, _path, store) = empty();
    let alice = alice();
    store.commit(create(alice.clone())).await.unwrap();
    store.writer.run(Work::LimitPages(60)).await.unwrap();

    let mut acknowledged = 0;
    let failed = loop {
        match store
            .commit(once(acknowledged).and(large_event(acknowledged)))
            .await
        {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
    };

    assert!(matches!(failed, CommitError::Unavailable(_)), "{failed:?}");
    assert_eq!(
        store.look(&keys_of(&alice)).await.unwrap().user,
        Some(alice)
    );
    store.writer.run(Work::LimitPages(10_000)).await.unwrap();
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

    store.writer.run(Work::LimitPages(60)).await.unwrap();
    for seed in 0.. {
        if (store.commit(once(seed).and(large_event(seed))).await).is_err() {
            break;
        }
    }
    assert!(store.try_write().await.is_err());
    assert!(store.identity().await.is_ok(), "reads go on");
    store.writer.run(Work::LimitPages(10_000)).await.unwrap();
    store.try_write().await.unwrap();

    store.writer.run(Work::QueryOnly(true)).await.unwrap();
    assert!(store.try_write().await.is_err());
    store.writer.run(Work::QueryOnly(false)).await.unwrap();
    store.try_write().await.unwrap();
}

fn rows_of_used(store: &Sqlite) -> i64 {
    let count = Statement::new("SELECT count(*) FROM used", vec![]);
    let rows = store
        .readers
        .with(|c| c.one("used", count, |row| row.integer("count")));
    rows.unwrap().unwrap()
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

/// Live entries and entries of other lists cost nothing.
#[tokio::test]
async fn a_status_list_is_read_from_its_index() {
    let (_directory, path, store) = empty();
    drop(store);
    let beside = rusqlite::Connection::open(&path).unwrap();
    let list = StatusIndex::new(0).list();
    let statement = status::revoked_in(list, Time::from_millis(5));
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let mut plan = beside.prepare(&explain).unwrap();
    let steps = plan.query_map([0, 1, 2], |row| row.get::<_, String>(3));
    let plan: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
    assert!(
        plan.iter().any(|step| step.contains("grant_status")),
        "{plan:?}"
    );
}
