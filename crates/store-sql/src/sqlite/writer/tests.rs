use airside_oauth::{
    id::EventId,
    key::{entropy::Entropy, secret::Digest},
    state::{
        decide::{Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
    },
    time::Time,
};
use rusqlite::ffi;
use tempfile::TempDir;

use super::*;
use crate::sqlite::{file, migration};

/// A writer that is driven by hand, and a connection beside it that plants faults.
struct Bench {
    directory: TempDir,
    scribe: Scribe,
    beside: rusqlite::Connection,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airside.db");
        drop(file::prepare(&path).unwrap());
        let mut connection = opening::for_writing(&path).unwrap();
        migration::run(&mut connection).unwrap();
        let scribe = Scribe {
            path: path.clone(),
            files: NamedFiles::of(&path),
            looked: None,
            is_loss_logged: false,
            connection: Some(connection),
            waiting: mpsc::channel(1).1,
            revoked: FeedFollower::new(Arc::default()),
            largest_batch: 256,
            transactions: Arc::default(),
        };
        Self {
            directory,
            scribe,
            beside: rusqlite::Connection::open(&path).unwrap(),
        }
    }

    /// Makes an insertion of the event `poison` run `fault`.
    fn plant(&self, fault: &str) {
        let trigger = format!(
            "CREATE TRIGGER fault AFTER INSERT ON event WHEN NEW.detail = 'poison' \
             BEGIN {fault}; END"
        );
        self.beside.execute_batch(&trigger).unwrap();
    }

    /// Writes a commit for each event in one batch and says how each ended.
    fn write(&mut self, details: &[&str]) -> Vec<&'static str> {
        let (batch, answers): (Vec<_>, Vec<_>) = details.iter().map(|detail| job(detail)).unzip();
        self.scribe.commit_batch(batch);
        answers
            .into_iter()
            .map(|mut answer| match answer.try_recv().unwrap() {
                Ok(_) => "done",
                Err(CommitError::Conflict) => "conflict",
                Err(CommitError::Unavailable(_)) => "unavailable",
            })
            .collect()
    }

    /// The rows in the database: each commit is a digest and an event.
    fn written(&self) -> Vec<String> {
        let mut events = self
            .beside
            .prepare("SELECT detail FROM event ORDER BY detail")
            .unwrap();
        let events = events.query_map([], |row| row.get(0)).unwrap();
        let events: Vec<String> = events.collect::<Result<_, _>>().unwrap();
        let count = |sql| {
            self.beside
                .query_row(sql, [], |row| row.get::<_, u16>(0))
                .unwrap()
        };
        assert_eq!(
            count("SELECT count(*) FROM used"),
            u16::try_from(events.len()).unwrap(),
            "effects go with their pivot"
        );
        events
    }
}

type Answer = oneshot::Receiver<Result<u64, CommitError>>;

fn job(detail: &str) -> (Job, Answer) {
    let digest = Digest::of(detail.as_bytes());
    let at = Time::from_millis(1);
    let event = Event {
        id: EventId::new(at, &Entropy::from_seed(*digest.as_bytes())),
        at,
        kind: EventKind::GrantCreated,
        client: None,
        user: None,
        grant: None,
        origin: Origin::default(),
        detail: detail.to_owned(),
    };
    let commit = Commit::new(Pivot::UseOnce { digest, until: at }).and(Effect::Event(event));
    let (answer, answered) = oneshot::channel();
    (
        Job {
            work: Work::Commit(Box::new(commit)),
            answer,
            wait: Waits::default().begin(),
        },
        answered,
    )
}

#[test]
fn a_batch_is_one_transaction_and_a_conflict_in_it_concerns_nobody_else() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(&["a", "a", "b"]), ["done", "conflict", "done"]);
    assert_eq!(bench.written(), ["a", "b"]);
    assert_eq!(bench.scribe.transactions.load(Ordering::Relaxed), 1);
}

