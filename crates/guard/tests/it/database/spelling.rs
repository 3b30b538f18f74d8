//! The one spelling of an id.

use super::*;

/// G15
#[tokio::test(flavor = "multi_thread")]
async fn a_number_has_one_spelling() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let alice = world.token("alice", "write");
        let [nines, ones] = ["9".repeat(30), "1".repeat(3000)];
        for id in OTHER_SPELLINGS.into_iter().chain([&*nines, &ones]) {
            not_found(&delete(&world, &alice, id).await);
        }
        for id in ["01", "1e0", "+1", "%2B1", "1%20", "%091", ""] {
            not_found(&world.get(&alice, &format!("/balance?account={id}")).await);
        }
        for body in OTHER_BODIES {
            not_found(&world.send(&alice, "POST /transfers", "", body).await);
        }
        let twice = world.send(&alice, "POST /transfers", "", FROM_TWICE).await;
        let asked = world.get(&alice, "/balance?account=1&account=2").await;
        assert_eq!([twice.status, asked.status], [400, 400]);
        assert_eq!(world.reached(), 0);
        // the table is still there, and the control
        assert_eq!(delete(&world, &alice, "1").await.status, 200);
    }
}

/// G15: what the database takes for the same may be something else for the API.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_has_one_spelling() {
    let [sqlite, server] = Database::both();
    let rows = "INSERT INTO airside_account_owner VALUES ('abc', 'alice'), ('1', 'alice');";
    for (database, table) in [(sqlite, LOOSE_IN_SQLITE), (server, LOOSE_IN_POSTGRES)] {
        let world = database.world(&format!("{table}{rows}")).await;
        let alice = world.token("alice", "write");
        for id in [
            "ABC", "Abc", "abc%20", "%20abc", "ab", "abcd", "a%", "___", "01",
        ] {
            let answer = delete(&world, &alice, id).await;
            assert!([400, 404].contains(&answer.status), "{id}");
        }
        assert_eq!(world.reached(), 0);
        for id in ["abc", "1"] {
            assert_eq!(delete(&world, &alice, id).await.status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_and_owners_may_be_numbers_uuids_and_text() {
    let uuid = "0198c1a2-7d1e-7000-8000-00000000abcd";
    let hex = uuid.replace('-', "");
    let [sqlite, server] = Database::both();
    let of_sqlite = [
        ("INTEGER", "7", "7"),
        ("TEXT", "'7'", "7"),
        ("", "7", "7"),
        ("", "'7'", "7"),
        ("BLOB", &*format!("x'{hex}'"), uuid),
        ("TEXT", &*format!("'{uuid}'"), uuid),
    ];
    let of_server = [
        ("smallint", "7", "7"),
        ("integer", "7", "7"),
        ("bigint", "9223372036854775807", "9223372036854775807"),
        ("uuid", &*format!("'{uuid}'"), uuid),
        ("text", &*format!("'{uuid}'"), uuid),
        ("varchar(40)", "'7'", "7"),
        ("char(3)", "'abc'", "abc"),
        ("account_id", "7", "7"),
    ];
    server.run("CREATE DOMAIN account_id AS bigint").await;
    for (database, columns) in [(sqlite, &of_sqlite[..]), (server, &of_server[..])] {
        let world = database.world(ACCOUNTS).await;
        for (column, written, id) in columns {
            let view = format!(
                "DROP VIEW airside_account_owner; DROP TABLE account;
                 CREATE TABLE account (id {column}, owner {column});
                 INSERT INTO account VALUES ({written}, {written}), (NULL, {written});
                 CREATE VIEW airside_account_owner AS SELECT * FROM account;"
            );
            database.run(&view).await;
            assert_eq!(database.problem(&world).await, None, "{column}");
            let owner = world.token(id, "write");
            // the first look may still find what was prepared of the view before
            let first = delete(&world, &owner, id).await.status;
            assert!([200, 503].contains(&first), "{column}: {first}");
            assert_eq!(delete(&world, &owner, id).await.status, 200, "{column}");
            let alice = world.token("alice", "write");
            not_found(&delete(&world, &alice, id).await);
            let upper = id.to_uppercase();
            let braced = format!("{{{id}}}");
            let bare = id.replace('-', "");
            for other in [&*upper, &*braced, &*bare]
                .iter()
                .filter(|other| *other != id)
            {
                not_found(&delete(&world, &owner, other).await);
            }
        }
    }
}

/// Other spellings of the account 1, and texts that are not numbers.
const OTHER_SPELLINGS: [&str; 17] = [
    "01",
    "1e0",
    "1.0",
    "%201",
    "1%20",
    "+1",
    "-1",
    "0x1",
    "1_0",
    "%EF%BC%91",
    "1%20OR%201=1",
    "1'--",
    "'",
    "1)",
    "NULL",
    "true",
    "18446744073709551617",
];

/// Bodies that do not name the account 1.
const OTHER_BODIES: [&str; 11] = [
    r#"{"from":1.0}"#,
    r#"{"from":1e0}"#,
    r#"{"from":-0}"#,
    r#"{"from":"1\u0000"}"#,
    r#"{"from":"\u00001"}"#,
    r#"{"from":"\n1"}"#,
    r#"{"from":[1]}"#,
    r#"{"from":{"$ne":2}}"#,
    r#"{"from":true}"#,
    r#"{"from":null}"#,
    r#"{"from":18446744073709551615}"#,
];

const LOOSE_IN_SQLITE: &str =
    "CREATE TABLE airside_account_owner (id TEXT COLLATE NOCASE PRIMARY KEY, owner TEXT);";

const LOOSE_IN_POSTGRES: &str = "
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE airside_account_owner (id TEXT COLLATE loose PRIMARY KEY, owner TEXT);
";

const FROM_TWICE: &str = r#"{"from":1,"from":2}"#;
