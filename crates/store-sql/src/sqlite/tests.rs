mod writing;

use std::{error::Error, path::PathBuf};

use airside_oauth::{
    id::UserId,
    key::{entropy::Entropy, secret::Digest},
    state::{
        decide::{Among, Commit, Keys, Pivot},
        status::StatusIndex,
        user::{User, Username},
    },
    time::Time,
};
use airside_store::{Directory as _, Store as _};
use tempfile::TempDir;

use super::*;
use crate::status;

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
    let set_roles = |roles| {
        let set = format!("UPDATE \"user\" SET roles = '{roles}'");
        beside.execute_batch(&set).unwrap();
    };
    set_roles("hunter2");

    let failed = store.look(&keys_of(&alice)).await.unwrap_err();

    let id = alice.id.to_string().replace('-', "");
    let text = failed.source().unwrap().to_string();
    for part in ["`user`", "`roles`", &id] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!format!("{failed:?}").contains("hunter2"));
    set_roles("[]");
    let found = store.look(&keys_of(&alice)).await.unwrap();
    assert_eq!(found.user, Some(alice));
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

/// Another connection keeps SQLite from doing so by itself when the last one is closed.
#[tokio::test]
async fn a_stop_writes_the_log_back() {
    let (_directory, path, store) = empty();
    let beside = rusqlite::Connection::open(&path).unwrap();
    // it is connected when it has read
    let read = beside.query_row("SELECT count(*) FROM used", [], |row| row.get(0));
    assert_eq!(read, Ok(0));
    store.commit(once(1)).await.unwrap();
    let log = path.with_extension("db-wal");
    let size_bytes = |path: &std::path::Path| std::fs::metadata(path).unwrap().len();
    let before = size_bytes(&path);
    assert!(size_bytes(&log) > 0);
    drop(store);
    assert_eq!(size_bytes(&log), 0);
    assert!(size_bytes(&path) >= before);
    drop(beside);
}

#[tokio::test]
async fn a_log_whose_database_is_gone_is_not_deleted() {
    let (directory, path, store) = empty();
    store.commit(once(1)).await.unwrap();
    let log = file::beside(&path, "-wal");
    let written = std::fs::read(&log).unwrap();
    assert!(!written.is_empty());
    let elsewhere = directory.path().join("elsewhere.db");
    std::fs::write(file::beside(&elsewhere, "-wal"), &written).unwrap();
    for database in [None, Some("")] {
        if let Some(content) = database {
            std::fs::write(&elsewhere, content).unwrap();
        }
        let opened = Sqlite::open(&elsewhere, Options::default());
        assert!(matches!(opened, Err(OpenError::LogAlone { .. })));
        let inspected = Sqlite::inspect(&elsewhere);
        assert!(matches!(inspected, Err(OpenError::LogAlone { .. })));
        let read = Sqlite::inspect_clients(&elsewhere);
        assert!(matches!(read, Err(OpenError::LogAlone { .. })));
        let copied = Sqlite::back_up(&elsewhere, &directory.path().join("copy.db"));
        assert!(matches!(copied, Err(OpenError::LogAlone { .. })));
        let kept = std::fs::read(file::beside(&elsewhere, "-wal")).unwrap();
        assert_eq!(kept, written);
    }
}

#[cfg(unix)]
#[test]
fn a_database_is_locked_under_each_of_its_names() {
    let (directory, path, store) = empty();
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let opened = Sqlite::open(&link, Options::default());
    assert!(matches!(opened, Err(OpenError::InUse { .. })));
    assert!(Sqlite::is_in_use(&link).unwrap());
    drop(store);
    drop(Sqlite::open(&link, Options::default()).unwrap());
    // also one that is made through the link
    let (to, made) = (
        directory.path().join("to.db"),
        directory.path().join("made.db"),
    );
    std::os::unix::fs::symlink("made.db", &to).unwrap();
    let store = Sqlite::open(&to, Options::default()).unwrap();
    let opened = Sqlite::open(&made, Options::default());
    assert!(matches!(opened, Err(OpenError::InUse { .. })));
    drop(store);
    let second = directory.path().join("second.db");
    std::fs::hard_link(&path, &second).unwrap();
    for name in [&path, &second] {
        let opened = Sqlite::open(name, Options::default());
        assert!(matches!(opened, Err(OpenError::File { .. })), "{name:?}");
    }
}
