//! The reasons why a database could not be opened.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{error::StoreError, migration::Problem};

/// The reason why a database could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it open: two on one database would each believe to be alone.
    #[error(
        "`{}` is locked: another airside process uses this data directory; stop it, or give this \
         one another directory with --data",
        path.display()
    )]
    InUse {
        /// The lock.
        path: PathBuf,
    },
    /// A file cannot be opened or made.
    #[error("`{}` cannot be opened", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of SQLite.
        #[source]
        cause: io::Error,
    },
    /// The file is not a database, or cannot be read or written.
    #[error("`{}` cannot be used as a database", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The error of SQLite.
        #[source]
        cause: rusqlite::Error,
    },
    /// The database is missing or empty, but its log is there.
    #[error(
        "`{}` is missing or empty, but changes to it are in `{}`: put the database back beside its log, or move \
         the log away too",
        path.display(),
        log.display()
    )]
    LogAlone {
        /// The database.
        path: PathBuf,
        /// Its write-ahead log.
        log: PathBuf,
    },
    /// The file is not a backup that is whole by itself.
    #[error("`{}` is not a whole backup: {why}; make one with `airside backup create`", path.display())]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// The missing migrations.
        why: String,
    },
    /// The tables are not those that this version knows.
    #[error("`{}` has other tables than this version of airside made: {problem}", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// The problem, and what to do.
        problem: String,
    },
}

impl OpenError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::File {
            path: path.to_owned(),
            cause,
        }
    }

    pub(super) fn migration(path: &Path, problem: Problem) -> Self {
        match problem {
            Problem::Failed(StoreError::Sqlite(cause)) => Self::database(path)(cause),
            problem => Self::Migration {
                path: path.to_owned(),
                problem: problem.describe(),
            },
        }
    }

    pub(super) fn database(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        move |cause| Self::Database {
            path: path.to_owned(),
            cause,
        }
    }
}
