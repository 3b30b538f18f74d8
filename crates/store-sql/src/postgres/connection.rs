//! One connection: how statements are sent on it, and what their answers mean.

use std::{future::Future, pin::pin, task::Poll};

use deadpool_postgres::ClientWrapper;
use futures_util::future::{BoxFuture, FutureExt};
use tokio_postgres::{
    Row,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use super::error::DatabaseError;
use crate::{
    row::Source,
    statement::{Statement, Value},
};

/// Sends every statement before the first answer is awaited; answers the rows of each.
///
/// # Errors
///
/// The first error; the statements after it have then failed too, if they are one transaction.
pub(super) async fn pipeline(
    client: &ClientWrapper,
    statements: &[Step<'_>],
) -> Result<Vec<Vec<Row>>, DatabaseError> {
    let mut prepared = Vec::with_capacity(statements.len());
    for step in statements {
        // a trip only for the first use on this connection
        prepared.push(client.prepare_cached(step.sql()).await?);
    }
    let parameters: Vec<Vec<&(dyn ToSql + Sync)>> =
        statements.iter().map(Step::parameters).collect();
    let answers = (prepared.iter().zip(&parameters))
        .map(|(statement, parameters)| client.query(statement, parameters).boxed());
    let rows: Result<Vec<_>, _> = in_order(answers.collect()).await.into_iter().collect();
    Ok(rows?)
}

/// Waits for all answers at once; each query is sent before the answer to the one before it is there.
async fn in_order<T>(mut answers: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut results: Vec<Option<T>> = answers.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        // in order: a query is sent when it is first polled
        for (answer, result) in answers.iter_mut().zip(&mut results) {
            if result.is_none() {
                match pin!(answer).poll(context) {
                    Poll::Ready(ready) => *result = Some(ready),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    results.into_iter().flatten().collect()
}

/// The statements of a pipeline.
pub(super) enum Step<'a> {
    /// A statement as it is.
    Run(&'a Statement<'a>),
    /// A compare-and-swap, which ends the transaction unless it changes exactly one row.
    Swap(String, &'a Statement<'a>),
    /// A statement that controls the transaction.
    Control(&'static str),
}

impl<'a> Step<'a> {
    pub(super) fn swap(statement: &'a Statement<'a>) -> Self {
        let sql = &statement.sql;
        let guarded =
            format!("WITH pivot AS ({sql} RETURNING 1) SELECT swapped(count(*)) FROM pivot");
        Self::Swap(guarded, statement)
    }

    fn sql(&self) -> &str {
        match self {
            Self::Run(statement) => &statement.sql,
            Self::Swap(sql, _) => sql,
            Self::Control(sql) => sql,
        }
    }

    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        match self {
            Self::Run(statement) | Self::Swap(_, statement) => parameters(&statement.values),
            Self::Control(_) => Vec::new(),
        }
    }
}

pub(super) fn parameters<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    let values = values.iter();
    values.map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        column: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => number.to_sql(column, out),
            Self::Text(text) => text.as_ref().to_sql(column, out),
            Self::Bytes(bytes) => bytes.as_ref().to_sql(column, out),
        }
    }

    /// Every number is a bigint, every text a text and everything else a bytea.
    fn accepts(column: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(column)
    }

    to_sql_checked!();
}

impl Source for Row {
    fn value(&self, index: usize) -> Option<Value<'_>> {
        let column = self.columns().get(index)?;
        match *column.type_() {
            Type::INT8 => get(self, index).map(|value: Option<i64>| value.into()),
            Type::TEXT => get(self, index).map(|value: Option<&str>| value.into()),
            Type::BYTEA => get(self, index).map(|value: Option<&[u8]>| value.into()),
            _ => None,
        }
    }
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Option<Option<T>> {
    row.try_get(index).ok()
}
