//! Brings the tables of a PostgreSQL database up to date, while other nodes serve.

use super::{
    OpenError,
    connection::{Step, pipeline},
    pool::Pool,
    write_error::WriteError,
};
use crate::{
    error::StoreError,
    migration::{self, Problem, Progress, Script},
    row::Row,
};

/// Runs what has not been run yet, all or nothing, while no other node does.
pub(super) async fn run(pool: &Pool) -> Result<(), OpenError> {
    let connection = pool.connection().await.map_err(OpenError::from)?;
    connection
        .batch_execute("BEGIN; SELECT pg_advisory_xact_lock(4707105, 0)")
        .await
        .map_err(|error| OpenError::Unreachable(error.into()))?;
    let result = bring_up_to_date(&connection, SCRIPTS).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.batch_execute(end).await;
    result.map_err(OpenError::of)?;
    ended.map_err(|error| OpenError::Unreachable(error.into()))
}

/// Reads how far the tables are, and writes nothing.
///
/// # Errors
///
/// [`OpenError::Migration`] if a newer version made them, or they were altered.
pub(super) async fn progress(pool: &Pool) -> Result<Progress, OpenError> {
    let connection = pool.connection().await?;
    let read = async {
        let done = done(&connection).await?;
        migration::progress(done.as_deref().unwrap_or_default(), SCRIPTS)
    };
    read.await.map_err(OpenError::of)
}

/// The scripts that have run; None if none ever has.
async fn done(
    client: &deadpool_postgres::ClientWrapper,
) -> Result<Option<Vec<migration::Done>>, Problem> {
    // `IF NOT EXISTS` would say a notice at every start
    let known = "SELECT 1 FROM pg_class WHERE oid = to_regclass('migration')";
    let known = client.query_opt(known, &[]).await.map_err(failed)?;
    if known.is_none() {
        return Ok(None);
    }
    let rows = pipeline(client, &[Step::Run(&migration::done())])
        .await
        .map_err(StoreError::from)?;
    let done: Result<Vec<_>, _> = rows
        .iter()
        .flatten()
        .map(|row| migration::read(&Row::new(migration::TABLE, row)))
        .collect();
    Ok(Some(done.map_err(StoreError::from)?))
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::from(super::DatabaseError::from(error))
}

async fn bring_up_to_date(
    client: &deadpool_postgres::ClientWrapper,
    scripts: &[Script],
) -> Result<(), Problem> {
    let done = done(client).await?;
    if done.is_none() {
        client.batch_execute(TABLE).await.map_err(failed)?;
    }
    let done = done.unwrap_or_default();
    for (number, script) in migration::missing(&done, scripts)? {
        client.batch_execute(script.sql).await.map_err(failed)?;
        pipeline(client, &[Step::Run(&script.note(number))])
            .await
            .map_err(StoreError::from)?;
    }
    Ok(())
}

impl OpenError {
    fn of(problem: Problem) -> Self {
        match problem {
            Problem::Failed(failure) => failure.into(),
            problem => Self::Migration(problem.describe()),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(failure: StoreError) -> Self {
        match failure {
            StoreError::Postgres(error) => Self::Unreachable(error),
            other => Self::Migration(other.to_string()),
        }
    }
}

impl From<WriteError> for OpenError {
    fn from(refusal: WriteError) -> Self {
        refusal.into_failure().into()
    }
}

/// Every script in order; only ever appended to, and none takes away what an older version needs:
/// nodes of that version go on serving.
const SCRIPTS: &[Script] = &[
    Script {
        name: "0001_start",
        sql: include_str!("../../migrations/postgres/0001_start.sql"),
    },
    Script {
        name: "0002_status_list",
        sql: include_str!("../../migrations/postgres/0002_status_list.sql"),
    },
    Script {
        name: "0003_follower",
        sql: include_str!("../../migrations/postgres/0003_follower.sql"),
    },
    Script {
        name: "0004_lifetime",
        sql: include_str!("../../migrations/postgres/0004_lifetime.sql"),
    },
    Script {
        name: "0005_reload",
        sql: include_str!("../../migrations/postgres/0005_reload.sql"),
    },
    Script {
        name: "0006_username",
        sql: include_str!("../../migrations/postgres/0006_username.sql"),
    },
    Script {
        name: "0007_logout",
        sql: include_str!("../../migrations/postgres/0007_logout.sql"),
    },
    Script {
        name: "0008_client_change",
        sql: include_str!("../../migrations/postgres/0008_client_change.sql"),
    },
    Script {
        name: "0009_page_index",
        sql: include_str!("../../migrations/postgres/0009_page_index.sql"),
    },
];

const TABLE: &str = "CREATE TABLE migration (\
    version bigint NOT NULL PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL)";
