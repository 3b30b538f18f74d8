use airside_oauth::time::Time;
use tempfile::TempDir;

use super::*;
use crate::sqlite::{file, migration, opening};

/// A writer's connection, driven by hand.
struct Bench {
    _directory: TempDir,
    connection: Connection,
    follower: FeedFollower,
}

impl Bench {
    fn new(max_subjects: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airside.db");
        drop(file::prepare(&path).unwrap());
        let mut connection = opening::for_writing(&path).unwrap();
        migration::run(&mut connection).unwrap();
        let mut follower = FeedFollower::new(Arc::default());
        follower.max_subjects = max_subjects;
        Self {
            _directory: directory,
            connection,
            follower,
        }
    }

    /// Revokes clients in one transaction.
    fn revoke(&mut self, clients: &[&str]) {
        let position = self.begin(clients);
        self.connection.control("COMMIT").unwrap();
        self.follower.committed(position);
    }

    fn begin(&mut self, clients: &[&str]) -> i64 {
        self.connection.control("BEGIN IMMEDIATE").unwrap();
        for name in clients {
            let entry = FeedEntry {
                subject: client(name),
                at: Time::from_millis(1),
            };
            self.connection.run(&feed::insert(&entry)).unwrap();
        }
        self.follower.note(&self.connection)
    }

    fn may_include(&self, name: &str) -> bool {
        self.follower.subjects.may_include(&[client(name)])
    }

    fn kept(&self) -> Option<usize> {
        match &*self.follower.subjects.known.read() {
            Known::Subjects(subjects) => Some(subjects.len()),
            Known::Unread | Known::NotKept => None,
        }
    }
}

fn client(name: &str) -> FeedSubject {
    FeedSubject::Client(name.parse().unwrap())
}

#[test]
fn a_subject_is_known_before_its_row_is_committed() {
    let mut bench = Bench::new(100);
    assert!(bench.may_include("a"), "nothing was read yet");
    bench.revoke(&[]);
    assert!(!bench.may_include("a"));
    let position = bench.begin(&["a"]);
    assert!(bench.may_include("a"));
    assert!(!bench.may_include("b"));
    bench.connection.control("COMMIT").unwrap();
    bench.follower.committed(position);
    assert!(bench.may_include("a"));
    let subjects = &bench.follower.subjects;
    assert!(!subjects.may_include(&[]));
    assert!(subjects.may_include(&[client("b"), client("a")]));
}

#[test]
fn what_takes_the_position_of_a_row_that_was_rolled_back_is_known() {
    let mut bench = Bench::new(100);
    bench.begin(&["a"]);
    bench.connection.control("ROLLBACK").unwrap();
    bench.revoke(&["b"]);
    assert!(bench.may_include("b"));
}

#[test]
fn the_rows_of_earlier_starts_are_known() {
    let mut bench = Bench::new(100);
    bench.revoke(&["a", "b"]);
    bench.follower = FeedFollower::new(Arc::default());
    assert!(bench.may_include("c"), "nothing was read yet");
    bench.revoke(&[]);
    assert!(bench.may_include("a") && bench.may_include("b"));
    assert!(!bench.may_include("c"));
}

#[test]
fn too_many_subjects_are_not_kept_and_the_feed_is_read() {
    for together in [true, false] {
        let mut bench = Bench::new(3);
        match together {
            true => bench.revoke(&["a", "b", "c"]),
            false => ["a", "b", "c"]
                .iter()
                .for_each(|name| bench.revoke(&[name])),
        }
        assert_eq!(bench.kept(), None);
        assert!(bench.may_include("a") && bench.may_include("d"));
        bench.revoke(&["d"]);
        assert!(bench.may_include("d") && bench.may_include("e"));
    }
}

#[test]
fn the_subjects_of_swept_rows_are_forgotten_in_time() {
    let mut bench = Bench::new(100_000);
    let names: Vec<_> = (0..=SPARE).map(|number| format!("c{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (last, all_but_last) = names.split_last().unwrap();
    bench.revoke(all_but_last);
    assert_eq!(bench.kept(), Some(SPARE));
    bench
        .connection
        .script("DELETE FROM feed WHERE position < 1000")
        .unwrap();
    bench.revoke(&[last]);
    assert_eq!(bench.kept(), Some(2));
    assert!(bench.may_include(last) && bench.may_include("c999"));
    assert!(!bench.may_include("c0"));
}

#[test]
fn a_row_that_cannot_be_read_stops_no_transaction() {
    let mut bench = Bench::new(100);
    let of_a_later_version =
        "INSERT INTO feed (kind, value, at, until) VALUES ('new', x'00', 1, 1)";
    bench.connection.script(of_a_later_version).unwrap();
    bench.revoke(&["a"]);
    assert_eq!(bench.kept(), None);
    assert!(bench.may_include("a") && bench.may_include("b"));
}
