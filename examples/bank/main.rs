//! A bank's accounts API on SQLite in which no caller can reach another person's account.
//!
//! ```sh
//! airside serve                     # in one terminal: the issuer, http://127.0.0.1:8080
//! cargo run -p airside-resource --example bank          # in another: the API, http://127.0.0.1:9000
//! ```
//!
//! `ISSUER`, `AUDIENCE` and `LISTEN` in the environment say otherwise.

mod api;

use airside_resource::sqlite::Sqlite;
use rusqlite::Connection;

type Db = Sqlite;

const TABLE: &str = "CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, balance INTEGER NOT NULL DEFAULT 0
)";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLE)?;
    api::serve(Sqlite::new(connection)).await
}
