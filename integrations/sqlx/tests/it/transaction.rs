//! Queries of the application's own in a transaction.

use airside_resource::{RecordsError, Transactional as _};
use airside_sqlx::{
    SqlxPostgres, SqlxSqlite,
    sqlx::{self, PgPool, SqlitePool},
};

use crate::{postgres_pool, sqlite_pool};

const TABLE: &str = "CREATE TABLE numbers (number bigint PRIMARY KEY)";
const INSERT: &str = "INSERT INTO numbers VALUES (1)";
const COUNT: &str = "SELECT count(*) FROM numbers";

/// Makes, for one database, the trial of a transaction whose work is only queries of the application's own.
macro_rules! trial {
    ($name:ident, $pool:ty, $records:ident) => {
        async fn $name(pool: $pool) -> $records {
            sqlx::query(TABLE).execute(&pool).await.unwrap();
            let records = $records::new(pool);
            let count = async || {
                let count = sqlx::query_scalar::<_, i64>(COUNT);
                count.fetch_one(records.unprotected()).await.unwrap()
            };
            for (is_kept, expected) in [(false, 0), (true, 1)] {
                let done = records.transaction(async |transaction| {
                    let mut connection = transaction.unprotected().await?;
                    sqlx::query(INSERT).execute(&mut *connection).await.unwrap();
                    drop(connection);
                    match is_kept {
                        true => Ok(transaction),
                        false => Err(RecordsError::Conflict("as it should".into())),
                    }
                });
                let done = done.await;
                assert_eq!(done.is_ok(), is_kept);
                assert_eq!(count().await, expected);
                if let Ok(transaction) = done {
                    // a handle that is kept lends nothing more
                    let ended = transaction.unprotected().await;
                    assert!(matches!(ended, Err(RecordsError::Unavailable(_))));
                }
            }
            records
        }
    };
}

trial!(in_postgres, PgPool, SqlxPostgres);
trial!(in_sqlite, SqlitePool, SqlxSqlite);

#[tokio::test]
async fn a_query_of_ones_own_is_part_of_the_transaction_in_sqlite() {
    in_sqlite(sqlite_pool().await).await;
}

#[tokio::test]
async fn a_query_of_ones_own_is_part_of_the_transaction_in_postgresql() {
    let records = in_postgres(postgres_pool().await).await;
    // PostgreSQL undoes a transaction of which a query failed, no matter who asked it
    let silent = records.transaction(async |transaction| {
        let mut connection = transaction.unprotected().await?;
        let insert = "INSERT INTO numbers VALUES (2)";
        sqlx::query(insert).execute(&mut *connection).await.unwrap();
        let again = sqlx::query(insert).execute(&mut *connection).await;
        again.unwrap_err();
        Ok::<(), RecordsError>(())
    });
    let refused = silent.await;
    assert!(
        matches!(refused, Err(RecordsError::Mismatch(_))),
        "{refused:?}"
    );
    let count = sqlx::query_scalar::<_, i64>(COUNT).fetch_one(records.unprotected());
    assert_eq!(count.await.unwrap(), 1);
}
