//! The connections of one process.

use std::{sync::Arc, time::Duration};

use airside_net::postgres::{DatabaseAddress, Target};
use deadpool_postgres::{
    ClientWrapper, Hook, Manager, ManagerConfig, Object, PoolError, RecyclingMethod,
};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Row as Answered, error::SqlState};

use super::{
    DatabaseError, OpenError, Options,
    connection::{Step, parameters, pipeline},
    write_error::WriteError,
};
use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{Statement, Value},
    wait::Waits,
};

/// Connections that are made when they are needed and kept.
#[derive(Clone)]
pub(super) struct Pool {
    connections: Arc<deadpool_postgres::Pool>,
    address: Arc<DatabaseAddress>,
    waits: Waits,
}

impl Pool {
    pub(super) fn new(target: &Target, options: &Options) -> Result<Self, OpenError> {
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(target.config.clone(), target.tls.clone(), config);
        let set_up = Hook::async_fn(|client, _| {
            Box::pin(async move {
                let done = client.batch_execute(SET_UP).await;
                done.map_err(deadpool_postgres::HookError::Backend)
            })
        });
        let builder = deadpool_postgres::Pool::builder(manager);
        let size = options.connections.max(1);
        let pool = builder.max_size(size).post_create(set_up).build();
        let pool = pool.map_err(|error| OpenError::Url(error.to_string()))?;
        Ok(Self {
            connections: Arc::new(pool),
            address: Arc::new(target.address()),
            waits: Waits::default(),
        })
    }

    /// Returns how long the longest waiting request has waited for a connection.
    pub(super) fn delay(&self) -> Duration {
        self.waits.longest()
    }

    /// A connection, as soon as one is free. The server's own limit is waited for, too: other nodes
    /// give connections back.
    pub(super) async fn connection(&self) -> Result<Object, StoreError> {
        let _waits = self.waits.begin();
        let deadline = Instant::now() + WAIT;
        let get = async {
            loop {
                match self.connections.get().await {
                    Ok(client) => return Ok(client),
                    Err(PoolError::Backend(error)) => {
                        let full = error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS);
                        if !full || Instant::now() >= deadline {
                            return Err(DatabaseError::not_connected(&self.address, &error));
                        }
                        sleep(PAUSE).await;
                    }
                    Err(error) => return Err(DatabaseError::pool(&error)),
                }
            }
        };
        let got = timeout(WAIT, get).await;
        got.map_err(|_| StoreError::from(DatabaseError::no_connection(&self.address)))?
            .map_err(StoreError::from)
    }

    /// Returns a connection that sees the current state of the database, during writes too.
    pub(super) async fn snapshot(&self) -> Result<Object, StoreError> {
        let connection = self.connection().await?;
        let begun = connection.batch_execute(SNAPSHOT).await;
        begun.map_err(DatabaseError::from)?;
        Ok(connection)
    }

    /// Reads with one statement, in one trip. Tried again once if the connection was lost: a read
    /// changes nothing.
    pub(super) async fn read(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Answered>, StoreError> {
        match self.read_once(sql, values).await {
            Err(StoreError::Postgres(error)) if error.is_lost() => {
                self.read_once(sql, values).await
            }
            result => result,
        }
    }

    /// Reads every row of `table` that a statement answers.
    pub(super) async fn all<T>(
        &self,
        table: &'static str,
        statement: &Statement<'_>,
        read: impl Fn(&Row<'_>) -> Result<T, InconsistentRow>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.read(&statement.sql, &statement.values).await?;
        let rows = rows.iter().map(|row| Ok(read(&Row::new(table, row))?));
        rows.collect()
    }

    /// Reads the row of `table` that a statement answers, if it answers one.
    pub(super) async fn one<T>(
        &self,
        table: &'static str,
        statement: &Statement<'_>,
        read: impl Fn(&Row<'_>) -> Result<T, InconsistentRow>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(table, statement, read).await?.into_iter().next())
    }

    async fn read_once(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Answered>, StoreError> {
        let parameters = parameters(values);
        let read = self.within_time(self.connection().await?, async |client| {
            let rows = async {
                let prepared = client.prepare_cached(sql).await?;
                client.query(&prepared, &parameters).await
            };
            let rows: Result<_, tokio_postgres::Error> = rows.await;
            rows.map_err(|error| DatabaseError::from(error).into())
        });
        read.await.map_err(WriteError::into_failure)
    }

    /// Writes with one statement, in its own transaction; returns the number of rows that it changed.
    pub(super) async fn change(&self, statement: &Statement<'_>) -> Result<u64, StoreError> {
        let parameters = parameters(&statement.values);
        let changed = self.within_time(self.connection().await?, async |client| {
            let changed = async {
                let prepared = client.prepare_cached(&statement.sql).await?;
                client.execute(&prepared, &parameters).await
            };
            let changed: Result<_, tokio_postgres::Error> = changed.await;
            changed.map_err(|error| DatabaseError::from(error).into())
        });
        changed.await.map_err(WriteError::into_failure)
    }

    /// Writes every statement, in one transaction and one trip. Each must be such that doing it
    /// twice is doing it once: it is tried again if the connection was lost.
    pub(super) async fn write(&self, statements: &[Statement<'_>]) -> Result<(), StoreError> {
        match self.write_once(statements).await {
            Err(StoreError::Postgres(error)) if error.is_lost() => {
                self.write_once(statements).await
            }
            result => result,
        }
    }

    async fn write_once(&self, statements: &[Statement<'_>]) -> Result<(), StoreError> {
        let mut steps = vec![Step::Control("BEGIN")];
        steps.extend(statements.iter().map(Step::Run));
        steps.push(Step::Control("COMMIT"));
        let written = self.within_time(self.connection().await?, async |client| {
            let written = pipeline(client, &steps).await;
            if written.is_err() {
                let _ = client.batch_execute("ROLLBACK").await;
            }
            written.map(drop).map_err(WriteError::from)
        });
        written.await.map_err(WriteError::into_failure)
    }

    /// Does `work` with a connection, which is closed if it takes too long: a cancelled commit could
    /// be acknowledged by a primary whose standby has not got it.
    pub(super) async fn within_time<T>(
        &self,
        connection: Object,
        work: impl AsyncFnOnce(&ClientWrapper) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        match timeout(WAIT, work(&connection)).await {
            Ok(result) => {
                if matches!(result, Err(WriteError::InDoubt(_))) {
                    drop(Object::take(connection));
                }
                result
            }
            Err(_) => {
                drop(Object::take(connection));
                Err(WriteError::InDoubt(DatabaseError::too_slow().into()))
            }
        }
    }
}

/// `off` would acknowledge what a crash of the server loses. Every statement finds its rows by a key,
/// so that planning it for each value costs more than running it.
const SET_UP: &str = "SELECT set_config('synchronous_commit', 'on', false) \
    WHERE current_setting('synchronous_commit') = 'off'; \
    SET default_transaction_isolation = 'read committed'; \
    SET plan_cache_mode = force_generic_plan";

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The time that a request waits for a connection, and for its answer.
pub(super) const WAIT: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(50);
