//! Brings the tables of a PostgreSQL database up to date, while other nodes serve.

use super::{
    OpenError,
    connection::{Refusal, Step, pipeline},
    pool::Pool,
};
use crate::{
    failure::Failure,
    migration::{self, Problem, Script},
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
    result.map_err(|problem| match problem {
        Problem::Failed(failure) => failure.into(),
        problem => OpenError::Migration(problem.describe()),
    })?;
    ended.map_err(|error| OpenError::Unreachable(error.into()))
}

async fn bring_up_to_date(
    client: &deadpool_postgres::ClientWrapper,
    scripts: &[Script],
) -> Result<(), Problem> {
    let failed = |error: tokio_postgres::Error| Failure::from(super::DatabaseError::from(error));
    // `IF NOT EXISTS` would say a notice at every start
    let known = client
        .query_opt(
            "SELECT 1 FROM pg_class WHERE oid = to_regclass('migration')",
            &[],
        )
        .await
        .map_err(failed)?;
    if known.is_none() {
        client.batch_execute(TABLE).await.map_err(failed)?;
    }
    let rows = pipeline(client, &[Step::Run(&migration::done())])
        .await
        .map_err(Failure::from)?;
    let done: Result<Vec<_>, _> = rows
        .iter()
        .flatten()
        .map(|row| migration::read(&Row::new(migration::TABLE, row)))
        .collect();
    let done = done.map_err(Failure::from)?;
    for (number, script) in migration::missing(&done, scripts)? {
        client.batch_execute(script.sql).await.map_err(failed)?;
        pipeline(client, &[Step::Run(&script.note(number))])
            .await
            .map_err(Failure::from)?;
    }
    Ok(())
}

impl From<Failure> for OpenError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Postgres(error) => Self::Unreachable(error),
            other => Self::Migration(other.to_string()),
        }
    }
}

impl From<Refusal> for OpenError {
    fn from(refusal: Refusal) -> Self {
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
        name: "0005_username",
        sql: include_str!("../../migrations/postgres/0005_username.sql"),
    },
];

const TABLE: &str = "CREATE TABLE migration (\
    version bigint NOT NULL PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL)";