#[test]
fn an_effect_that_fails_takes_its_pivot_with_it_and_nobody_else() {
    let mut bench = Bench::new();
    bench.plant("SELECT RAISE(ABORT, 'fault')");
    assert_eq!(
        bench.write(&["a", "poison", "b"]),
        ["done", "unavailable", "done"]
    );
    assert_eq!(bench.written(), ["a", "b"]);
}

#[test]
fn a_unique_key_that_an_effect_violates_is_no_conflict() {
    let mut bench = Bench::new();
    bench.plant("INSERT INTO meta (one, epoch) VALUES (1, 1)");
    assert_eq!(bench.write(&["poison"]), ["unavailable"]);
}

#[test]
fn nothing_is_acknowledged_when_the_batch_is_rolled_back() {
    let mut bench = Bench::new();
    bench.plant("SELECT RAISE(ROLLBACK, 'fault')");
    assert_eq!(bench.write(&["a", "poison", "b"]), ["unavailable"; 3]);
    assert!(bench.written().is_empty());
    assert_eq!(bench.write(&["a", "b"]), ["done"; 2]);
}

#[test]
fn nothing_is_acknowledged_when_the_commit_fails() {
    let mut bench = Bench::new();
    let tables = "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
                  CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)";
    bench.beside.execute_batch(tables).unwrap();
    bench.plant("INSERT INTO child VALUES (1)");
    assert_eq!(bench.write(&["a", "poison", "a"]), ["unavailable"; 3]);
    assert!(bench.written().is_empty());
    assert_eq!(bench.scribe.transactions.load(Ordering::Relaxed), 0);
    assert_eq!(bench.write(&["a", "b"]), ["done"; 2]);
    assert_eq!(bench.written(), ["a", "b"]);
}

#[test]
fn a_connection_that_is_in_doubt_is_replaced() {
    let mut bench = Bench::new();
    bench.scribe.connection = None;
    assert_eq!(bench.write(&["a"]), ["done"]);
    assert!(bench.scribe.connection.is_some());

    let failed =
        |code| StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
    for code in [
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_CORRUPT,
    ] {
        assert!(connection::is_doubtful(&failed(code)), "{code}");
    }
    for code in [
        ffi::SQLITE_FULL,
        ffi::SQLITE_BUSY,
        ffi::SQLITE_CONSTRAINT_UNIQUE,
    ] {
        assert!(!connection::is_doubtful(&failed(code)), "{code}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_again_is_tried_again_later() {
    let mut bench = Bench::new();
    bench.scribe.connection = None;
    let path = std::mem::replace(&mut bench.scribe.path, "/nowhere/airside.db".into());
    assert_eq!(bench.write(&["a"]), ["unavailable"]);
    bench.scribe.path = path;
    assert_eq!(bench.write(&["a"]), ["done"]);
}

#[test]
fn files_are_looked_for_once_a_second_although_nobody_asks() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(&["a"]), ["done"]);
    let away = bench.directory.path().join("away");
    std::fs::rename(&bench.scribe.path, &away).unwrap();
    // for a second nothing is looked at
    bench.scribe.looked = Some(Instant::now() + LOOK_INTERVAL);
    assert_eq!(bench.write(&["b"]), ["done"]);
    bench.scribe.looked = Instant::now().checked_sub(LOOK_INTERVAL);
    assert_eq!(bench.write(&["c"]), ["unavailable"]);
    std::fs::rename(&away, &bench.scribe.path).unwrap();
    assert_eq!(bench.write(&["c"]), ["done"]);
    assert_eq!(bench.written(), ["a", "b", "c"]);
}

#[test]
fn no_failure_shows_what_was_bound() {
    let mut bench = Bench::new();
    bench.plant("SELECT RAISE(ABORT, 'fault')");
    let (job, mut answer) = job("poison");
    bench.scribe.commit_batch(vec![job]);
    let Err(CommitError::Unavailable(cause)) = answer.try_recv().unwrap() else {
        panic!("the fault was planted");
    };
    assert!(!format!("{cause:?} {cause}").contains("poison"));
}
