//! Failures that only a shared database can have.

mod node;
mod plan;
mod proxy;

use std::{
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use airside_oauth::{
    id::{EventId, UserId},
    key::{entropy::Entropy, secret::Digest},
    profile::Lifetimes,
    state::{
        decide::{Among, Commit, Effect, Keys, Pivot},
        event::{Event, EventKind, Origin},
        feed::{FeedEntry, FeedSubject},
        lifetime::LongestLifetimes,
        user::{PasswordHash, TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{
    ChangedClients, CommitError, Directory, EventQuery, FeedSubscriber, Peers, Store,
};
use airside_store_sql::postgres::{Options, Postgres};
use airside_testkit::postgres::schema;

use self::proxy::{NEVER, Proxy};

const NOW: Time = Time::from_millis(1_767_225_600_000);

#[tokio::test]
async fn whoever_waits_for_a_connection_is_a_delay() {
    // D07
    let mut options = Options::default();
    options.connections = 1;
    let store = Postgres::open(&schema(), &options).await.unwrap();
    assert_eq!(store.delay(), Duration::ZERO);
    let only = store.snapshot().await.unwrap();
    let mut waiting = store.identity();
    let asked = std::future::poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx))).await;
    assert!(asked.is_pending());
    assert!(store.delay() > Duration::ZERO);
    drop(only);
    waiting.await.unwrap();
    assert_eq!(store.delay(), Duration::ZERO);
}

/// A sequence would give the first transaction the lower position and let the second be visible
/// before it: a subscriber that reads the feed between the two would never see the first.
#[tokio::test]
async fn positions_in_the_feed_are_in_the_order_of_commits() {
    let url = schema();
    let store = Postgres::open(&url, &Options::default()).await.unwrap();
    let first = connect(&url).await;
    first
        .batch_execute(
            "BEGIN; INSERT INTO feed (kind, value, at, until) VALUES ('jti', 'first', 1, 2)",
        )
        .await
        .unwrap();
    let second = Commit::new(Pivot::UseOnce {
        digest: Digest::of(b"second"),
        until: NOW,
    })
    .and(Effect::Feed(FeedEntry {
        subject: FeedSubject::Jti("second".to_owned()),
        at: NOW,
    }));
    let mut waiting = store.commit(second);
    let beside = connect(&url).await;
    let blocked = "SELECT count(*) FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND query LIKE '%INTO feed%' \
                   AND $1 = ANY (pg_blocking_pids(pid))";
    let pid = first
        .query_one("SELECT pg_backend_pid()", &[])
        .await
        .unwrap();
    let pid: i32 = pid.get(0);
    let pids: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&pid];
    loop {
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("the second revocation overtook the first"),
            row = beside.query_one(blocked, &pids) => {
                if row.unwrap().get::<_, i64>(0) == 1 { break; }
            }
        }
    }
    first.batch_execute("COMMIT").await.unwrap();
    waiting.await.unwrap();
    let rows = beside
        .query(
            "SELECT convert_from(value, 'UTF8') FROM feed ORDER BY position",
            &[],
        )
        .await
        .unwrap();
    let order: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(order, ["first", "second"]);
}

/// Wherever the connection is cut, the commit happened or not, and what was acknowledged did.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_connection_is_cut_is_whole_or_not_at_all() {
    let url = schema();
    let direct = Postgres::open(&url, &Options::default()).await.unwrap();
    let proxy = Proxy::start(&url).await;
    let mut options = Options::default();
    options.connections = 1;
    let store = Postgres::open(&proxy.url, &options).await.unwrap();
    store.commit(create("warm")).await.unwrap();
    let mut happened = 0;
    let places = (0..900)
        .step_by(60)
        .map(|bytes| (&proxy.up, bytes))
        .chain((0..300).step_by(15).map(|bytes| (&proxy.down, bytes)));
    for (number, (way, bytes)) in places.enumerate() {
        let name = format!("user{number}");
        way.store(bytes, Ordering::SeqCst);
        let result = store.commit(create(&name)).await;
        way.store(NEVER, Ordering::SeqCst);
        let whole = is_there(&direct, &name).await;
        match result {
            Ok(()) => assert!(whole, "{name}: acknowledged and lost"),
            // its own answer was lost, and trying again found what it had done
            Err(CommitError::Conflict) => assert!(whole, "{name}: a conflict with nobody"),
            Err(CommitError::Unavailable(_)) => {}
        }
        happened += usize::from(whole);
    }
    assert!(happened > 30, "the store did not recover: {happened}");
}

