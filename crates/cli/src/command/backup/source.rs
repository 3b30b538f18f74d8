//! A database that cannot be read, of which SQLite says no more than that it cannot open it.

use std::{fs::File, io, path::Path};

use airside_server::respond::chain;
use airside_store_sql::sqlite::OpenError;
use rustix::fs::{Access, access};

use crate::exit::{Code, CommandError};

/// Says why the database at `path` could not be read.
pub(super) fn unread(path: &Path, error: &OpenError) -> CommandError {
    let is_source = matches!(error, OpenError::Database { path: failed, .. } if failed == path);
    let reason = if is_source { obstacle(path) } else { None };
    let reason = reason.and_then(|reason| sentence(path, &reason));
    reason.unwrap_or_else(|| CommandError::failed(chain(error)))
}

/// Returns the error of the system that keeps this process from reading a database, if there is one.
fn obstacle(path: &Path) -> Option<io::Error> {
    let directory = path.parent().unwrap_or(Path::new("."));
    // a reader shares memory with the writer, in a file beside the database
    let writable = || access(directory, Access::WRITE_OK | Access::EXEC_OK);
    let opened = File::open(path).and_then(|_| writable().map_err(io::Error::from));
    opened.err()
}

fn sentence(path: &Path, reason: &io::Error) -> Option<CommandError> {
    let path = path.display();
    match reason.kind() {
        io::ErrorKind::NotFound => Some(CommandError::new(
            Code::NotFound,
            format!("there is no store at `{path}`\nhelp: name its data directory with --data"),
        )),
        io::ErrorKind::PermissionDenied => Some(CommandError::new(
            Code::Refused,
            format!(
                "permission denied: the store at `{path}` is another account's\nhelp: run the command as its owner"
            ),
        )),
        io::ErrorKind::ReadOnlyFilesystem => Some(CommandError::failed(format!(
            "the store at `{path}` is on a read-only file system, where SQLite cannot read it\nhelp: mount it for writing"
        ))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_obstacle_has_its_sentence_and_its_code() {
        for (kind, said, code) in [
            (
                io::ErrorKind::NotFound,
                "there is no store at",
                Code::NotFound,
            ),
            (
                io::ErrorKind::PermissionDenied,
                "permission denied",
                Code::Refused,
            ),
            (io::ErrorKind::ReadOnlyFilesystem, "read-only", Code::Failed),
        ] {
            let told = sentence(Path::new("data/airside.db"), &kind.into()).unwrap();
            assert!(told.message.contains(said), "{told}");
            assert!(told.message.contains("`data/airside.db`"), "{told}");
            assert_eq!(told.code, code);
        }
        let other = io::ErrorKind::IsADirectory.into();
        assert!(sentence(Path::new("data/airside.db"), &other).is_none());
    }

    #[test]
    fn a_database_that_is_there_has_no_obstacle() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airside.db");
        let missing = obstacle(&path).unwrap();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        std::fs::write(&path, "").unwrap();
        assert!(obstacle(&path).is_none());
    }
}
