//! Whether the files of an open database are still those that its names lead to.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::file::beside;
use crate::error::StoreError;

/// The files of an open database, as their names led to them when it was opened.
#[derive(Debug)]
pub(super) struct NamedFiles(Vec<(PathBuf, Option<FileId>)>);

/// A file, whatever its names; on other systems than Unix only that there is one.
type FileId = (u64, u64);

impl NamedFiles {
    /// Notes the database and its log.
    pub(super) fn of(path: &Path) -> Self {
        let files = [path.to_owned(), beside(path, "-wal")].into_iter();
        Self(files.map(|file| (file.clone(), id(&file).ok())).collect())
    }

    /// Requires that the names lead to the same files: what is written into others ends with the process.
    pub(super) fn require_in_place(&self) -> Result<(), StoreError> {
        let lost = self.0.iter().find(|(file, noted)| match id(file) {
            Ok(now) => noted.is_some_and(|noted| noted != now),
            Err(error) => noted.is_some() && error.kind() == io::ErrorKind::NotFound,
        });
        match lost {
            Some((file, _)) => Err(StoreError::FileLost(file.clone())),
            None => Ok(()),
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
