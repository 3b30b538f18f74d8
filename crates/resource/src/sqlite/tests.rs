use airside_policy::Predicate;

use super::*;
use crate::Transactional as _;

#[derive(Debug)]
struct Note {
    id: i64,
    owner: String,
}

impl Record for Note {
    type Key = i64;
    type Records = Sqlite;
    const TYPE: &'static str = "Note";
    const TABLE: &'static str = "notes";
    const OWNER: Option<&'static str> = Some("owner");

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.as_str().into(),
            _ => Value::Null,
        }
    }
}

impl FromRow<Sqlite> for Note {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner: row.get("owner")?,
        })
    }
}

/// Between check and use the record passes to another owner: the write finds nothing.
#[tokio::test]
async fn a_write_repeats_the_rule() {
    let connection = Connection::open_in_memory().unwrap();
    let table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, name TEXT);
                 INSERT INTO notes VALUES (2, 'bob', 'his')";
    connection.execute_batch(table).unwrap();
    let records = Sqlite::new(connection);
    let owned_by = |owner: &str| Predicate::equal("owner", owner);
    let run = async |query: Query| -> Vec<Note> { records.run(query).await.unwrap() };
    let rename = |filter: Predicate| Query::Update {
        key: 2.into(),
        filter,
        values: vec![("name", "new".into())],
    };
    assert!(run(rename(owned_by("alice"))).await.is_empty());
    let delete = Query::Delete {
        key: 2.into(),
        filter: owned_by("alice"),
    };
    assert!(run(delete).await.is_empty());
    assert_eq!(run(rename(owned_by("bob"))).await[0].owner, "bob");
    let name = "SELECT name FROM notes WHERE id = 2";
    let name: String = records
        .unprotected()
        .query_one(name, [], |row| row.get(0))
        .unwrap();
    assert_eq!(name, "new");
}

/// A trigger may end a transaction (`RAISE(ROLLBACK, …)`): later queries must not be kept either.
#[tokio::test]
async fn nothing_follows_a_query_that_failed() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(ONLY_SMALL).unwrap();
    let records = Sqlite::new(connection);
    let insert = async |id: i64| -> Result<Vec<Note>, RecordsError> {
        let values = vec![("id", id.into()), ("owner", "alice".into())];
        records.run(Query::unprotected_insert(values)).await
    };
    let silent = records.transaction(async |_| {
        insert(1).await?;
        insert(10).await.unwrap_err();
        insert(2).await.unwrap_err();
        Ok::<(), RecordsError>(())
    });
    silent.await.unwrap_err();
    let count = Count::unprotected(Predicate::Always(true));
    let counted = Records::<Note>::count(&records, count).await;
    assert_eq!(counted.unwrap(), 0);
    let next = records.transaction(async |_| insert(3).await);
    assert_eq!(next.await.unwrap().len(), 1);
}

const ONLY_SMALL: &str = "
CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT);
CREATE TRIGGER only_small BEFORE INSERT ON notes WHEN NEW.id > 9
    BEGIN SELECT RAISE(ROLLBACK, 'too great'); END;
";
