//! Reads of many rows, which are handed over as they arrive.

use std::{future::Future, pin::pin};

use airside_store::Unavailable;
use deadpool_postgres::{ClientWrapper, Object};
use futures_util::StreamExt;
use tokio::{sync::mpsc, time::timeout};
use tokio_postgres::RowStream;

use super::{
    DatabaseError,
    connection::parameters,
    pool::{Pool, WAIT},
};
use crate::{
    error::StoreError,
    executor::{ReadRow, TOGETHER},
    row::Row,
    statement::Statement,
};

/// The rows to read, and who takes them.
pub(super) struct Reading<T> {
    pub(super) table: &'static str,
    pub(super) statement: Statement<'static>,
    pub(super) read: ReadRow<T>,
    pub(super) taker: mpsc::Sender<Result<Vec<T>, Unavailable>>,
}

impl<T> Reading<T> {
    /// Reads to the end, or until the taker has gone away.
    pub(super) async fn run(self, pool: Pool) {
        if let Err(failure) = self.read_all(&pool).await {
            // the taker may have gone away
            let _ = self.taker.send(Err(failure.into())).await;
        }
    }

    async fn read_all(&self, pool: &Pool) -> Result<(), StoreError> {
        let connection = pool.connection().await?;
        let read = self.read_with(&connection).await;
        if read.is_err() {
            // rows may still come over it
            drop(Object::take(connection));
        }
        read
    }

    async fn read_with(&self, client: &ClientWrapper) -> Result<(), StoreError> {
        let rows = in_time(begin(client, &self.statement)).await?;
        let mut some = pin!(rows.map_err(DatabaseError::from)?.chunks(TOGETHER));
        while let Some(rows) = in_time(some.next()).await? {
            let read = rows.into_iter().map(|row| {
                let row = row.map_err(DatabaseError::from)?;
                Ok::<_, StoreError>((self.read)(&Row::new(self.table, &row))?)
            });
            let read = read.collect::<Result<_, _>>()?;
            let taken = self.taker.send(Ok(read)).await;
            taken.map_err(|_| StoreError::Stopped)?;
        }
        Ok(())
    }
}

async fn begin(
    client: &ClientWrapper,
    statement: &Statement<'_>,
) -> Result<RowStream, tokio_postgres::Error> {
    let prepared = client.prepare_cached(&statement.sql).await?;
    client
        .query_raw(&prepared, parameters(&statement.values))
        .await
}

async fn in_time<T>(work: impl Future<Output = T>) -> Result<T, DatabaseError> {
    let done = timeout(WAIT, work).await;
    done.map_err(|_| DatabaseError::too_slow())
}
