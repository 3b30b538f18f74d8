//! The two ends of a copy: the store that is read, and the one that is filled.

use super::{error::TransferError, table::Table};
use crate::{
    dialect::Dialect,
    error::StoreError,
    feed, meta,
    postgres::{Postgres, Snapshot},
    row::Row,
    sqlite::{Snapshot as File, Sqlite},
    statement::{Statement, Value},
    values::Values,
};

/// A store that is read, as it was at one moment.
#[derive(Debug)]
pub enum Source {
    /// A SQLite file.
    Sqlite(File),
    /// A PostgreSQL database.
    Postgres(Snapshot),
}

/// A store that is filled. Nobody uses it yet.
#[derive(Debug)]
pub enum Target<'a> {
    /// A SQLite file.
    Sqlite(&'a Sqlite),
    /// A PostgreSQL database.
    Postgres(&'a Postgres),
}

pub(super) trait Readable {
    async fn read_rows(
        &self,
        columns: usize,
        statement: Statement<'static>,
    ) -> Result<Vec<Values>, StoreError>;

    async fn page(
        &self,
        table: &Table,
        after: Option<Vec<Value<'static>>>,
    ) -> Result<Vec<Values>, StoreError> {
        let page = table.page(after, PAGE);
        self.read_rows(table.width(), page).await
    }

    async fn read(&self, statement: Statement<'static>) -> Result<Vec<Values>, StoreError> {
        self.read_rows(IDENTITY_COLUMNS, statement).await
    }
}

impl Readable for Source {
    async fn read_rows(
        &self,
        columns: usize,
        statement: Statement<'static>,
    ) -> Result<Vec<Values>, StoreError> {
        match self {
            Self::Sqlite(file) => file.rows(columns, statement).await,
            Self::Postgres(snapshot) => snapshot.rows(columns, &statement).await,
        }
    }
}

impl Readable for Target<'_> {
    async fn read_rows(
        &self,
        columns: usize,
        statement: Statement<'static>,
    ) -> Result<Vec<Values>, StoreError> {
        match self {
            Self::Sqlite(store) => store.snapshot().rows(columns, statement).await,
            Self::Postgres(store) => store.rows(columns, &statement).await,
        }
    }
}

impl Source {
    /// The last position in the feed that was ever given.
    pub(super) async fn head(&self) -> Result<i64, TransferError> {
        let dialect = match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        };
        let rows = self.read_rows(1, feed::head(dialect)).await?;
        let row = rows.first().ok_or_else(meta::missing)?;
        Ok(feed::read_head(&Row::new(feed::TABLE, row))?)
    }

    /// The first place in the status lists that is not leased yet.
    pub(super) async fn next_status_index(&self) -> Result<i64, TransferError> {
        let rows = self.read_rows(1, meta::next_status_index()).await?;
        let row = rows.first().ok_or_else(meta::missing)?;
        Ok(Row::new(meta::TABLE, row).integer("next_status_index")?)
    }
}

impl Target<'_> {
    pub(super) async fn write(
        &self,
        statements: Vec<Statement<'static>>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.write(statements).await,
            Self::Postgres(store) => store.write(&statements).await,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Sets the last position in the feed that was ever given: the next one follows it.
    pub(super) async fn set_feed_head(&self, head: i64) -> Result<(), StoreError> {
        self.write(match self {
            Self::Sqlite(_) => vec![
                Statement::new("DELETE FROM sqlite_sequence WHERE name = 'feed'", vec![]),
                Statement::new(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('feed', $1)",
                    vec![head.into()],
                ),
            ],
            Self::Postgres(_) => vec![Statement::new(
                "UPDATE feed_head SET position = $1 WHERE one = 1",
                vec![head.into()],
            )],
        })
        .await
    }

    pub(super) async fn finish(
        &self,
        next_status_index: i64,
        epoch: u32,
        check: [u8; 32],
    ) -> Result<(), StoreError> {
        self.write(vec![Statement::new(
            "UPDATE meta SET epoch = $1, key_check = $2, next_status_index = $3 \
             WHERE one = 1 AND key_check IS NULL",
            vec![
                epoch.into(),
                check.to_vec().into(),
                next_status_index.into(),
            ],
        )])
        .await
    }
}

const PAGE: u32 = 500;

const IDENTITY_COLUMNS: usize = 3;
