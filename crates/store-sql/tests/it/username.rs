//! Names of accounts that earlier releases made, which trimmed and lower-cased them and nothing more.

use airside_oauth::{
    id::UserId,
    key::secret::Digest,
    state::{
        decide::{Among, Commit, Keys, LastAdministrator, Pivot},
        user::{TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{Backend, CommitError};
use airside_store_sql::{postgres, postgres::Postgres, sqlite, sqlite::Sqlite};
use airside_testkit::postgres::schema;

#[tokio::test]
async fn sqlite_finds_names_of_earlier_releases_and_merges_none() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    let store = Sqlite::open(&path, sqlite::Options::default()).unwrap();
    let beside = rusqlite::Connection::open(&path).unwrap();
    let add = async |names: &[&str]| {
        let rows = rows(names, |hex| format!("x'{hex}'"));
        beside.execute_batch(&rows).unwrap();
    };
    assert_found(&store, add).await;
}

#[tokio::test]
async fn postgresql_finds_names_of_earlier_releases_and_merges_none() {
    let url = schema();
    let store = Postgres::open(&url, &postgres::Options::default())
        .await
        .unwrap();
    let beside = super::postgres::connect(&url).await;
    let add = async |names: &[&str]| {
        let rows = rows(names, |hex| format!("'\\x{hex}'"));
        beside.batch_execute(&rows).await.unwrap();
    };
    assert_found(&store, add).await;
}

/// Accounts as earlier releases wrote them, as SQL that writes bytes by `bytes`.
fn rows(names: &[&str], bytes: fn(&str) -> String) -> String {
    let row = |name: &&str| {
        let hex = id(name).map(|byte| format!("{byte:02x}")).concat();
        let id = bytes(&hex);
        format!(
            "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, disabled, created_at) \
             VALUES ({id}, '{name}', '[]', 0, '{{}}', 0, 0, 7); \
             INSERT INTO credential (user_id, kind, value) VALUES ({id}, 'password', 'of {name}');"
        )
    };
    names.iter().map(row).collect()
}

/// An id that tells of the name.
fn id(name: &str) -> [u8; 16] {
    *Digest::of(name.as_bytes())
        .as_bytes()
        .first_chunk()
        .unwrap()
}

async fn assert_found(store: &dyn Backend, add: impl AsyncFn(&[&str])) {
    add(EARLIER).await;
    // the exact name is found at once
    for name in EARLIER {
        assert_eq!(found(store, name).await.as_deref(), Some(*name));
    }
    note(store).await;
    for (typed, account) in [
        // by the form of RFC 8265, because no account has it
        ("bob", Some("ｂob")),
        ("BOB", Some("ｂob")),
        ("ＢＯＢ", Some("ｂob")),
        ("ｂＯＢ", Some("ｂob")),
        ("rené", Some("rene\u{301}")),
        ("RENÉ", Some("rene\u{301}")),
        // what it does not allow is found as it was
        ("Mary Smith", Some("mary smith")),
        ("∞", Some("∞")),
        ("\u{212a}im", Some("kim")),
        ("ΟΔΟΣ", Some("οδος")),
        // two accounts that RFC 8265 treats as one: each is found by its own spelling
        ("alice", Some("alice")),
        ("ALICE", Some("alice")),
        ("Ａlice", Some("ａlice")),
        ("ａｌｉｃｅ", Some("alice")),
        ("ｃarl", Some("ｃarl")),
        ("cａrl", Some("cａrl")),
        ("carl", None),
        ("CARL", None),
    ] {
        assert_eq!(found(store, typed).await.as_deref(), account, "{typed}");
    }
    let collisions = store.name_collisions(None, 10).await.unwrap();
    let collisions: Vec<_> = (collisions.iter())
        .map(|c| (c.form.as_str(), c.username.as_str()))
        .collect();
    let expected = [
        ("alice", "alice"),
        ("alice", "ａlice"),
        ("carl", "cａrl"),
        ("carl", "ｃarl"),
    ];
    assert_eq!(collisions, expected);
    let all = store.name_collisions(None, 10).await.unwrap();
    for (index, last) in all.iter().enumerate() {
        let page = store.name_collisions(Some(last), 2).await.unwrap();
        let rest = all[index + 1..].iter().take(2);
        assert!(page.iter().eq(rest), "after {last:?}: {page:?}");
    }

    assert_new_names(store).await;
    assert_changes(store).await;

    // a node of an earlier release goes on beside this one
    add(&["ｅve"]).await;
    note(store).await;
    assert_eq!(found(store, "eve").await.as_deref(), Some("ｅve"));
    assert_eq!(store.note_precis_names(100).await.unwrap(), 0);
}

/// A new account takes no name of another, in whichever form.
async fn assert_new_names(store: &dyn Backend) {
    for taken in ["bob", "ＢＯＢ", "carl", "alice"] {
        for among in [Among::Others, Among::Sown] {
            let refused = store.commit(create(taken, among)).await;
            assert!(matches!(refused, Err(CommitError::Conflict)), "{taken}");
        }
    }
    store
        .commit(create("ＤＡＶＥ", Among::Others))
        .await
        .unwrap();
    for typed in ["dave", "Dave", "ｄave"] {
        assert_eq!(found(store, typed).await.as_deref(), Some("dave"));
    }
    // of a new name, only the form of RFC 8265 counts
    store.commit(create("kai", Among::Others)).await.unwrap();
    assert_eq!(found(store, "\u{212a}ai").await, None);
}

/// A note lasts as long as the name.
async fn assert_changes(store: &dyn Backend) {
    let bob = store.user(&typed("bob")).await.unwrap().unwrap();
    let epoch = bob.epoch + 1;
    let disabled = User {
        disabled: true,
        epoch,
        ..bob.clone()
    };
    store.commit(change(&disabled)).await.unwrap();
    assert_eq!(found(store, "bob").await.as_deref(), Some("ｂob"));

    let renamed = |name: &str, epoch: u32| User {
        username: Username::parse(name).unwrap(),
        epoch,
        ..bob.clone()
    };
    let refused = store.commit(change(&renamed("rené", epoch + 1))).await;
    assert!(matches!(refused, Err(CommitError::Conflict)));
    store
        .commit(change(&renamed("robert", epoch + 1)))
        .await
        .unwrap();
    assert_eq!(found(store, "bob").await, None);
    assert_eq!(found(store, "robert").await.as_deref(), Some("robert"));

    // the name of an account that is gone is free
    let alice = store.user(&typed("alice")).await.unwrap().unwrap();
    store
        .commit(Commit::new(Pivot::DeleteUser {
            user: alice.id,
            last_administrator: LastAdministrator::Kept,
        }))
        .await
        .unwrap();
    assert_eq!(found(store, "alice").await.as_deref(), Some("ａlice"));
    let left = store.name_collisions(None, 10).await.unwrap();
    assert!(
        left.iter()
            .all(|collision| collision.form.as_str() == "carl")
    );
}

async fn note(store: &dyn Backend) {
    // in batches, of which the last is not full
    while store.note_precis_names(2).await.unwrap() == 2 {}
}

/// The account that a name finds: the account and the password agree.
async fn found(store: &dyn Backend, name: &str) -> Option<String> {
    let user = store.user(&typed(name)).await.unwrap();
    let keys = Keys {
        username: Some(typed(name)),
        ..Keys::default()
    };
    let facts = store.look(&keys).await.unwrap();
    assert_eq!(facts.user, user);
    if let (Some(user), Some(password)) = (&user, facts.password) {
        let first_name = password.as_str().strip_prefix("of ").unwrap();
        assert_eq!(UserId::from_bytes(id(first_name)), user.id);
    }
    user.map(|user| user.username.into())
}

fn typed(name: &str) -> TypedName {
    TypedName::parse(name).unwrap()
}

fn create(name: &str, among: Among) -> Commit {
    let username = Username::parse(name).unwrap();
    let user = User {
        id: UserId::from_bytes(id(username.as_str())),
        username,
        roles: Vec::new(),
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 0,
        disabled: false,
        created_at: Time::from_millis(9),
        rights_reduced_at: None,
    };
    Commit::new(Pivot::InsertUser {
        user: Box::new(user),
        password: None,
        among,
    })
}

fn change(user: &User) -> Commit {
    Commit::new(Pivot::UpdateUser {
        user: Box::new(user.clone()),
        expected: user.epoch - 1,
        last_administrator: LastAdministrator::Kept,
    })
}

/// Names as earlier releases stored them.
const EARLIER: &[&str] = &[
    "alice",
    "ａlice",
    "ｂob",
    "cａrl",
    "ｃarl",
    "rene\u{301}",
    "mary smith",
    "∞",
    "kim",
    "οδος",
];
