//! Copies a whole store into an empty one, of the same kind or of the other.
//!
//! Both kinds have the same tables with the same columns, so rows are carried over as they are, in
//! pages by primary key, and counted and digested on both sides.

mod table;

use airside_oauth::{
    key::secret::Digest,
    profile::Lifetimes,
    state::{grant::RevokeReason, lifetime::RecordedLifetime},
    time::Time,
};

use crate::{
    dialect::Dialect,
    error::{InconsistentRow, StoreError},
    feed, lifetime, meta,
    postgres::{Postgres, Snapshot},
    row::Row,
    sqlite::{Snapshot as File, Sqlite},
    statement::{Statement, Value},
};
use table::{TABLES, Table};

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

/// The content of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// The sum of the digests of its rows, in any order, in base 16.
    pub digest: String,
}

/// Tells whether the copy continues the store or replaces it after a loss.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Everything goes on: sessions, refresh tokens and keys.
    Move,
    /// The epoch is raised, every session and grant is ended, and the access tokens of every client
    /// that were issued before are revoked: people sign in again, because what was ended since the
    /// backup is not known.
    Restore {
        /// When.
        at: Time,
        /// With which lifetimes the server issues, beside those that the backup tells of.
        lifetimes: Lifetimes,
    },
}

/// The reason why a store was not copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A server has used the target.
    #[error("the target is not empty: a server has used it")]
    NotEmpty,
    /// The source is not a store that a server has used.
    #[error("the source is empty: no server has used it")]
    Empty,
    /// The two differ after the copy.
    #[error("table `{0}` differs after the copy; nothing may use the target")]
    Differs(&'static str),
    /// One of the two failed.
    #[error("a store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for TransferError {
    fn from(failure: StoreError) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<InconsistentRow> for TransferError {
    fn from(inconsistent: InconsistentRow) -> Self {
        StoreError::from(inconsistent).into()
    }
}

/// Copies everything; tells `progress` after each page how many rows of a table have been copied.
///
/// The rest of an interrupted copy in the target is deleted first: no server has started on it.
///
/// # Errors
///
/// [`TransferError`]; the target must not be used then, but may be copied to again.
pub async fn copy(
    source: &Source,
    target: &Target<'_>,
    purpose: Purpose,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<Contents>, TransferError> {
    let from = identity(&source.read(meta::identity()).await?)?;
    let to = identity(&target.read(meta::identity()).await?)?;
    let Some(check) = from.key_check else {
        return Err(TransferError::Empty);
    };
    if to.key_check.is_some() {
        return Err(TransferError::NotEmpty);
    }
    for table in TABLES {
        target.write(vec![table.clear()]).await?;
    }
    let mut contents = Vec::new();
    for table in TABLES {
        let mut sum = Sum::default();
        pages(source, table, async |rows| {
            sum.add(&rows);
            let inserts = rows
                .into_iter()
                .map(|row| Statement::new(table.insert, row));
            target.write(inserts.collect()).await?;
            progress(table.name, sum.rows);
            Ok(())
        })
        .await?;
        contents.push(sum.contents(table));
    }
    for (table, wanted) in TABLES.iter().zip(&contents) {
        let mut sum = Sum::default();
        pages(target, table, async |rows| {
            sum.add(&rows);
            Ok(())
        })
        .await?;
        if sum.contents(table) != *wanted {
            return Err(TransferError::Differs(table.name));
        }
    }
    let next = source.next_status_index().await?;
    let (epoch, next) = match purpose {
        Purpose::Move => (from.epoch, next),
        // tokens of grants that the backup does not know may live and name their places
        Purpose::Restore { .. } => (
            from.epoch.saturating_add(1),
            next.saturating_add(LOST_INDEXES),
        ),
    };
    target.set_feed_head(source.head().await?).await?;
    if let Purpose::Restore { at, lifetimes } = purpose {
        let everything = end_everything(at, &lifetimes, target.dialect());
        target.write(everything).await?;
    }
    // last: what has a check value is complete
    target.finish(next, epoch, check).await?;
    Ok(contents)
}

/// Ends sessions at the time when each was last seen. Grants end now: until now they may have been
/// refreshed, with any lifetime that was recorded.
fn end_everything(at: Time, lifetimes: &Lifetimes, dialect: Dialect) -> Vec<Statement<'static>> {
    let sessions = "UPDATE session SET ended_at = last_seen WHERE ended_at IS NULL";
    let grants = "UPDATE \"grant\" SET revoked_at = $1, revoke_reason = $2 \
                  WHERE revoked_at IS NULL";
    let reason = RevokeReason::Administrator.as_str();
    let mut statements = vec![
        Statement::new(sessions, Vec::new()),
        Statement::new(grants, vec![at.into(), reason.into()]),
        lifetime::extend_all(at),
        feed::revoke_every_client(at, dialect),
    ];
    let own = RecordedLifetime::all(lifetimes, at);
    statements.extend(own.iter().map(lifetime::put));
    statements
}

/// Reads everything in a store.
///
/// # Errors
///
/// [`TransferError::Empty`] if no server has used it; [`TransferError::Failed`] if it cannot be read.
pub async fn contents(source: &Source) -> Result<Vec<Contents>, TransferError> {
    let identity = identity(&source.read(meta::identity()).await?)?;
    if identity.key_check.is_none() {
        return Err(TransferError::Empty);
    }
    let mut contents = Vec::new();
    for table in TABLES {
        let mut sum = Sum::default();
        pages(source, table, async |rows| {
            sum.add(&rows);
            Ok(())
        })
        .await?;
        contents.push(sum.contents(table));
    }
    Ok(contents)
}

fn identity(rows: &[Values]) -> Result<airside_store::Identity, TransferError> {
    let row = rows.first().ok_or_else(meta::missing)?;
    Ok(meta::read(&Row::new(meta::TABLE, row))?)
}

async fn pages(
    end: &impl Readable,
    table: &'static Table,
    mut each: impl AsyncFnMut(Vec<Vec<Value<'static>>>) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut after: Option<Vec<Value<'static>>> = None;
    loop {
        let rows = end.page(table, after.take()).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.0.iter().take(table.keys).cloned().collect());
        each(rows.into_iter().map(|row| row.0).collect()).await?;
    }
}

trait Readable {
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
        let (sql, mut values) = match after {
            None => (table.first, Vec::new()),
            Some(key) => (table.next, key),
        };
        values.push(PAGE.into());
        self.read_rows(table.columns, Statement::new(sql, values))
            .await
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
    async fn head(&self) -> Result<i64, TransferError> {
        let dialect = match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        };
        let rows = self.read_rows(1, feed::head(dialect)).await?;
        let row = rows.first().ok_or_else(meta::missing)?;
        Ok(feed::read_head(&Row::new(feed::TABLE, row))?)
    }

    /// The first place in the status lists that is not leased yet.
    async fn next_status_index(&self) -> Result<i64, TransferError> {
        let rows = self.read_rows(1, meta::next_status_index()).await?;
        let row = rows.first().ok_or_else(meta::missing)?;
        Ok(Row::new(meta::TABLE, row).integer("next_status_index")?)
    }
}

