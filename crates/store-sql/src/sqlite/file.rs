//! The files of a database: made for their owner only, locked against a second process.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use airside_net::private::{file_options, open_or_create};

use super::OpenError;

/// Keeps every other process away from a database until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// Closing it ends the lock.
    _file: File,
}

/// Returns the file that `path` names, also through links to one that does not exist yet: SQLite puts its log
/// beside that one.
pub(super) fn real(path: &Path) -> PathBuf {
    let mut file = path.to_owned();
    // as many links as Linux follows
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&file) else {
            break;
        };
        file = file.parent().unwrap_or(Path::new("")).join(target);
    }
    file
}

/// Locks the database at `path` and makes its file if there is none.
pub(super) fn prepare(path: &Path) -> Result<Lock, OpenError> {
    let lock = beside(path, ".lock");
    let file = open_or_create(&lock).map_err(OpenError::file(&lock))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: lock }),
        Err(TryLockError::Error(cause)) => return Err(OpenError::file(&lock)(cause)),
    }
    require_database_of_log(path)?;
    // SQLite gives its write-ahead log and its shared memory the mode of this file
    let database = open_or_create(path).map_err(OpenError::file(path))?;
    require_one_name(&database).map_err(OpenError::file(path))?;
    Ok(Lock { _file: file })
}

/// Requires that a log that holds something is not all that is left of a database: with an empty one beside
/// it, SQLite would delete it.
pub(super) fn require_database_of_log(path: &Path) -> Result<(), OpenError> {
    if !has_log(path) || !is_empty(path)? {
        return Ok(());
    }
    Err(OpenError::LogAlone {
        path: path.to_owned(),
        log: beside(path, "-wal"),
    })
}

/// Requires that no other name leads to the file: under it, another process would have another log.
#[cfg(unix)]
fn require_one_name(database: &File) -> io::Result<()> {
    let names = std::os::unix::fs::MetadataExt::nlink(&database.metadata()?);
    match names <= 1 {
        true => Ok(()),
        false => Err(io::Error::other(
            "it has another name (a hard link), under which a second server would use it with a log of its own; \
             delete one of the two",
        )),
    }
}

#[cfg(not(unix))]
fn require_one_name(_database: &File) -> io::Result<()> {
    Ok(())
}

/// Returns whether another process has the database at `path` locked.
pub(super) fn is_locked(path: &Path) -> Result<bool, OpenError> {
    let lock = beside(path, ".lock");
    let file = match File::open(&lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(OpenError::file(&lock)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(cause)) => Err(OpenError::file(&lock)(cause)),
    }
}

/// Makes an empty file where there is none.
pub(super) fn make_new(path: &Path) -> Result<(), OpenError> {
    let mut options = file_options();
    let made = options.write(true).create_new(true).open(path);
    made.map(drop).map_err(OpenError::file(path))
}

/// Returns true if the file is empty or missing. One that is there can be read and written.
pub(super) fn is_empty(path: &Path) -> Result<bool, OpenError> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    match opened.and_then(|file| file.metadata()) {
        Ok(metadata) => Ok(metadata.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(OpenError::file(path)(error)),
    }
}

/// Returns true if changes to the database are in a log beside it.
pub(super) fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Waits until a file and its name are on the disk.
pub(super) fn sync(path: &Path) -> Result<(), OpenError> {
    let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all());
    sync(path).map_err(OpenError::file(path))?;
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    sync(directory).map_err(OpenError::file(directory))
}

/// Deletes the lock of a database that no process has open any more.
#[cfg(feature = "postgres")]
pub(super) fn delete_lock(path: &Path) -> Result<(), OpenError> {
    let lock = beside(path, ".lock");
    fs::remove_file(&lock).map_err(OpenError::file(&lock))
}

/// The file whose name is that of `path` with `suffix` appended.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
