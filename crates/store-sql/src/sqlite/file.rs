//! The files of a database: made for their owner only, locked against a second process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use super::OpenError;

/// Keeps every other process away from a database until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// Closing it ends the lock.
    _file: File,
}

/// Locks the database at `path` and makes its file if there is none.
pub(super) fn prepare(path: &Path) -> Result<Lock, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = Path::new(&name);
    let file = own(lock).map_err(OpenError::file(lock))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError::InUse {
                path: lock.to_owned(),
            });
        }
        Err(TryLockError::Error(cause)) => return Err(OpenError::file(lock)(cause)),
    }
    // SQLite gives its write-ahead log and its shared memory the mode of this file
    own(path).map_err(OpenError::file(path))?;
    Ok(Lock { _file: file })
}

/// Makes an empty file where there is none.
pub(super) fn make_new(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(OpenError::file(path))
}

fn own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
