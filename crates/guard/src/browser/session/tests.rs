use std::{sync::mpsc, thread};

use super::*;

const LIFETIMES: Lifetimes = Lifetimes {
    idle: Duration::from_secs(600),
    total: Duration::from_secs(3_600),
};

fn session() -> Session {
    Session {
        access_token: "access".to_owned(),
        access_expires_at: UnixSeconds::new(900),
        refresh_token: Some("refresh".to_owned()),
        id_token: "id".to_owned(),
        claims: Map::new(),
    }
}

async fn begun(sessions: &Sessions, at: i64) -> Handle {
    let session = session();
    let begun = sessions.begin(&session, UnixSeconds::new(at)).await;
    begun.unwrap()
}

async fn is_found(sessions: &Sessions, handle: &Handle, at: i64) -> bool {
    let found = sessions.find(handle, LIFETIMES, UnixSeconds::new(at));
    found.await.is_some()
}

async fn replaced(sessions: &Sessions, handle: &Handle) -> ReplaceOutcome {
    sessions.replace(handle, &session()).await
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used_and_no_longer_than_it_may() {
    let sessions = Sessions::open(None).unwrap();
    let handle = begun(&sessions, 1_000).await;
    for now in (1_600..=4_600).step_by(600) {
        assert!(is_found(&sessions, &handle, now).await, "{now}");
    }
    assert!(
        !is_found(&sessions, &handle, 4_601).await,
        "its time is over"
    );
    let idle = begun(&sessions, 1_000).await;
    assert!(!is_found(&sessions, &idle, 1_601).await);
    sessions.sweep(LIFETIMES, UnixSeconds::new(4_601)).await;
    assert_eq!(sessions.count(), 0);
}

/// D12: a disk that hangs.
#[tokio::test]
async fn while_somebody_writes_no_thread_that_serves_waits() {
    let sessions = Sessions::open(None).unwrap();
    let handle = begun(&sessions, 0).await;
    let (writing, begun) = mpsc::channel();
    let (written, end) = mpsc::channel::<()>();
    let database = Arc::clone(&sessions.database);
    let writer = thread::spawn(move || {
        let _database = database.lock();
        writing.send(()).unwrap();
        // an error once the sender is gone
        let _ = end.recv();
    });
    begun.recv().unwrap();
    let find = sessions.find(&handle, LIFETIMES, UnixSeconds::new(0));
    let (found, ()) = tokio::join!(find, async { drop(written) });
    assert!(found.is_some());
    writer.join().unwrap();
}

#[tokio::test]
async fn a_session_that_has_ended_is_not_replaced() {
    let sessions = Sessions::open(None).unwrap();
    let handle = begun(&sessions, 0).await;
    let other = Handle::new().unwrap();
    assert!(!is_found(&sessions, &other, 0).await);
    assert_eq!(replaced(&sessions, &handle).await, ReplaceOutcome::Done);
    sessions.end(&handle).await;
    assert_eq!(replaced(&sessions, &handle).await, ReplaceOutcome::Ended);
    assert!(!is_found(&sessions, &handle, 0).await);
}

#[tokio::test]
async fn what_cannot_be_written_ends_no_session() {
    let sessions = Sessions::open(None).unwrap();
    let handle = begun(&sessions, 0).await;
    let full = |full: &str| {
        let pragma = format!("PRAGMA query_only = {full}");
        sessions.database().execute_batch(&pragma).unwrap();
    };
    full("on");
    assert_eq!(replaced(&sessions, &handle).await, ReplaceOutcome::Failed);
    assert!(
        sessions
            .begin(&session(), UnixSeconds::new(0))
            .await
            .is_none()
    );
    assert!(is_found(&sessions, &handle, 100).await);
    full("off");
    assert_eq!(replaced(&sessions, &handle).await, ReplaceOutcome::Done);
}

/// T47
#[tokio::test]
async fn the_file_is_of_no_use_to_a_thief() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let sessions = Sessions::open(Some(&path)).unwrap();
    let handle = begun(&sessions, 0).await;
    #[cfg(unix)]
    for name in ["sessions.db", "sessions.db-wal"] {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(directory.path().join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    drop(sessions);
    let reopened = Sessions::open(Some(&path)).unwrap();
    let found = reopened
        .find(&handle, LIFETIMES, UnixSeconds::new(1))
        .await
        .unwrap();
    assert_eq!(found.refresh_token.as_deref(), Some("refresh"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(std::fs::read(directory.path().join("sessions.db-wal")).unwrap_or_default());
    for secret in ["refresh", "access", &handle.expose()] {
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    assert!(!bytes.windows(32).any(|part| part == handle.0));
}
