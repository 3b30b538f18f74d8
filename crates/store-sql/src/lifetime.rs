//! The lifetimes that nodes issue with: the table `lifetime`.

use std::time::Duration;

use airside_oauth::{
    state::lifetime::{LifetimeOf, RecordedLifetime},
    time::{LEEWAY, Time},
};

use crate::{
    error::InconsistentRow,
    row::Row,
    statement::{Statement, Value},
};

/// Records a lifetime, or extends its record.
pub(crate) fn put(record: &RecordedLifetime) -> Statement<'static> {
    Statement::new(
        "INSERT INTO lifetime (kind, milliseconds, until) VALUES ($1, $2, $3) \
         ON CONFLICT (kind, milliseconds) DO UPDATE SET until = excluded.until \
         WHERE lifetime.until < excluded.until",
        vec![
            record.of.as_str().into(),
            millis(record.length),
            record.until.into(),
        ],
    )
}

/// Forgets those of which no token can live any more.
pub(crate) fn forget(now: Time) -> Statement<'static> {
    Statement::new(
        "DELETE FROM lifetime WHERE until + milliseconds < $1",
        vec![now.minus(LEEWAY).into()],
    )
}

/// Lets every recorded lifetime be in force until then at least: who issued with which is not known.
#[cfg(feature = "postgres")]
pub(crate) fn extend_all(until: Time) -> Statement<'static> {
    Statement::new(
        "UPDATE lifetime SET until = $1 WHERE until < $1",
        vec![until.into()],
    )
}

pub(crate) fn all() -> Statement<'static> {
    Statement::new(
        "SELECT kind, milliseconds, until FROM lifetime ORDER BY kind, milliseconds",
        Vec::new(),
    )
}

/// The one place where a row becomes a recorded lifetime.
pub(crate) fn read(row: &Row<'_>) -> Result<RecordedLifetime, InconsistentRow> {
    Ok(RecordedLifetime {
        of: row.text("kind", LifetimeOf::parse)?,
        length: Duration::from_millis(row.integer("milliseconds")?),
        until: row.time("until")?,
    })
}

fn millis(length: Duration) -> Value<'static> {
    Value::Integer(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
}

pub(crate) const TABLE: &str = "lifetime";
