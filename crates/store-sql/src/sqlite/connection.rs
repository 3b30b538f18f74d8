//! One connection: how it is set up, and how statements run on it.

use std::path::Path;

use rusqlite::{
    CachedStatement, ErrorCode, OpenFlags,
    config::DbConfig,
    ffi,
    types::{ToSqlOutput, ValueRef},
};

use super::file;
use crate::{
    error::{InconsistentRow, StoreError},
    row::{Row, Source},
    statement::{Statement, Value},
};

/// A connection of one thread at a time.
pub(super) struct Connection(rusqlite::Connection);

/// Opens a connection that may write.
pub(super) fn for_writing(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = set_up(rusqlite::Connection::open_with_flags(path, flags)?)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // an acknowledged commit survives a power cut: each transaction is synchronised
    connection.pragma_update(None, "synchronous", "full")?;
    write_log_back(&connection)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_SIZE_BYTES)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    Ok(Connection(connection))
}

/// Opens a connection that only reads.
pub(super) fn for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = set_up(rusqlite::Connection::open_with_flags(path, flags)?)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(Connection(connection))
}

/// Opens a connection that only reads, and leaves no file where there is none: SQLite would make a log
/// and its shared memory, also for a reader.
pub(super) fn for_a_look(path: &Path) -> rusqlite::Result<Connection> {
    if file::has_log(path) {
        return for_reading(path);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = rusqlite::Connection::open_with_flags(immutable(path), flags)?;
    Ok(Connection(set_up(connection)?))
}

/// The address of a file that is not changed while it is read.
fn immutable(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(*byte)),
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push_str("?immutable=1");
    address
}

/// Writes what the log holds into the database, which has no log from then on.
#[cfg(feature = "postgres")]
pub(super) fn end_log(path: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = set_up(rusqlite::Connection::open_with_flags(path, flags)?)?;
    let end = "PRAGMA journal_mode = delete";
    let mode: String = connection.query_row(end, [], |row| row.get(0))?;
    match mode.as_str() {
        "delete" => Ok(()),
        _ => Err(busy()),
    }
}

/// Writes what the log holds into the database, and synchronises that; the log is empty then.
///
/// After a failed sync, Linux keeps what it was for in memory, marks it as written and reports no
/// error again. A process that finds it in the log would believe it, and append to it commits that
/// end with it when the power goes: a log has no holes. Written once more, it is on the disk, or
/// this fails.
fn write_log_back(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let is_held_up: bool = connection.query_row(checkpoint, [], |row| row.get(0))?;
    match is_held_up {
        false => Ok(()),
        true => Err(busy()),
    }
}

fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}

fn set_up(connection: rusqlite::Connection) -> rusqlite::Result<rusqlite::Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // otherwise a bound value may change the plan, and SQLite recompiles the statement for each
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", "off")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

impl Connection {
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

    fn bind(&self, statement: &Statement<'_>) -> Result<CachedStatement<'_>, StoreError> {
        let mut prepared = self.0.prepare_cached(statement.sql)?;
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

/// 32 MiB of write-ahead log between checkpoints: a row that changes often is written back once.
const CHECKPOINT_PAGES: u32 = 8_000;

const LOG_SIZE_BYTES: u32 = 64 * 1024 * 1024;

const WRITER_CACHE_KIB: i32 = 4_096;

const READER_CACHE_KIB: i32 = 1_024;

const CACHED_STATEMENTS: usize = 64;

/// Only a backup or an operator's shell holds the database up.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
