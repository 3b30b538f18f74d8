//! Checks that the files of an open database are still the files at their paths.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::file::beside;
use crate::error::StoreError;

/// The files of an open database, as their names led to them when it was opened.
#[derive(Debug)]
pub(super) struct NamedFiles {
    database: NamedFile,
    log: NamedFile,
}

#[derive(Debug)]
struct NamedFile {
    path: PathBuf,
    /// None if there was none.
    id: Option<FileId>,
}

/// A file, whatever its names; on other systems than Unix only that there is one.
type FileId = (u64, u64);

impl NamedFiles {
    /// Notes the database and its log.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            database: NamedFile::of(path.to_owned()),
            log: NamedFile::of(beside(path, "-wal")),
        }
    }

    /// Requires that both names lead to the same files: what is written into others ends with the process.
    pub(super) fn require_in_place(&self) -> Result<(), StoreError> {
        self.require_database()?;
        match self.log.is_lost() {
            true => Err(StoreError::LogLost(self.log.path.clone())),
            false => Ok(()),
        }
    }

    /// The same of the database alone: the process that closes the last connection to it ends its log.
    pub(super) fn require_database(&self) -> Result<(), StoreError> {
        match self.database.is_lost() {
            true => Err(StoreError::DatabaseLost(self.database.path.clone())),
            false => Ok(()),
        }
    }
}

impl NamedFile {
    fn of(path: PathBuf) -> Self {
        let id = id(&path).ok();
        Self { path, id }
    }

    fn is_lost(&self) -> bool {
        match (id(&self.path), self.id) {
            (Ok(now), Some(noted)) => now != noted,
            (Err(error), Some(_)) => error.kind() == io::ErrorKind::NotFound,
            (_, None) => false,
        }
    }
}

#[cfg(unix)]
fn id(file: &Path) -> io::Result<FileId> {
    use std::os::unix::fs::MetadataExt as _;

    fs::metadata(file).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(file: &Path) -> io::Result<FileId> {
    fs::metadata(file).map(|_| (0, 0))
}