impl Target<'_> {
    async fn write(&self, statements: Vec<Statement<'static>>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.write(statements).await,
            Self::Postgres(store) => store.write(&statements).await,
        }
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Sets the last position in the feed that was ever given: the next one follows it.
    async fn set_feed_head(&self, head: i64) -> Result<(), StoreError> {
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

    async fn finish(
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

/// The columns of a row, read out.
pub(crate) struct Values(pub(crate) Vec<Value<'static>>);

impl Values {
    /// Reads the first `columns` columns.
    pub(crate) fn read(row: &Row<'_>, columns: usize) -> Result<Self, InconsistentRow> {
        (0..columns)
            .map(|_| row.any("a column"))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl crate::row::Source for Values {
    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.0.get(index).cloned()
    }
}

/// The rows of a table, counted and digested.
#[derive(Default)]
struct Sum {
    rows: u64,
    lanes: [u64; 4],
}

impl Sum {
    fn add(&mut self, rows: &[Vec<Value<'static>>]) {
        for row in rows {
            let mut text = Vec::new();
            for value in row {
                let (tag, bytes): (u8, &[u8]) = match value {
                    Value::Null => (0, &[]),
                    Value::Integer(number) => (1, &number.to_be_bytes()),
                    Value::Text(string) => (2, string.as_bytes()),
                    Value::Bytes(bytes) => (3, bytes),
                };
                text.push(tag);
                text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
                text.extend_from_slice(bytes);
            }
            let digest = Digest::of(&text);
            for (lane, part) in self.lanes.iter_mut().zip(digest.as_bytes().as_chunks().0) {
                *lane = lane.wrapping_add(u64::from_be_bytes(*part));
            }
            self.rows += 1;
        }
    }

    fn contents(&self, table: &Table) -> Contents {
        let [a, b, c, d] = self.lanes;
        Contents {
            table: table.name,
            rows: self.rows,
            digest: format!("{a:016x}{b:016x}{c:016x}{d:016x}"),
        }
    }
}

const PAGE: u32 = 500;

/// More grants than any server makes between a backup and its restoration: their places in the status
/// lists are not given out again.
const LOST_INDEXES: i64 = 1 << 27;

const IDENTITY_COLUMNS: usize = 3;
