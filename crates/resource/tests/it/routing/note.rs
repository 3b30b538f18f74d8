//! A note with a version, which may be in the bin.

use super::*;

/// A note with a version, which may be in the bin.
pub struct Note {
    pub id: i64,
    pub owner: String,
    pub text: String,
    pub version: i64,
    pub binned: Option<bool>,
}

impl Record for Note {
    type Key = i64;
    type Records = Sqlite;
    const TYPE: &'static str = "Note";
    const TABLE: &'static str = "notes";
    const OWNER: Option<&'static str> = Some("owner");
    const WRITABLE: &'static [&'static str] = &["text", "version", "binned"];

    fn hidden_when() -> Option<Predicate> {
        Some(Predicate::Is("binned".to_owned(), true))
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.as_str().into(),
            "version" => self.version.into(),
            "binned" => self.binned.into(),
            _ => Value::Null,
        }
    }
}

impl FromRow<Sqlite> for Note {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner: row.get("owner")?,
            text: row.get("text")?,
            version: row.get("version")?,
            binned: row.get("binned")?,
        })
    }
}

actions! {
    Notes writes Note = rule::any_token().owner();
}

async fn texts(notes: Listed<Note, Notes>) -> Result<String, Rejection> {
    let page = notes.page(None, 10).await?;
    Ok(page.iter().map(|note| note.text.as_str()).collect())
}

async fn read(note: Authorized<Note, Notes>) -> String {
    note.text.clone()
}

/// The text that is written is that of version 1.
async fn write(note: Authorized<Note, Notes>, text: String) -> Result<String, Rejection> {
    let seen = Predicate::equal("version", 1);
    let values = vec![("text", text.into()), ("version", 2.into())];
    Ok(note.update_if(seen, values).await?.text)
}

async fn bin(note: Authorized<Note, Notes>) -> Result<String, Rejection> {
    Ok(note.hide(vec![("binned", true.into())]).await?.text)
}

/// A change that hides by accident.
async fn lose(note: Authorized<Note, Notes>) -> Result<String, Rejection> {
    Ok(note.update(vec![("binned", true.into())]).await?.text)
}

pub fn api(world: &World) -> Api {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, text TEXT,
                         version INTEGER, binned BOOLEAN);
                     INSERT INTO notes VALUES (1, 'alice', 'old', 1, NULL), (2, 'alice', 'gone', 1, TRUE)";
    connection.execute_batch(notes).unwrap();
    let routes = Routes::new()
        .get("/notes", texts)
        .get("/notes/{id}", read)
        .put("/notes/{id}", write)
        .patch("/notes/{id}", lose)
        .delete("/notes/{id}", bin);
    let (airside, records) = (world.airside.clone(), Sqlite::new(connection));
    routes.build(State { airside, records }).unwrap()
}
