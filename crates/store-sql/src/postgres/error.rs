//! Error messages of the database, and their meaning.

use airside_net::postgres::{DatabaseAddress, TargetError, sentence};
use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

/// An error of PostgreSQL or of the way to it. Names a code and the server's sentence, never its
/// detail: that quotes rows.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL: {message}")]
pub struct DatabaseError {
    message: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Another transaction was first.
    Conflict,
    /// The connection was lost, or the server cannot do this any more.
    Lost,
    /// Anything else.
    Refused,
}

impl DatabaseError {
    /// True if the caller should look and decide again.
    pub(super) fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }

    /// True if another connection may succeed.
    pub(super) fn is_lost(&self) -> bool {
        self.kind == Kind::Lost
    }

    pub(super) fn pool(error: &PoolError) -> Self {
        Self::lost(&error.to_string())
    }

    /// No connection was made.
    pub(super) fn not_connected(address: &DatabaseAddress, error: &tokio_postgres::Error) -> Self {
        Self {
            message: address.sentence(error),
            kind: error.code().map_or(Kind::Lost, kind),
        }
    }

    pub(super) fn no_connection(address: &DatabaseAddress) -> Self {
        Self::lost(&format!(
            "no connection to {address} became free within 5 s"
        ))
    }

    pub(super) fn too_slow() -> Self {
        Self::lost("no answer within 5 s")
    }

    fn lost(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            kind: Kind::Lost,
        }
    }
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        let message = sentence(&error);
        let kind = match error.code() {
            Some(state) => kind(state),
            None if message.contains("error serializing") || message.contains("deserializ") => {
                Kind::Refused
            }
            None => Kind::Lost,
        };
        Self { message, kind }
    }
}

/// SQLSTATE classes: PostgreSQL documentation, appendix A.
fn kind(state: &SqlState) -> Kind {
    let conflicts = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    if state.code() == SWAPPED || conflicts.contains(state) {
        return Kind::Conflict;
    }
    // a standby, or a primary that was demoted
    let moved = *state == SqlState::READ_ONLY_SQL_TRANSACTION;
    // 08: connection; 57P: the server stops, starts or crashed
    if moved || state.code().starts_with("08") || state.code().starts_with("57P") {
        Kind::Lost
    } else {
        Kind::Refused
    }
}

/// The reason why a database could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address, or a file that it names, is not usable. Never quotes the address: it may hold a
    /// password.
    #[error("`store.url`: {0}")]
    Url(String),
    /// No connection can be made, or the database refuses what is needed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] DatabaseError),
    /// A tool copies the store, and none may use it meanwhile.
    #[error(
        "`airside db move` or `airside backup restore` works on this database: start again when it has ended"
    )]
    Busy,
    /// Every transaction of it is read-only.
    #[error(
        "the database is read-only: name the primary, or let `default_transaction_read_only` be off"
    )]
    ReadOnly,
    /// There is no place for tables, or the role may make none there.
    #[error("the role may not make tables in {0}")]
    NoRights(String),
    /// The tables are not those that this version knows.
    #[error("the database has other tables than this version of airside made: {0}")]
    Migration(String),
}

impl From<TargetError> for OpenError {
    fn from(error: TargetError) -> Self {
        Self::Url(error.to_string())
    }
}

/// Raised by the function `swapped` of the first migration.
const SWAPPED: &str = "AS001";

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of PostgreSQL's documentation names the codes.
    #[test]
    fn each_state_means_what_may_be_done_about_it() {
        for (code, expected) in [
            (SWAPPED, Kind::Conflict),
            ("40001", Kind::Conflict), // serialization_failure
            ("40P01", Kind::Conflict), // deadlock_detected
            ("23505", Kind::Conflict), // unique_violation
            ("25006", Kind::Lost),     // read_only_sql_transaction
            ("57P01", Kind::Lost),     // admin_shutdown
            ("57P02", Kind::Lost),     // crash_shutdown
            ("57P03", Kind::Lost),     // cannot_connect_now
            ("08006", Kind::Lost),     // connection_failure
            ("53100", Kind::Refused),  // disk_full
            ("57014", Kind::Refused),  // query_canceled
            ("42P01", Kind::Refused),  // undefined_table
        ] {
            assert_eq!(kind(&SqlState::from_code(code)), expected, "{code}");
        }
    }
}
