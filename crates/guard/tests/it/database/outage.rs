//! A database that is gone, slow, locked, replaced, or not what it must be.

use std::{
    fs,
    time::{Duration, Instant},
};

use airside_testkit::postgres::Cluster;
use tokio::time::timeout;

use super::{ACCOUNTS, Database, OPERATIONS, delete, not_found, unknown};
use crate::world::{World, raw};

#[tokio::test(flavor = "multi_thread")]
async fn observing_lets_pass_what_is_somebody_elses_but_nothing_unknown() {
    let database = Database::sqlite();
    database.run(ACCOUNTS).await;
    let keys = format!("mode = \"observe\"\n{}", database.key());
    let world = World::with(&keys, OPERATIONS).await;
    let alice = world.token("alice", "write");
    assert_eq!(delete(&world, &alice, "2").await.status, 200);
    assert_eq!(world.reached(), 1);
    database.run("DROP VIEW airside_account_owner").await;
    unknown(&delete(&world, &alice, "1").await);
    assert_eq!(world.reached(), 0);
}

/// G12
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_database_is_said_and_refused() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let alice = world.token("alice", "write");
        assert_eq!(delete(&world, &alice, "1").await.status, 200);
        let make = async |view: &str| {
            let drop = "DROP VIEW IF EXISTS airside_account_owner";
            database.run(&format!("{drop}; {view}")).await;
        };
        for (view, said) in WRONG_VIEWS {
            make(view).await;
            unknown(&delete(&world, &alice, "1").await);
            let problem = database.problem(&world).await.unwrap();
            assert!(problem.contains(said), "{problem}");
        }
        assert_eq!(world.reached(), 1);
        let view = "CREATE VIEW airside_account_owner AS SELECT id, owner_id AS owner FROM account";
        make(view).await;
        assert_eq!(delete(&world, &alice, "1").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_has_no_one_spelling_is_said_and_refused() {
    let [_, database] = Database::both();
    let world = database
        .world("CREATE TABLE airside_account_owner (id numeric, owner text)")
        .await;
    let alice = world.token("alice", "write");
    for (id, owner, said) in COLUMNS {
        let view = format!(
            "DROP TABLE IF EXISTS airside_account_owner;
             CREATE TABLE airside_account_owner AS SELECT {id} AS id, {owner} AS owner"
        );
        database.run(&view).await;
        unknown(&delete(&world, &alice, "1").await);
        let problem = database.problem(&world).await.unwrap();
        assert!(problem.contains(said), "{problem}");
    }
    assert_eq!(world.reached(), 0);
}

/// G12
#[tokio::test(flavor = "multi_thread")]
async fn without_its_file_nothing_that_needs_it_passes() {
    let database = Database::sqlite();
    let (file, away) = (database.file(), database.directory.path().join("away"));
    let take = || fs::rename(&file, &away).unwrap();
    let give = || fs::rename(&away, &file).unwrap();
    gone_and_back(&database, take, give).await;
}

/// G12
#[tokio::test(flavor = "multi_thread")]
async fn without_its_server_nothing_that_needs_it_passes() {
    let cluster = Cluster::start();
    let database = Database::at(&cluster.url());
    gone_and_back(&database, || cluster.stop(), || cluster.restart()).await;
}

async fn gone_and_back(database: &Database, take: impl Fn(), give: impl Fn()) {
    let health = "\n[[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"";
    let operations = format!("{OPERATIONS}{health}");
    database.run(ACCOUNTS).await;
    let world = World::with(&database.key(), &operations).await;
    let alice = world.token("alice", "write");
    assert_eq!(delete(&world, &alice, "1").await.status, 200);

    take();
    for id in ["1", "2"] {
        unknown(&delete(&world, &alice, id).await);
    }
    assert_eq!(world.reached(), 1);
    let problem = database.problem(&world).await.unwrap();
    let said = "the database does not answer: ";
    assert!(problem.starts_with(said), "{problem}");
    // a guard starts all the same, and what needs no database is served
    let other = World::with(&database.key(), &operations).await;
    unknown(&delete(&other, &other.token("alice", "write"), "1").await);
    assert_eq!(other.get("", "/health").await.status, 200);

    give();
    for world in [&world, &other] {
        let alice = world.token("alice", "write");
        assert_eq!(delete(world, &alice, "1").await.status, 200);
        not_found(&delete(world, &alice, "2").await);
    }
    assert_eq!(database.problem(&world).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_in_the_place_of_the_database_is_the_database() {
    let (database, restored) = (Database::sqlite(), Database::sqlite());
    let world = database.world(ACCOUNTS).await;
    let alice = world.token("alice", "write");
    assert_eq!(delete(&world, &alice, "1").await.status, 200);
    restored
        .run(&ACCOUNTS.replace("(1, 'alice')", "(1, 'bob')"))
        .await;
    fs::rename(restored.file(), database.file()).unwrap();
    not_found(&delete(&world, &alice, "1").await);
    assert_eq!(world.reached(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_locked_is_waited_for_only_so_long() {
    let database = Database::sqlite();
    let world = database.world(ACCOUNTS).await;
    let alice = world.token("alice", "write");
    let api = rusqlite::Connection::open(database.file()).unwrap();
    api.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    unknown(&delete(&world, &alice, "1").await);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    api.execute_batch("COMMIT").unwrap();
    assert_eq!(delete(&world, &alice, "1").await.status, 200);
    // with a log beside it, writers are in nobody's way
    api.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE")
        .unwrap();
    assert_eq!(delete(&world, &alice, "1").await.status, 200);
    assert_eq!(world.reached(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_without_end_is_ended() {
    let [sqlite, server] = Database::both();
    let endless = "CREATE VIEW airside_account_owner AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT max(i) AS id, 'alice' AS owner FROM n";
    let asleep =
        "CREATE VIEW airside_account_owner AS SELECT 1 AS id, 'alice' || pg_sleep(60) AS owner";
    let begun = Instant::now();
    let refused = async |database: &Database, view: &str| {
        let world = database.world(view).await;
        let alice = world.token("alice", "write");
        unknown(&delete(&world, &alice, "1").await);
        assert_eq!(world.reached(), 0);
    };
    tokio::join!(refused(&sqlite, endless), refused(&server, asleep));
    let seconds = begun.elapsed().as_secs();
    assert!((4..20).contains(&seconds), "{seconds}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_writes_nothing() {
    let [sqlite, server] = Database::both();
    server.run(FUNCTION_THAT_WRITES).await;
    let view = "CREATE VIEW airside_account_owner AS SELECT 1 AS id, note(1) AS owner";
    let world = server.world(view).await;
    let alice = world.token("alice", "write");
    unknown(&delete(&world, &alice, "1").await);
    // the control: a caller who may write gets an owner of it
    server.run("SELECT owner FROM airside_account_owner").await;

    let world = sqlite.world(ACCOUNTS).await;
    let before = fs::read(sqlite.file()).unwrap();
    let alice = world.token("alice", "write");
    assert_eq!(delete(&world, &alice, "1").await.status, 200);
    assert_eq!(fs::read(sqlite.file()).unwrap(), before);
    let beside = fs::read_dir(sqlite.directory.path()).unwrap().count();
    assert_eq!(beside, 2, "the database and its address");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_whether_owners_can_be_looked_up() {
    let database = Database::sqlite();
    let keys = format!("operations_listen = \"127.0.0.1:0\"\n{}", database.key());
    let world = World::with(&keys, OPERATIONS).await;
    let ready = async || {
        let request = b"GET /health/ready HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n";
        raw(world.operations.unwrap(), request).await
    };
    let becomes = async |value: bool| {
        while ready().await.json()["database"] != value {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let bound = Duration::from_secs(30);
    timeout(bound, becomes(false)).await.unwrap();
    // what needs no database is served
    assert_eq!(ready().await.status, 200);
    database.run(ACCOUNTS).await;
    timeout(bound, becomes(true)).await.unwrap();
}

/// An id and an owner, and what is said of their types.
const COLUMNS: [(&str, &str, &str); 3] = [
    (
        "1::numeric",
        "'alice'::text",
        "`id` is of the type `numeric`",
    ),
    ("1::float8", "'alice'::text", "`id` is of the type `float8`"),
    ("1", "'{\"a\":1}'::jsonb", "`owner` is of the type `jsonb`"),
];

const FUNCTION_THAT_WRITES: &str = "
CREATE TABLE seen (id integer);
CREATE FUNCTION note(integer) RETURNS text LANGUAGE sql VOLATILE
    AS 'INSERT INTO seen VALUES ($1) RETURNING ''alice''';
";

const WRONG_VIEWS: [(&str, &str); 3] = [
    ("", "airside_account_owner"),
    (
        "CREATE VIEW airside_account_owner AS SELECT id, owner_id FROM account",
        "owner",
    ),
    (
        "CREATE VIEW airside_account_owner AS SELECT owner_id AS owner FROM account",
        "id",
    ),
];
