//! Opens connections and sets them up.

use std::path::Path;

use rusqlite::{OpenFlags, config::DbConfig};

#[cfg(feature = "postgres")]
use super::connection::busy;
use super::{connection::Connection, file};

/// Opens a connection that may write.
pub(super) fn for_writing(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = set_up(rusqlite::Connection::open_with_flags(path, flags)?)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // an acknowledged commit survives a power cut: each transaction is synchronised
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_SIZE_BYTES)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    let connection = Connection::new(connection);
    connection.write_log_back()?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = set_up(rusqlite::Connection::open_with_flags(path, flags)?)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(Connection::new(connection))
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
    Ok(Connection::new(set_up(connection)?))
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

fn set_up(connection: rusqlite::Connection) -> rusqlite::Result<rusqlite::Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // otherwise a bound value may change the plan, and SQLite recompiles the statement for each
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", "off")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// 32 MiB of write-ahead log between checkpoints: a row that changes often is written back once.
const CHECKPOINT_PAGES: u32 = 8_000;

const LOG_SIZE_BYTES: u32 = 64 * 1024 * 1024;

const WRITER_CACHE_KIB: i32 = 4_096;

const READER_CACHE_KIB: i32 = 1_024;

const CACHED_STATEMENTS: usize = 64;

/// Only a backup or an operator's shell holds the database up.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