/// A standby, a primary that was demoted, or one that its operator made read-only.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_is_read_and_a_write_to_it_fails() {
    let url = schema();
    let writable = Postgres::open(&url, &Options::default()).await.unwrap();
    let schema = url.rsplit("search_path%3D").next().unwrap();
    let admin = connect(&url).await;
    let role = format!("CREATE ROLE reader_{schema} LOGIN SUPERUSER");
    admin.batch_execute(&role).await.unwrap();
    let role = format!("ALTER ROLE reader_{schema} SET default_transaction_read_only = on");
    admin.batch_execute(&role).await.unwrap();
    let read_only = url.replace("//airside@", &format!("//reader_{schema}@"));
    let store = Postgres::open(&read_only, &Options::default()).await;
    let store = store.unwrap();
    assert!(store.identity().await.is_ok());
    let failed = store.try_write().await.unwrap_err();
    let cause = std::error::Error::source(&failed).unwrap().to_string();
    assert!(cause.contains("read-only"), "{cause}");
    writable.try_write().await.unwrap();
}

/// The server's limit is everyone's; a node that finds it reached waits for its turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_connections_is_waited_for() {
    let url = schema();
    let admin = connect(&url).await;
    let role = format!("limited{}", std::process::id());
    let path = url.rsplit("search_path%3D").next().unwrap();
    let create_role = format!(
        "CREATE ROLE {role} LOGIN CONNECTION LIMIT 3; GRANT ALL ON SCHEMA {path} TO {role}"
    );
    admin.batch_execute(&create_role).await.unwrap();
    let limited = url.replace("//airside@", &format!("//{role}@"));
    let store = Postgres::open(&limited, &Options::default()).await.unwrap();
    let store = Arc::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { store.commit(create(&format!("user{number}"))).await });
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
}

/// A user with a password and an event: three rows, in one transaction.
fn create(name: &str) -> Commit {
    let draw = Entropy::from_seed(*Digest::of(name.as_bytes()).as_bytes());
    let user = User {
        id: UserId::new(NOW, &draw),
        username: Username::parse(name).unwrap(),
        roles: Vec::new(),
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 0,
        disabled: false,
        created_at: NOW,
        rights_reduced_at: None,
    };
    let event = Event {
        id: EventId::new(NOW, &draw),
        at: NOW,
        kind: EventKind::UserCreated,
        client: None,
        user: Some(user.id),
        grant: None,
        origin: Origin::default(),
        detail: name.to_owned(),
    };
    Commit::new(Pivot::InsertUser {
        user: Box::new(user),
        password: Some(PasswordHash::new("$argon2id$hash")),
        among: Among::Others,
    })
    .and(Effect::Event(event))
}

/// Returns true if all rows are there; anything but all or nothing fails the test.
async fn is_there(store: &Postgres, name: &str) -> bool {
    let keys = Keys {
        username: Some(TypedName::parse(name).unwrap()),
        ..Keys::default()
    };
    let facts = store.look(&keys).await.unwrap();
    let events = store
        .events(&EventQuery {
            limit: 1_000,
            ..EventQuery::default()
        })
        .await
        .unwrap();
    let rows = [
        facts.user.is_some(),
        facts.password.is_some(),
        events.iter().any(|event| event.detail == name),
    ];
    assert!(rows == [true; 3] || rows == [false; 3], "{name}: {rows:?}");
    rows[0]
}

pub async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}
