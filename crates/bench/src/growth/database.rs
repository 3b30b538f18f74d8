//! The store as a database: where the server finds it, and SQL in bulk while no server runs.

use std::path::Path;

use anyhow::ensure;
use tokio_postgres::{Client, NoTls};

/// A database that a server can be started on.
#[derive(Clone)]
pub enum Database {
    /// A file in the server's data directory.
    Sqlite,
    /// The current schema of this address.
    Postgres(String),
}

/// The words in which the two differ.
pub struct Dialect {
    /// Numbers `i` from 1 to the number that stands for `COUNT`, as a table expression.
    pub numbers: &'static str,
    /// An identifier made of the number that stands for `NUMBER`; it is a UUIDv7 of the time `base`.
    pub identifier: &'static str,
    /// Text with the number `i`, six digits.
    pub six_digits: &'static str,
}

impl Database {
    /// Takes a PostgreSQL database.
    ///
    /// # Errors
    ///
    /// Fails if the schema has tables: it will be emptied.
    pub async fn postgres(url: &str) -> anyhow::Result<Self> {
        let count = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
        let tables: i64 = connect(url).await?.query_one(count, &[]).await?.get(0);
        ensure!(
            tables == 0,
            "the schema has {tables} tables, which would be deleted: give an empty one"
        );
        Ok(Self::Postgres(url.to_owned()))
    }

    /// The name of the store.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// The environment of a server on this store.
    pub fn environment(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Sqlite => Vec::new(),
            Self::Postgres(url) => vec![
                ("AIRSIDE_STORE__URL", url),
                ("AIRSIDE_KEYS__ENCRYPTION_KEY", ENCRYPTION_KEY),
            ],
        }
    }

    /// Empties the schema. A file is a new one for each server directory.
    pub async fn clear(&self) -> anyhow::Result<()> {
        let Self::Postgres(url) = self else {
            return Ok(());
        };
        let clear = "DO $$ DECLARE name text := current_schema(); BEGIN \
             EXECUTE format('DROP SCHEMA %I CASCADE', name); \
             EXECUTE format('CREATE SCHEMA %I', name); END $$";
        Ok(connect(url).await?.batch_execute(clear).await?)
    }

    /// Runs statements while no server uses the database.
    pub async fn execute(&self, data: &Path, statements: &str) -> anyhow::Result<()> {
        match self {
            Self::Sqlite => {
                let file = rusqlite::Connection::open(data.join("airside.db"))?;
                Ok(file.execute_batch(statements)?)
            }
            Self::Postgres(url) => Ok(connect(url).await?.batch_execute(statements).await?),
        }
    }

    /// Returns the number that a statement answers, while no server uses the database.
    pub async fn number(&self, data: &Path, statement: &str) -> anyhow::Result<i64> {
        match self {
            Self::Sqlite => {
                let file = rusqlite::Connection::open(data.join("airside.db"))?;
                Ok(file.query_row(statement, [], |row| row.get(0))?)
            }
            Self::Postgres(url) => Ok(connect(url).await?.query_one(statement, &[]).await?.get(0)),
        }
    }

    /// Returns the processes of a server in PostgreSQL on this machine; none with SQLite.
    pub async fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let Self::Postgres(url) = self else {
            return Ok(Vec::new());
        };
        let backends = "SELECT pid FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let rows = connect(url).await?.query(backends, &[]).await?;
        let pids = rows.iter().map(|row| row.get::<_, i32>(0).try_into());
        Ok(pids.collect::<Result<_, _>>()?)
    }

    /// The words of this database.
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite => Dialect {
                numbers: "(WITH RECURSIVE n (i) AS \
                    (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT) SELECT i FROM n)",
                identifier: "unhex(printf('%012x7%03x8%015x', base, (NUMBER) % 4096, NUMBER))",
                six_digits: "printf('%06d', i)",
            },
            Self::Postgres(_) => Dialect {
                numbers: "(SELECT i FROM generate_series(1::bigint, COUNT) AS i)",
                identifier: "decode(lpad(to_hex(base), 12, '0') || '7' || \
                    lpad(to_hex((NUMBER) % 4096), 3, '0') || '8' || lpad(to_hex(NUMBER), 15, '0'), 'hex')",
                six_digits: "lpad(i::text, 6, '0')",
            },
        }
    }
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Of stores that are thrown away.
const ENCRYPTION_KEY: &str = "YSBrZXkgb2YgdGhlIGJlbmNobWFyaywgMzIgYnl0ZXM=";
