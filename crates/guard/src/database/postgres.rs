//! Owners in a database of PostgreSQL.

use std::{
    fmt::{self, Display},
    str::FromStr,
};

use airside_net::postgres::{DatabaseAddress, Target, sentence};
use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod,
};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{
    Statement,
    types::{FromSql, ToSql, Type},
};
use uuid::Uuid;

use super::row::{DatabaseError, MAX_CONNECTIONS, OwnerRow};
use crate::{upstream::LOOKUP_TIMEOUT, view::ViewName};

/// Connections that only read.
pub(super) struct Postgres {
    pool: Pool,
    address: DatabaseAddress,
}

impl Postgres {
    pub(super) fn new(target: &Target) -> Result<Self, DatabaseError> {
        let recycling_method = RecyclingMethod::Fast;
        let settings = ManagerConfig { recycling_method };
        let manager = Manager::from_config(target.config.clone(), target.tls.clone(), settings);
        let set_up = Hook::async_fn(|client, _| {
            Box::pin(async move {
                let done = client.batch_execute(SET_UP).await;
                done.map_err(HookError::Backend)
            })
        });
        let pool = Pool::builder(manager)
            .max_size(MAX_CONNECTIONS)
            .post_create(set_up);
        let pool = pool.build();
        let pool = pool.map_err(|error| DatabaseError::Unavailable(error.to_string()))?;
        Ok(Self {
            pool,
            address: target.address(),
        })
    }

    pub(super) async fn rows(
        &self,
        view: &ViewName,
        id: &str,
    ) -> Result<Vec<OwnerRow>, DatabaseError> {
        let sql = statement(view);
        self.run(async |client| rows(client, &sql, id).await).await
    }

    pub(super) async fn check(&self, view: &ViewName) -> Result<(), DatabaseError> {
        let sql = statement(view);
        self.run(async |client| {
            let prepared = client.prepare(&sql).await.map_err(|error| failed(&error))?;
            require_known(&prepared)
        })
        .await
    }

    /// Runs `work` with a connection, which is closed on failure: its prepared statements may belong to
    /// a view that has been replaced.
    async fn run<T>(
        &self,
        work: impl AsyncFnOnce(&ClientWrapper) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let deadline = Instant::now() + LOOKUP_TIMEOUT;
        let too_slow = |_| DatabaseError::Unavailable("it takes too long".to_owned());
        let connection = timeout_at(deadline, self.pool.get())
            .await
            .map_err(too_slow)?;
        let connection = connection.map_err(|error| match &error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                DatabaseError::Unavailable(self.address.sentence(error))
            }
            error => DatabaseError::Unavailable(error.to_string()),
        })?;
        let done = timeout_at(deadline, work(&connection)).await;
        let done = done.map_err(too_slow).flatten();
        if done.is_err() {
            drop(Object::take(connection));
        }
        done
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Postgres")
    }
}

fn statement(view: &ViewName) -> String {
    let view = view.quoted();
    format!("SELECT id, owner FROM {view} WHERE id = $1 LIMIT 2")
}

async fn rows(client: &ClientWrapper, sql: &str, id: &str) -> Result<Vec<OwnerRow>, DatabaseError> {
    let prepared = prepare(client, sql, id).await;
    let prepared = prepared.map_err(|error| failed(&error))?;
    require_known(&prepared)?;
    let Some(id) = parameter(id, &prepared) else {
        return Ok(Vec::new());
    };
    let rows = client.query(&prepared, &[id.as_ref()]).await;
    let rows = rows.map_err(|error| failed(&error))?;
    let rows = rows.iter().map(|row| OwnerRow {
        id: text(row, 0),
        owner: text(row, 1),
    });
    Ok(rows.collect())
}

async fn prepare(
    client: &ClientWrapper,
    sql: &str,
    id: &str,
) -> Result<Statement, tokio_postgres::Error> {
    let prepared = client.prepare_cached(sql).await?;
    if parameter(id, &prepared).is_some() {
        return Ok(prepared);
    }
    // the column may have become one of another type since
    client.statement_cache.remove(sql, &[]);
    client.prepare_cached(sql).await
}

/// Converts an id to the type of its column; `None` if that type writes it differently.
fn parameter(id: &str, prepared: &Statement) -> Option<Box<dyn ToSql + Sync + Send>> {
    match *prepared.params().first()? {
        Type::INT2 => canonical::<i16>(id),
        Type::INT4 => canonical::<i32>(id),
        Type::INT8 => canonical::<i64>(id),
        Type::UUID => canonical::<Uuid>(id),
        _ => canonical::<String>(id),
    }
}

fn canonical<T>(id: &str) -> Option<Box<dyn ToSql + Sync + Send>>
where
    T: FromStr + Display + ToSql + Sync + Send + 'static,
{
    let value: T = id.parse().ok()?;
    match value.to_string() == id {
        true => Some(Box::new(value)),
        false => None,
    }
}

fn text(row: &tokio_postgres::Row, index: usize) -> Option<String> {
    match *row.columns().get(index)?.type_() {
        Type::INT2 => read::<i16>(row, index),
        Type::INT4 => read::<i32>(row, index),
        Type::INT8 => read::<i64>(row, index),
        Type::UUID => read::<Uuid>(row, index),
        _ => read::<String>(row, index),
    }
}

fn read<'a, T: FromSql<'a> + Display>(
    row: &'a tokio_postgres::Row,
    index: usize,
) -> Option<String> {
    let value: Option<T> = row.try_get(index).ok()?;
    Some(value?.to_string())
}

/// Requires that both columns are integers, UUIDs or text.
fn require_known(prepared: &Statement) -> Result<(), DatabaseError> {
    let id = prepared.params().first().map(|column| ("id", column));
    let owner = prepared.columns().get(1);
    let owner = owner.map(|column| ("owner", column.type_()));
    let is_known = |column: &Type| {
        [Type::INT2, Type::INT4, Type::INT8, Type::UUID].contains(column)
            || <String as ToSql>::accepts(column)
    };
    let unknown = id
        .into_iter()
        .chain(owner)
        .find(|(_, column)| !is_known(column));
    match unknown {
        None => Ok(()),
        Some((name, column)) => Err(DatabaseError::Refused(format!(
            "its column `{name}` is of the type `{column}`: an integer, a uuid or a text is needed"
        ))),
    }
}

fn failed(error: &tokio_postgres::Error) -> DatabaseError {
    match error.as_db_error() {
        Some(_) => DatabaseError::Refused(sentence(error)),
        None => DatabaseError::Unavailable(sentence(error)),
    }
}

const SET_UP: &str = "SET default_transaction_read_only = on; SET statement_timeout = '5s'";
