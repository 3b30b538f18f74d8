//! Owners that stand in the API's own database.

mod outage;
mod spelling;

use std::{fs, path::PathBuf};

use airside_guard::check;
use airside_testkit::postgres;
use serde_json::json;
use tokio_postgres::NoTls;

use crate::world::{Answer, World};

pub const OPERATIONS: &str = r#"
[[operation]]
match = "DELETE /accounts/{id}"
scope = "write"
owner = { view = "airside_account_owner", key = "{path:id}", equals = "sub" }

[[operation]]
match = "POST /transfers"
scope = "write"
owner = { view = "airside_account_owner", key = "{body:/from}", equals = "sub" }

[[operation]]
match = "GET /balance"
scope = "write"
owner = { view = "airside_account_owner", key = "{query:account}", equals = "sub" }
"#;

pub const ACCOUNTS: &str = "
CREATE TABLE account (id INTEGER PRIMARY KEY, owner_id TEXT);
INSERT INTO account VALUES (1, 'alice'), (2, 'bob'), (3, NULL), (4, ''), (10, 'bob');
CREATE VIEW airside_account_owner AS SELECT id, owner_id AS owner FROM account;
";

/// The database of the API.
pub struct Database {
    url: String,
    directory: tempfile::TempDir,
}

impl Database {
    fn at(url: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("url"), format!("{url}\n")).unwrap();
        Self {
            url: url.to_owned(),
            directory,
        }
    }

    fn sqlite() -> Self {
        let mut database = Self::at("");
        database.url = format!("sqlite:{}", database.file().display());
        fs::write(database.directory.path().join("url"), &database.url).unwrap();
        database
    }

    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::at(&postgres::schema())]
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("api.db")
    }

    /// The keys of `guard.toml` for the database.
    pub fn key(&self) -> String {
        let file = self.directory.path().join("url");
        format!("database = {{ url = {{ file = {file:?} }} }}")
    }

    /// Does what the API does.
    pub async fn run(&self, sql: &str) {
        if self.url.starts_with("sqlite:") {
            let connection = rusqlite::Connection::open(self.file()).unwrap();
            return connection.execute_batch(sql).unwrap();
        }
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    }

    pub async fn world(&self, sql: &str) -> World {
        self.run(sql).await;
        World::with(&self.key(), OPERATIONS).await
    }

    /// Returns the line of `airside guard check` about the operation that deletes.
    async fn problem(&self, world: &World) -> Option<String> {
        world.write(&self.key(), OPERATIONS);
        let configuration = world.read().unwrap();
        let mut lines = check::lines(&configuration);
        check::look(&configuration, &mut lines).await;
        assert_eq!(check::has_problems(&lines), lines[0].problem.is_some());
        let table = check::table(&lines);
        let said = table.contains(", but answers 503: ");
        assert_eq!(said, check::has_problems(&lines), "{table}");
        lines[0].problem.clone()
    }
}

async fn delete(world: &World, token: &str, id: &str) -> Answer {
    let line = format!("DELETE /accounts/{id}");
    world.send(token, &line, "", "").await
}

fn not_found(answer: &Answer) {
    let body = r#"{"error":"not_found"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (404, body));
}

fn unknown(answer: &Answer) {
    let body = r#"{"error":"temporarily_unavailable"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (503, body));
    assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_in_the_view_may() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let alice = world.token("alice", "write");
        let transfer = async |body: &str| world.send(&alice, "POST /transfers", "", body).await;

        assert_eq!(delete(&world, &alice, "1").await.status, 200);
        assert_eq!(world.get(&alice, "/balance?account=1").await.status, 200);
        for body in [r#"{"from":1}"#, r#"{"from":"1"}"#] {
            assert_eq!(transfer(body).await.status, 200, "{body}");
        }
        assert_eq!(world.reached(), 4);

        // somebody else's, nobody's, none
        for id in ["2", "3", "4", "5", "10"] {
            not_found(&delete(&world, &alice, id).await);
            not_found(&world.get(&alice, &format!("/balance?account={id}")).await);
            not_found(&transfer(&format!(r#"{{"from":{id}}}"#)).await);
        }
        not_found(&world.get(&alice, "/balance").await);
        not_found(&transfer("{}").await);
        // who may not delete at all, a machine, and nobody
        let reader = world.token("alice", "read");
        assert_eq!(delete(&world, &reader, "1").await.status, 403);
        let machine = world.token_with("alice", "write", &json!({ "client_id": "alice" }));
        not_found(&delete(&world, &machine, "1").await);
        assert_eq!(delete(&world, "", "1").await.status, 401);
        assert_eq!(world.reached(), 0);
        assert_eq!(database.problem(&world).await, None);
    }
}

/// G18: nothing is remembered from one request to the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_owner_is_the_owner_at_once() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let (alice, bob) = (world.token("alice", "write"), world.token("bob", "write"));
        assert_eq!(delete(&world, &alice, "1").await.status, 200);
        database.run("UPDATE account SET owner_id = 'bob'").await;
        not_found(&delete(&world, &alice, "1").await);
        assert_eq!(delete(&world, &bob, "1").await.status, 200);
        assert_eq!(world.reached(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_rows_claim_has_no_owner() {
    for database in Database::both() {
        let world = database
            .world(
                "CREATE TABLE airside_account_owner (id INTEGER, owner TEXT);
                 INSERT INTO airside_account_owner VALUES (1, 'alice'), (1, 'alice'), (2, 'alice');",
            )
            .await;
        let alice = world.token("alice", "write");
        not_found(&delete(&world, &alice, "1").await);
        assert_eq!(world.reached(), 0);
        assert_eq!(delete(&world, &alice, "2").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_looks_the_owner_up() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let alice = world.token("alice", "write");
        let guard = world.running.guard();
        for (path, status, said) in EXPLAINED {
            let explained = guard.explain(&alice, http::Method::DELETE, path).await;
            assert_eq!(explained.status, status, "{explained:?}");
            let last = explained.steps.last().unwrap();
            assert_eq!((last.check, last.outcome.as_str()), ("object", said));
        }
        let of_body = guard
            .explain(&alice, http::Method::POST, "/transfers")
            .await;
        let last = of_body.steps.last().unwrap();
        assert_eq!(last.outcome, "decided by the body and a look-up");
    }
}

/// Accounts, and what is said of each.
const EXPLAINED: [(&str, Option<u16>, &str); 2] = [
    (
        "/accounts/1",
        None,
        "the owner that was looked up is the caller",
    ),
    (
        "/accounts/2",
        Some(404),
        "the object has another owner than the caller",
    ),
];
