//! One connection, and how statements run on it.

use std::path::Path;

use rusqlite::{
    CachedStatement, ErrorCode, ffi,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    error::{InconsistentRow, StoreError},
    executor::{ReadRow, TOGETHER},
    row::{Row, Source},
    statement::{Statement, Value},
};

/// A connection of one thread at a time.
pub(super) struct Connection(rusqlite::Connection);

impl Connection {
    /// Takes a connection that is set up.
    pub(super) const fn new(connection: rusqlite::Connection) -> Self {
        Self(connection)
    }

    /// Runs a statement that answers no rows; says how many it changed.
    pub(super) fn run(&self, statement: &Statement<'_>) -> Result<usize, StoreError> {
        Ok(self.bind(statement)?.raw_execute()?)
    }

    /// Runs a statement that controls transactions.
    pub(super) fn control(&self, sql: &'static str) -> Result<(), StoreError> {
        self.0.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    /// Runs statements of a migration.
    pub(super) fn script(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(sql)?)
    }

    /// Writes a copy of the database, as it is at one moment, into an empty file.
    pub(super) fn copy_to(&self, path: &Path) -> rusqlite::Result<()> {
        let path = path.to_string_lossy();
        self.0.execute("VACUUM INTO $1", [path.as_ref()])?;
        Ok(())
    }

    /// Writes what the log holds into the database, and synchronises that; the log is empty then.
    ///
    /// After a failed sync, Linux keeps what it was for in memory, marks it as written and reports no
    /// error again. A process that finds it in the log would believe it, and append to it commits that
    /// end with it when the power goes: a log has no holes. Written once more, it is on the disk, or
    /// this fails.
    pub(super) fn write_log_back(&self) -> rusqlite::Result<()> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_held_up: bool = self.0.query_row(checkpoint, [], |row| row.get(0))?;
        match is_held_up {
            false => Ok(()),
            true => Err(busy()),
        }
    }

    /// Returns the problem of the file, if it has one.
    #[cfg(feature = "postgres")]
    pub(super) fn damage(&self) -> rusqlite::Result<Option<String>> {
        let check = "PRAGMA integrity_check(1)";
        let said: String = self.0.query_row(check, [], |row| row.get(0))?;
        Ok((said != "ok").then_some(said))
    }

    /// Returns true if no transaction is open.
    pub(super) fn is_idle(&self) -> bool {
        self.0.is_autocommit()
    }

    /// The row of `table` that a statement answers, if it answers one.
    pub(super) fn one<T>(
        &self,
        table: &'static str,
        statement: Statement<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T, InconsistentRow>,
    ) -> Result<Option<T>, StoreError> {
        let mut bound = self.bind(&statement)?;
        let mut rows = bound.raw_query();
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(read(&Row::new(table, row))?))
    }

    /// Every row of `table` that a statement answers.
    pub(super) fn all<T>(
        &self,
        table: &'static str,
        statement: Statement<'_>,
        read: impl Fn(&Row<'_>) -> Result<T, InconsistentRow>,
    ) -> Result<Vec<T>, StoreError> {
        let mut bound = self.bind(&statement)?;
        let mut rows = bound.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(&Row::new(table, row))?);
        }
        Ok(all)
    }

    /// Gives every row of `table` that a statement answers to `give`, some at a time, until that returns
    /// false.
    pub(super) fn each<T>(
        &self,
        table: &'static str,
        statement: &Statement<'_>,
        read: ReadRow<T>,
        give: impl Fn(Vec<T>) -> bool,
    ) -> Result<(), StoreError> {
        let mut bound = self.bind(statement)?;
        let mut rows = bound.raw_query();
        let mut some = Vec::new();
        while let Some(row) = rows.next()? {
            some.push(read(&Row::new(table, row))?);
            if some.len() == TOGETHER && !give(std::mem::take(&mut some)) {
                return Ok(());
            }
        }
        give(some);
        Ok(())
    }

    fn bind(&self, statement: &Statement<'_>) -> Result<CachedStatement<'_>, StoreError> {
        let mut prepared = self.0.prepare_cached(&statement.sql)?;
        debug_assert!(
            parameters_are_in_order(&prepared, statement),
            "{}",
            statement.sql
        );
        for (index, value) in statement.values.iter().enumerate() {
            let value = ToSqlOutput::Borrowed(match value {
                Value::Null => ValueRef::Null,
                Value::Integer(value) => ValueRef::Integer(*value),
                Value::Text(text) => ValueRef::Text(text.as_bytes()),
                Value::Bytes(bytes) => ValueRef::Blob(bytes),
            });
            prepared.raw_bind_parameter(index + 1, value)?;
        }
        Ok(prepared)
    }
}

impl Source for rusqlite::Row<'_> {
    fn value(&self, index: usize) -> Option<Value<'_>> {
        match self.get_ref(index).ok()? {
            ValueRef::Null => Some(Value::Null),
            ValueRef::Integer(value) => Some(Value::Integer(value)),
            ValueRef::Text(text) => Some(std::str::from_utf8(text).ok()?.into()),
            ValueRef::Blob(bytes) => Some(bytes.into()),
            ValueRef::Real(_) => None,
        }
    }
}

/// The failure of a connection that waits for another one.
pub(super) fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}

/// Returns true if the statement failed because a key exists already.
pub(super) fn is_taken(failure: &StoreError) -> bool {
    let StoreError::Sqlite(rusqlite::Error::SqliteFailure(error, _)) = failure else {
        return false;
    };
    matches!(
        error.extended_code,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
    )
}

/// Returns true if the connection must be closed: its cache may differ from the disk.
pub(super) fn is_doubtful(failure: &StoreError) -> bool {
    let StoreError::Sqlite(error) = failure else {
        return false;
    };
    let clean = [
        ErrorCode::DiskFull,
        ErrorCode::ConstraintViolation,
        ErrorCode::DatabaseBusy,
    ];
    error
        .sqlite_error_code()
        .is_none_or(|code| !clean.contains(&code))
}

/// SQLite numbers `$1`, `$2` … in the order of their first occurrence, PostgreSQL by their names:
/// both must be the same.
fn parameters_are_in_order(prepared: &CachedStatement<'_>, statement: &Statement<'_>) -> bool {
    prepared.parameter_count() == statement.values.len()
        && (1..=statement.values.len())
            .all(|number| prepared.parameter_name(number) == Some(format!("${number}").as_str()))
}
