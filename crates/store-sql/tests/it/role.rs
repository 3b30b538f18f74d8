//! Roles of a store that was made before their names were checked.

use airside_oauth::{
    id::UserId,
    key::entropy::Entropy,
    state::{
        decide::{Among, Commit, Pivot},
        user::{User, Username},
    },
    time::Time,
};
use airside_store::{Directory, Store};
use airside_store_sql::sqlite::{Options, Sqlite};

#[tokio::test]
async fn a_stored_name_that_is_no_role_counts_for_nothing_and_the_account_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    let now = Time::from_millis(0);
    let alice = User {
        id: UserId::new(now, &Entropy::from_seed([1; 32])),
        username: Username::parse("alice").unwrap(),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 0,
        disabled: false,
        created_at: now,
        rights_reduced_at: None,
    };
    let store = Sqlite::open(&path, Options::default()).unwrap();
    let pivot = Pivot::InsertUser {
        user: Box::new(alice.clone()),
        password: None,
        among: Among::Others,
    };
    store.commit(Commit::new(pivot)).await.unwrap();
    drop(store);
    let stored = r#"["viewer admin", "", "a\u0000b", "a,b", "customer"]"#;
    let database = rusqlite::Connection::open(&path).unwrap();
    let changed = database.execute("UPDATE user SET roles = ?1", [stored]);
    assert_eq!(changed.unwrap(), 1);
    drop(database);

    let store = Sqlite::open(&path, Options::default()).unwrap();

    let read = store.user(&(&alice.username).into()).await.unwrap();
    assert_eq!(read, Some(alice));
}
