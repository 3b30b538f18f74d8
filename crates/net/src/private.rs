//! Files and directories that belong to one account: made private from the start, and checked.
//!
//! Everything of the workspace that makes a secret file, a data directory or a socket makes it here (or with
//! [`bind_unix`](crate::bind_unix)), so that there is no moment in which another account could open it.

#[cfg(unix)]
mod rights;

#[cfg(unix)]
pub use rights::{
    ExposedError, require_mounted, require_private, require_secret, require_unchanged, restrict,
};

use std::{fs, io, io::Write as _, path::Path};

/// Returns options that make a file which only its owner may read and write, where they make one.
#[must_use]
pub fn file_options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file for reading and writing; one that does not exist is made, for its owner alone.
///
/// A file that root makes in the directory of another account belongs to that account: a server that runs under it
/// can use what a command of the operator has made.
///
/// # Errors
///
/// Any error of the system.
pub fn open_or_create(path: &Path) -> io::Result<fs::File> {
    let mut options = file_options();
    options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Ok(made) => {
            give_to_owner_of_directory(&made, path);
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            options.create(true).truncate(false).open(path)
        }
        Err(error) => Err(error),
    }
}

/// A root that may not change owners, as in a container without that right, keeps what it makes.
#[cfg(unix)]
fn give_to_owner_of_directory(made: &fs::File, path: &Path) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let given = fs::metadata(directory_of(path)).and_then(|owner| match owner.uid() {
        0 => Ok(()),
        account => fchown(made, Some(account), Some(owner.gid())),
    });
    if let Err(error) = given {
        tracing::debug!(%error, path = %path.display(), "a file stays root's");
    }
}

#[cfg(not(unix))]
fn give_to_owner_of_directory(_made: &fs::File, _path: &Path) {}

fn directory_of(path: &Path) -> &Path {
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    directory.unwrap_or(Path::new("."))
}

/// Makes a directory that only its owner may enter, and those above it; one that exists stays as it is.
///
/// # Errors
///
/// Any error of the system.
pub fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a private file: the old content or the new one is there, whole, also after a power cut. It belongs to
/// whom [`open_or_create`] gives what it makes.
///
/// # Errors
///
/// Any error of the system; the old content is there then.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let mut options = file_options();
    options.write(true).create(true).truncate(true);
    let mut file = options.open(&unfinished)?;
    file.write_all(content)?;
    give_to_owner_of_directory(&file, Path::new(&unfinished));
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    fs::File::open(directory_of(path))?.sync_all()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("one/two");
        create_directory(&inner).unwrap();
        create_directory(&inner).unwrap();
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&directory.path().join("one")), 0o700);
        let file = inner.join("file");
        file_options()
            .write(true)
            .create_new(true)
            .open(&file)
            .unwrap();
        assert_eq!(mode(&file), 0o600);
        let opened = inner.join("opened");
        open_or_create(&opened).unwrap().write_all(b"kept").unwrap();
        open_or_create(&opened).unwrap();
        assert_eq!(mode(&opened), 0o600);
        assert_eq!(fs::read(&opened).unwrap(), b"kept");
    }

    /// This holds under every account: for any but root, both are its own anyway.
    #[test]
    fn what_is_made_belongs_to_the_owner_of_the_directory() {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let directory = tempfile::tempdir().unwrap();
        if rustix::process::geteuid().is_root() {
            chown(directory.path(), Some(65_534), Some(65_534)).unwrap();
        }
        let made = directory.path().join("made");
        open_or_create(&made).unwrap();
        let replaced = directory.path().join("replaced");
        replace_file(&replaced, b"x").unwrap();
        let owner = |path: &Path| {
            fs::metadata(path)
                .map(|one| (one.uid(), one.gid()))
                .unwrap()
        };
        for file in [&made, &replaced] {
            assert_eq!(owner(file), owner(directory.path()));
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_stays_private() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        for content in ["a long first content", "short"] {
            replace_file(&file, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
            assert_eq!(mode(&file), 0o600);
        }
        let entries = fs::read_dir(directory.path()).unwrap();
        assert_eq!(entries.count(), 1, "nothing unfinished is left");
        assert!(replace_file(&directory.path().join("no/key"), b"x").is_err());
    }

    #[test]
    fn rights_of_others_are_taken_away() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        restrict(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
    }
}
